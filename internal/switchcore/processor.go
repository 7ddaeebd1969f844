package switchcore

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/crash"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// Processor takes a client's message through its whole journey and returns the committed answer.
type Processor struct {
	Core  *Core
	Gates *Gates
	Log   *slog.Logger
	// Wake tells the SAF engine that an entry of the provider may be due; never blocks.
	Wake func(providerID string)

	waiting waiters
}

// Process runs a provision, redemption, refund or look-up: route, intent, send, outcome, answer (style.md 3).
func (p *Processor) Process(req *Request) Outbound {
	crash.Here("P0")
	ctx, cancel := p.budget()
	defer cancel()
	for {
		b, err := p.prepare(ctx, req)
		if err != nil {
			return p.unavailable(req.Render, err)
		}
		for _, of := range b.await {
			p.awaitAdvice(ctx, of)
		}
		asked := time.Now()
		ruling, err := p.Core.Store.Apply(ctx, b)
		switch {
		case err != nil:
			return p.unavailable(req.Render, err)
		case ruling.Verdict == Redo:
			continue
		case ruling.Verdict != Proceed:
			return ruling.Out
		}
		return p.exchange(ctx, req, b.call, b.message, ruling, asked)
	}
}

// Retry runs the retry operation, and every repeatable request of consumer finance: the stored answer, a wait for the
// running attempt, or one more send (I9).
func (p *Processor) Retry(req *Request) Outbound {
	crash.Here("P0")
	ctx, cancel := p.budget()
	defer cancel()
	for {
		r, err := p.prepareRetry(ctx, req)
		if err != nil {
			return p.unavailable(req.Render, err)
		}
		asked := time.Now()
		ruling, err := p.applyWaiting(ctx, req.Key, func(giveUp bool) Event { r.giveUp, asked = giveUp, time.Now(); return r })
		switch {
		case err != nil:
			return p.unavailable(req.Render, err)
		case ruling.Verdict == Redo:
			continue
		case ruling.Verdict != Proceed:
			return ruling.Out
		}
		if ruling.First { // never asked before, or nothing of it was ever sent
			return p.exchange(ctx, req, r.first.call, r.first.message, ruling, asked)
		}
		r.call.Age = ruling.Age
		return p.exchange(ctx, req, r.call, r.message, ruling, asked)
	}
}

// Advise runs a confirmation or reversal: decided, stored and acknowledged in one commit (I6).
func (p *Processor) Advise(req *AdviceRequest) Outbound {
	crash.Here("P8")
	ctx, cancel := p.budget()
	defer cancel()
	var ruling Ruling
	for ruling.Verdict = Redo; ruling.Verdict == Redo; {
		a, err := p.prepareAdvice(ctx, req)
		if err == nil {
			ruling, err = p.applyWaiting(ctx, a.req.Key, func(giveUp bool) Event { a.giveUp = giveUp; return a })
		}
		if err != nil {
			return p.unavailable(req.Render, err)
		}
	}
	crash.Here("P9")
	if ruling.Err != nil {
		p.Log.Error("an advice cannot be stored", "transaction", ruling.TransactionID, "err", ruling.Err)
	}
	p.after(ruling)
	return ruling.Out
}

// Products answers lookupProducts from the master list.
func (p *Processor) Products(req *Request, reply Reply) Outbound {
	ctx, cancel := p.budget()
	defer cancel()
	ruling, err := p.Core.Store.Apply(ctx, &readOff{core: p.Core, req: req, id: p.Core.NewID(), reply: reply})
	if err != nil {
		return p.unavailable(req.Render, err)
	}
	return ruling.Out
}

// Heard keeps the traces of a message that becomes no transaction and returns its answer.
func (p *Processor) Heard(in Inbound, client Client, reply Reply, render func(Reply) Outbound) Outbound {
	ctx, cancel := p.budget()
	defer cancel()
	ruling, err := p.Core.Store.Apply(ctx, &heard{in: in, client: client, reply: reply, out: render(reply)})
	if err != nil {
		return p.unavailable(render, err)
	}
	return ruling.Out
}

// budget is a context of our own: a client's disconnect or a shutdown never cuts a journey short (A9).
func (p *Processor) budget() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), p.Core.Settings.ClientBudget)
}

// lastMoment is when to stop waiting for others, so that an answer can still be stored and given in the client's time.
func (p *Processor) lastMoment(ctx context.Context) time.Time {
	end, _ := ctx.Deadline() // a budget always has one
	return end.Add(-p.Core.Settings.ClientBudget / 20)
}

