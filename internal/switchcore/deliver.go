package switchcore

import (
	"context"
	"log/slog"
	"time"

	"github.com/signalboxhq/signalbox/internal/crash"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Deliverer sends stored advices; it is the saf.Sender.
type Deliverer struct {
	Core  *Core
	Gates *Gates
	Log   *slog.Logger
}

var _ saf.Sender = (*Deliverer)(nil)

// Deliver sends one claimed entry, and what its answers ask for, and gives what stores the result.
func (d *Deliverer) Deliver(ctx context.Context, job saf.Delivery) (settle func()) {
	crash.Here("P10")
	e := job.Entry
	m := Message{Method: e.Method, Path: e.Path, User: e.ClientID}
	call := Call{}
	for done := 0; ; done++ {
		answer, result, late := d.attempt(job, &call, &m)
		if answer.Timeout {
			go d.listen(job, late)
		}
		event := &delivered{core: d.Core, delivery: job, answer: answer, result: result}
		if f := result.Follow; f != nil && done < maxFollows {
			if next, ok := d.goOn(ctx, job, event, f); ok {
				job, m = next, f.Message
				call.Step = f.Step
				continue
			}
		}
		return func() { d.settle(ctx, job, event) }
	}
}

// goOn commits the end of one attempt of an entry and the intent of the next; false: the entry is no longer ours.
func (d *Deliverer) goOn(ctx context.Context, job saf.Delivery, end *delivered, f *Follow) (saf.Delivery, bool) {
	wait(ctx, nil, f.After)
	start := time.Now()
	event := &stepped{delivered: end, follow: f, attemptID: d.Core.NewID()}
	ruling, err := d.Core.Store.Apply(ctx, event)
	if err != nil || ruling.Verdict != Proceed {
		return job, false
	}
	job.AttemptID, job.StartedAt, job.LeaseStart = event.attemptID, ruling.BeganAt, start
	return job, true
}

// settle stores the result. While the database cannot be reached it tries again until the lease is over; then the entry is
// simply due again (P11).
func (d *Deliverer) settle(ctx context.Context, job saf.Delivery, event Event) {
	crash.Here("P11")
	for {
		_, err := d.Core.Store.Apply(ctx, event)
		if err == nil {
			crash.Here("P12")
			return
		}
		if time.Since(job.LeaseStart) > job.Lease {
			d.Log.Error("the result of a delivery could not be stored; the entry becomes due again", "entry", job.Entry.ID, "err", err)
			return
		}
		wait(ctx, nil, 500*time.Millisecond)
	}
}

// attempt sends the stored message; a fault of our own with this one message never stops the worker (A6, poison).
func (d *Deliverer) attempt(job saf.Delivery, call *Call, m *Message) (answer Answer, result Result, late <-chan Answer) {
	var err error
	defer func() {
		if r := recover(); r != nil {
			d.Log.Error("a stored advice cannot be handled", "entry", job.Entry.ID, "error", apperr.Panicked(r))
			result = Result{Class: ClassFault, Detail: "FAULT"} // the answer stays: it tells whether the message left
		}
	}()
	e := job.Entry
	p, ok := d.Core.Directory().Provider(e.ProviderID)
	connector := d.Core.Connector(e.ProviderID)
	if !ok || connector == nil {
		return Answer{}, Result{Class: ClassNotSent, Detail: "NO_CONNECTOR"}, nil
	}
	if call.Step == "" { // the stored message; what follows it was just written
		if m.Body, err = d.Core.Vault.Open("saf_entries", "payload_sealed", e.ID, e.PayloadSealed); err != nil {
			d.Log.Error("a stored advice cannot be opened", "entry", e.ID, "err", err)
			return Answer{}, Result{Class: ClassFault, Detail: "FAULT"}, nil
		}
	}
	m.User = p.UserOf(e.ClientID)
	answer, late = d.Gates.send(exchange{
		connector: connector, provider: p, class: classAdvice, message: *m,
		timeout: d.Core.timeout(p), late: d.Core.Settings.LateWindow, force: e.ManualActor != "",
		leaseEnd: job.LeaseStart.Add(job.Lease - d.Core.Settings.SendMargin),
	})
	step := call.Step
	*call = d.call(e, p)
	call.Step, call.Sent = step, *m
	result = understand(connector, *call, answer)
	if result.Alarm {
		d.Log.Error("a provider needs attention", "provider", p.ID, "detail", result.Detail, "code", result.Words.Code)
	}
	return answer, result, late
}

func (d *Deliverer) call(e saf.Entry, p Provider) Call {
	return Call{
		Kind: transactions.AttemptKind(e.Kind), Service: e.Service, Operation: e.Operation, ClientID: e.ClientID, WireRef: e.WireRef, Provider: p,
		EntryID: e.ID.String(),
	}
}

// listen traces an answer that came after the time-out; the fence makes it change nothing.
func (d *Deliverer) listen(job saf.Delivery, late <-chan Answer) {
	answer, ok := <-late
	if !ok || answer.Status == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), d.Core.Settings.ClientBudget)
	defer cancel()
	if _, err := d.Core.Store.Apply(ctx, &delivered{core: d.Core, delivery: job, answer: answer}); err != nil {
		d.Log.Warn("a late answer to an advice could not be traced", "entry", job.Entry.ID, "err", err)
	}
}

// Parallel gives how many deliveries of a provider may be in flight, and whether the queue flows (A6, A7). Behind a
// half-open breaker one real message at a time is the probe.
func (d *Deliverer) Parallel(providerID string) (int, bool) {
	p, ok := d.Core.Directory().Provider(providerID)
	if !ok {
		return 0, false
	}
	parallel := max(1, p.Profile.SAFParallel)
	state, _ := d.Gates.of(p).breakers[classAdvice].snapshot(d.Gates.now())
	if state == BreakerHalfOpen {
		return 1, p.Enabled
	}
	return parallel, p.Enabled && state != BreakerOpen
}

// Lease is the provider's time-out and a margin (A5).
func (d *Deliverer) Lease(providerID string) time.Duration {
	p, _ := d.Core.Directory().Provider(providerID)
	return d.Core.lease(p)
}

// FIFO tells whether the provider wants strict order.
func (d *Deliverer) FIFO(providerID string) bool {
	p, _ := d.Core.Directory().Provider(providerID)
	return p.Profile.FIFO
}