// unavailable answers while the database or the provider's connector cannot be used: nothing was begun, nothing is traced (I1, I13).
func (p *Processor) unavailable(render func(Reply) Outbound, err error) Outbound {
	if apperr.Is(err, apperr.Internal) {
		p.Log.Error("a message could not be handled; nothing was begun", "err", err)
		return render(Reply{Status: 500, ErrorType: ErrGeneral, ErrorMessage: "Internal fault"})
	}
	p.Log.Error("a message cannot be handled now; nothing was begun", "err", err)
	return render(Reply{Status: 503, ErrorType: ErrUpstream, ErrorMessage: "Try again shortly"})
}

// applyWaiting applies an event again while it asks to wait for a running attempt of its key, until shortly before the
// client's time is over; then once more with giveUp.
func (p *Processor) applyWaiting(ctx context.Context, key transactions.Key, event func(giveUp bool) Event) (Ruling, error) {
	limit, cancel := context.WithDeadline(ctx, p.lastMoment(ctx))
	defer cancel()
	ruling, err := p.Core.Store.Apply(ctx, event(false))
	for poll := 100 * time.Millisecond; err == nil && ruling.Verdict == Wait; poll = 500 * time.Millisecond {
		change := p.waiting.of(key)
		if ruling, err = p.Core.Store.Apply(ctx, event(limit.Err() != nil)); err == nil && ruling.Verdict == Wait {
			wait(limit, change, poll)
		}
	}
	return ruling, err
}

// after tells those who wait what a commit changed.
func (p *Processor) after(r Ruling) {
	if r.Key != (transactions.Key{}) {
		p.waiting.wake(r.Key)
	}
	if r.WakeProvider != "" {
		p.Wake(r.WakeProvider)
	}
}

// exchange sends the committed intent, and what its answer asks for, and commits what came of it with the client's answer.
// The lease of the intent counts from when its commit was asked for (A6).
func (p *Processor) exchange(ctx context.Context, req *Request, call Call, m Message, r Ruling, asked time.Time) Outbound {
	connector := p.Core.Connector(call.Provider.ID)
	call.Kind, call.Sent = kindOf(m, call.Kind), m
	for done := 0; ; done++ {
		crash.Here("P1")
		answer, late := p.send(ctx, connector, call.Provider, m, asked)
		afterSend(answer)
		if answer.Timeout {
			go p.listen(req, call, r, late)
		}
		result := p.read(connector, call, answer)
		end := p.Core.ended(req, call, r, answer, result)
		if f := p.next(ctx, result, done); f != nil {
			if next, at, ok := p.goOn(ctx, end, f); ok {
				r, m, asked = next, f.Message, at
				call.Step, call.Kind, call.Sent = f.Step, f.Kind, m
				if f.NewWireRef {
					call.WireRef = call.NextWireRef
				}
				continue
			}
		}
		ruling, err := p.persist(ctx, end)
		if err != nil { // the durable state is PENDING: claim nothing; recovery closes the attempt
			p.Log.Error("an outcome could not be stored before the client's time was over", "transaction", r.TransactionID, "err", err)
			return req.Render(upstreamSilent())
		}
		if ruling.Verdict != Answered { // nothing composed an answer, so there is nothing to report (I1)
			p.Log.Error("an outcome has no transaction to belong to", "transaction", r.TransactionID)
			return req.Render(upstreamSilent())
		}
		crash.Here("P6")
		p.alarm(call.Provider, result)
		p.after(ruling)
		return ruling.Out
	}
}

// afterSend marks where a request has been tried and nothing of that is committed.
func afterSend(a Answer) {
	switch {
	case !a.Sent:
		crash.Here("P2")
	case a.Status != 0:
		crash.Here("P5")
	}
}

// send puts one message on the wire, within what is left of the client's time.
func (p *Processor) send(ctx context.Context, connector Connector, provider Provider, m Message, asked time.Time) (Answer, <-chan Answer) {
	c := p.Core
	return p.Gates.send(exchange{
		connector: connector, provider: provider, class: classRequest, message: m,
		timeout: min(c.timeout(provider), time.Until(p.lastMoment(ctx))), late: c.Settings.LateWindow,
		leaseEnd: asked.Add(c.lease(provider) - c.Settings.SendMargin),
	})
}

// alarm tells people what a provider says that only they can mend: credentials, float, permission.
func (p *Processor) alarm(provider Provider, r Result) {
	if r.Alarm {
		p.Log.Error("a provider needs attention", "provider", provider.ID, "detail", r.Detail, "code", r.Words.Code)
	}
}

// persist keeps trying to store the end of an attempt until the client's time is over (A8).
func (p *Processor) persist(ctx context.Context, e Event) (Ruling, error) {
	for {
		ruling, err := p.Core.Store.Apply(ctx, e)
		if err == nil || ctx.Err() != nil {
			return ruling, err
		}
		p.Log.Warn("storing an outcome failed; trying again", "err", err)
		wait(ctx, nil, 250*time.Millisecond)
	}
}

// read asks the connector what an answer means. One that its code cannot take proves nothing, as one that nobody can read
// (I16), and takes neither the call nor the program with it.
func (p *Processor) read(c Connector, call Call, a Answer) (r Result) {
	defer func() {
		if fault := recover(); fault != nil {
			p.Log.Error("an answer could not be read", "provider", call.Provider.ID, "error", apperr.Panicked(fault))
			r = Result{Detail: "BAD_RESPONSE"}
		}
	}()
	return understand(c, call, a)
}

// listen records an answer that comes after the time-out (I14).
func (p *Processor) listen(req *Request, call Call, r Ruling, late <-chan Answer) {
	answer, ok := <-late
	if !ok || answer.Status == 0 {
		return
	}
	ctx, cancel := p.budget()
	defer cancel()
	e := p.Core.ended(req, call, r, answer, p.read(p.Core.Connector(call.Provider.ID), call, answer))
	e.late = true
	ruling, err := p.persist(ctx, e)
	if err != nil {
		p.Log.Error("a late answer could not be stored", "transaction", r.TransactionID, "err", err)
		return
	}
	p.after(ruling)
}

// awaitAdvice lets a due advice of the voucher or card go first, so that "confirm, then redeem at once" works through an
// asynchronous queue (I11). After the wait the request goes on; the provider then has the last word.
func (p *Processor) awaitAdvice(ctx context.Context, of Holder) {
	if of.VoucherID == uuid.Nil && len(of.Card) == 0 { // a voucher that has no code yet
		return
	}
	limit, cancel := context.WithTimeout(ctx, p.Core.Settings.AdviceWait)
	defer cancel()
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		due, err := p.Core.Store.AdviceDue(limit, of)
		if err != nil || !due {
			return
		}
		wait(limit, nil, pause)
		if limit.Err() != nil {
			return
		}
	}
}

// ended builds the end of an attempt; hashing and sealing happen here, before the writer.
func (c *Core) ended(req *Request, call Call, r Ruling, a Answer, res Result) *ended {
	e := &ended{
		core: c, req: req, provider: call.Provider, id: r.TransactionID, attemptID: r.AttemptID, began: r.BeganAt, retries: r.Retries, kind: call.Kind, answer: a, read: res,
	}
	e.terms = c.terms(res.Terms)
	op := req.Key.Operation
	if v := res.Voucher; v != nil && !op.Informational() {
		e.issued = c.sealedVoucher(v.Code)
		e.issued.Serial, e.issued.Expiry = v.Serial, v.Expiry
	}
	if op == transactions.Redemption && req.VoucherCode != "" && call.Provider.Profile.ForwardUnknownCodes {
		e.used = c.sealedVoucher(req.VoucherCode)
	}
	if k := res.DeviceKey; k != nil {
		e.device = c.sealedDevice(*k, req.Client.ID)
	}
	if op == transactions.Receipt {
		e.takenOver = c.NewID()
	}
	return e
}

// sealedVoucher is a voucher row around a code.
func (c *Core) sealedVoucher(code string) *vouchers.Voucher {
	id := c.NewID()
	return &vouchers.Voucher{ID: id, CodeHash: c.codeHash(code), CodeSealed: c.Vault.Seal("vouchers", "code_sealed", id, []byte(code)), CodeMasked: mask.MaskCode(code)}
}

// sealedDevice is the row of a learned signing key; it is found by the keyed hash of merchant and device, whose first
// half stands for the row's id in the sealing.
func (c *Core) sealedDevice(k DeviceKey, clientID string) *DeviceRow {
	hash := c.Vault.Hash("HUMM_DEVICE", k.MerchantID+"|"+k.DeviceID)
	var row uuid.UUID
	copy(row[:], hash)
	return &DeviceRow{
		MerchantID: k.MerchantID, DeviceHash: hash, ClientID: clientID,
		DeviceSealed: c.Vault.Seal("humm_devices", "device_id_sealed", row, []byte(k.DeviceID)),
		KeySealed:    c.Vault.Seal("humm_devices", "key_sealed", row, []byte(k.Key)),
	}
}
