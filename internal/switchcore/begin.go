package switchcore

import (
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// begin is a request of a client that may cause a send: its intent, or the answer that the record gives instead.
type begin struct {
	core      *Core
	req       *Request
	kind      transactions.AttemptKind // REQUEST or LOOKUP
	id        uuid.UUID                // of the transaction to be
	attemptID uuid.UUID
	provider  Provider
	message   Message
	refusal   *Reply    // the switch will not send it; state rules still come first
	awaitID   uuid.UUID // the voucher whose due advice goes first (I11)
	voucherID uuid.UUID // the voucher chosen before the lock (redemption, refund)
	codeHash  []byte
	sealed    []byte
	print     []byte // keyed fingerprint of the business fields; nil for a look-up by query
	terms     []transactions.SearchTerm
}

// Needs locks the request key and, where a code is named, its vouchers.
func (b *begin) Needs() Needs {
	n := Needs{Keys: []transactions.Key{b.req.Key}}
	if b.codeHash != nil && (b.req.Key.Operation == transactions.Redemption || b.req.Key.Operation == transactions.Refund) {
		n.Codes = [][]byte{b.codeHash}
	}
	return n
}

// Step answers from the record where it can (I8), refuses what the state rules refuse (vouchers.md 4), and otherwise
// writes transaction, attempt and the traces of both legs before anything leaves (I2).
func (b *begin) Step(s *Set) Ruling {
	known := s.latest(b.req.Key)
	var answer *ruleAnswer
	switch b.req.Key.Operation {
	case transactions.Provision:
		answer = b.provisionRules(s, known)
	case transactions.Redemption, transactions.Refund:
		if v := b.chosen(s); (v == nil) != (b.voucherID == uuid.Nil) || v != nil && v.ID != b.voucherID {
			return Ruling{Verdict: Redo}
		}
		answer = b.voucherRules(s, known)
	}
	switch {
	case answer != nil && answer.of != nil:
		return b.repeat(s, answer.of, answer.reply)
	case answer != nil:
		return b.refuse(s, answer.reply)
	case b.refusal != nil:
		return b.refuse(s, *b.refusal)
	}
	return b.accept(s, known)
}

// ruleAnswer is an answer from the state rules: about an existing transaction, or a refusal that gets a row of its own.
type ruleAnswer struct {
	reply Reply
	of    *transactions.Transaction
}

func (b *begin) provisionRules(s *Set, known *transactions.Transaction) *ruleAnswer {
	if known != nil && known.Outcome != transactions.Failed {
		return &ruleAnswer{b.duplicate(known), known}
	}
	if stone := s.tombstones[b.req.Key]; stone != nil {
		return &ruleAnswer{reply: Reply{Status: 400, ErrorType: ErrVoucherReversed, ErrorMessage: "Reversed before it was requested", OriginalID: stone.AdviceID}}
	}
	return nil
}

// duplicate quotes the voucher only to the client that was given it (W4).
func (b *begin) duplicate(t *transactions.Transaction) Reply {
	r := Reply{Status: 400, ErrorType: ErrDuplicate, ErrorMessage: "This id was used before"}
	if t.Outcome == transactions.Success && t.Told {
		r.Detail.VoucherOf = b.core.openAnswer(t)
	}
	return r
}

// voucherRules are the checks of vouchers.md 4.3 and 4.4, in their order.
func (b *begin) voucherRules(s *Set, known *transactions.Transaction) *ruleAnswer {
	redeem := b.req.Key.Operation == transactions.Redemption
	v := b.chosen(s)
	none := v == nil || v.State == vouchers.None
	expired := v != nil && !v.Expiry.IsZero() && v.Expiry.Before(s.Now)
	if redeem && (none || expired && v.State == vouchers.Available) {
		return &ruleAnswer{reply: Reply{Status: 400, ErrorType: ErrNotRedeemable, ErrorMessage: "This voucher cannot be redeemed"}}
	}
	if stone := s.tombstones[b.req.Key]; stone != nil {
		kind := ErrRefundReversed
		if redeem {
			kind = ErrRedemptionReversed
		}
		return &ruleAnswer{reply: Reply{Status: 400, ErrorType: kind, ErrorMessage: "Reversed before", OriginalID: stone.AdviceID}}
	}
	if known != nil && (known.Outcome == transactions.Pending || known.Outcome == transactions.Unknown) ||
		b.req.Client.StrictIDs && s.addressed(b.req.Key) != nil {
		return &ruleAnswer{Reply{Status: 400, ErrorType: ErrDuplicate, ErrorMessage: "This id is in use"}, known}
	}
	if refusal := voucherRefusal(redeem, v); refusal != "" {
		status := 400
		if refusal == ErrNotLocated {
			status = 404
		}
		return &ruleAnswer{reply: Reply{Status: status, ErrorType: refusal, ErrorMessage: "The voucher's state forbids it"}}
	}
	return nil
}

// voucherRefusal reads the row of the state table in vouchers.md 4.1; empty: allowed.
func voucherRefusal(redeem bool, v *vouchers.Voucher) string {
	state := vouchers.None
	if v != nil {
		state = v.State
	}
	if redeem {
		if state == vouchers.Available {
			return ""
		}
		return ErrAlreadyRedeemed
	}
	switch state {
	case vouchers.RedemptionConfirmed:
		return ""
	case vouchers.Available:
		return ErrNotRedeemed
	case vouchers.Redeemed:
		return ErrRedemptionOpen
	case vouchers.RefundPending:
		return ErrAlreadyRefunded
	}
	return ErrNotLocated
}

// chosen picks the voucher that a code means: the only one, else the one whose provider the request names.
func (b *begin) chosen(s *Set) *vouchers.Voucher {
	list := s.withCode(b.codeHash)
	flat := make([]vouchers.Voucher, len(list))
	for i, v := range list {
		flat[i] = *v
	}
	if i := chooseVoucher(b.core.Directory(), b.req, flat); i >= 0 {
		return list[i]
	}
	return nil
}

// repeat answers a known id from its record; the messages join that transaction's traces.
func (b *begin) repeat(s *Set, t *transactions.Transaction, r Reply) Ruling {
	out := b.req.Render(r)
	traceExchange(s, b.req.In, b.req.Client, t.ID, r, out)
	return Ruling{Verdict: Answered, Out: out, TransactionID: t.ID, Key: t.Key}
}

// refuse writes a request that the switch itself declines: a row without key and without attempt (A1). A FORMAT_ERROR
// leaves traces only.
func (b *begin) refuse(s *Set, r Reply) Ruling {
	out := b.req.Render(r)
	if r.ErrorType == ErrFormat {
		traceExchange(s, b.req.In, b.req.Client, uuid.Nil, r, out)
		return Ruling{Verdict: Answered, Out: out, Key: b.req.Key}
	}
	t := b.row(s)
	t.DeclinedBy, t.RespondedAt, t.ClosedAt = transactions.BySwitch, s.Now, s.Now
	t.ErrorType, t.HTTPStatus, t.AnswerStatus = r.ErrorType, r.Status, out.Status
	if _, err := s.move(t, transactions.RequestRefused, "refused by the switch: "+r.ErrorType, ""); err != nil {
		panic(err) // the table lists it
	}
	s.insertTransaction(t)
	traceExchange(s, b.req.In, b.req.Client, t.ID, r, out)
	b.addTerms(s, t)
	return Ruling{Verdict: Answered, Out: out, TransactionID: t.ID, Key: t.Key}
}

// accept writes the intent: transaction, attempt, CS and SP traces, and the voucher taken by a redemption or refund.
func (b *begin) accept(s *Set, known *transactions.Transaction) Ruling {
	t := b.row(s)
	if !t.Key.Operation.Informational() {
		t.Generation = 1
		if known != nil {
			t.Generation = known.Generation + 1
			b.supersede(s, known)
		}
	}
	if _, err := s.move(t, transactions.RequestAccepted, "request received", ""); err != nil {
		panic(err) // the table lists it
	}
	if v := b.chosen(s); v != nil && b.voucherID != uuid.Nil {
		b.take(s, t, v)
	}
	s.insertTransaction(t)
	s.trace(inboundTrace(b.req.In, b.req.Client, t.ID))
	b.core.openAttempt(s, t, b.provider, b.kind, b.attemptID, b.message)
	b.addTerms(s, t)
	return Ruling{Verdict: Proceed, TransactionID: t.ID, AttemptID: b.attemptID, BeganAt: s.Now, Key: t.Key}
}

// supersede closes the door on an earlier generation (I8); an open one can only be ended by people.
func (b *begin) supersede(s *Set, known *transactions.Transaction) {
	known.Superseded = true
	s.note(known.ID, "superseded", "", "true", "the id was used again", "")
	s.touchTransaction(known)
	if known.Outcome == transactions.Success && known.Final == transactions.Open && known.Decision == transactions.Undecided {
		s.requireRecon(known, "superseded while open")
	}
}

func (b *begin) take(s *Set, t *transactions.Transaction, v *vouchers.Voucher) {
	on := vouchers.RefundTaken
	if t.Key.Operation == transactions.Redemption {
		on = vouchers.RedemptionTaken
	}
	if err := v.Step(on); err != nil {
		panic(err) // voucherRules let only these through
	}
	v.UseID, t.VoucherID = t.ID, v.ID
	if t.RequestAmount == nil {
		t.RequestAmount, t.Currency = v.Amount, v.Currency
	}
	s.touchVoucher(v)
}

// row fills a new transaction from the request.
func (b *begin) row(s *Set) *transactions.Transaction {
	r := b.req
	t := &transactions.Transaction{
		ID: b.id, Key: r.Key, Fingerprint: b.print, RequestSealed: b.sealed, Mode: r.Client.Mode,
		ProviderID: b.provider.ID, ReceiverID: firstOf(r.Receiver.ID, b.provider.Receiver.ID),
		SettlementEntityID: firstOf(r.SettlementEntity.ID, b.provider.Settlement.ID),
		OriginatorID:       r.OriginatorID, ChannelID: r.ChannelID, MerchantID: r.MerchantID, TerminalID: r.TerminalID, CashierID: r.CashierID,
		ProductID: r.ProductID, VoucherProvider: firstOf(r.ProductReceiver, r.Receiver.ID, b.provider.Receiver.ID),
		BasketRef: r.BasketRef, RRN: r.RRN, STAN: r.STAN,
		ReceivedAt: s.Now, LastClientAt: s.Now, BusinessDate: b.core.Settings.BusinessDate(s.Now),
	}
	if r.Amount != nil {
		minor := r.Amount.Minor
		t.RequestAmount, t.Currency = &minor, r.Amount.Currency
	} else if p, ok := b.core.Directory().Product(r.ProductID, b.provider.ID); ok && p.Amount != nil {
		t.RequestAmount, t.Currency = p.Amount, p.Currency
	}
	return t
}

func (b *begin) addTerms(s *Set, t *transactions.Transaction) {
	for i := range b.terms {
		term := b.terms[i]
		term.TransactionID, term.At = t.ID, s.Now
		s.Changes.Terms = append(s.Changes.Terms, &term)
	}
}

// openAttempt writes the intent of one send and the trace of its message (I2, I13).
func (c *Core) openAttempt(s *Set, t *transactions.Transaction, p Provider, kind transactions.AttemptKind, id uuid.UUID, m Message) {
	lease := c.lease(p)
	t.OpenAttemptID, t.LeaseOwner, t.LeaseUntil = id, c.Settings.Node, s.Now.Add(lease)
	t.AttemptCount++
	digest := transactions.Digest(m.Body)
	s.Changes.NewAttempts = append(s.Changes.NewAttempts, &transactions.Attempt{
		ID: id, TransactionID: t.ID, Kind: kind, State: transactions.Intent, No: t.AttemptCount, Trigger: transactions.TriggerClient,
		WireRef: t.WireRef(), Digest: digest, Node: c.Settings.Node, StartedAt: s.Now, LeaseUntil: t.LeaseUntil,
	})
	traceKind := transactions.TraceRequest
	if kind == transactions.AttemptRetry {
		traceKind = transactions.TraceRetry
	}
	s.trace(transactions.Trace{
		TransactionID: t.ID, ClientID: t.Key.ClientID, Leg: transactions.SwitchToProvider, AttemptID: id, Kind: traceKind, Operation: t.Key.Operation,
		Method: m.Method, URLPath: firstOf(m.TracedPath, m.Path), Headers: m.Headers, Body: m.Masked, SHA256: digest, Bytes: len(m.Body), PeerInstitution: p.ID,
	})
}

func inboundTrace(in Inbound, client Client, id uuid.UUID) transactions.Trace {
	return transactions.Trace{
		TransactionID: id, ClientID: client.ID, Leg: transactions.ClientToSwitch, ExchangeID: in.ExchangeID, Kind: in.Kind, Operation: in.Operation,
		Method: in.Method, URLPath: in.Path, Headers: in.Headers, Body: in.Body, SHA256: in.SHA256, Bytes: in.Bytes, PeerInstitution: client.ID,
	}
}

// outboundTrace is the answer's trace; began is the start of its exchange, zero: now.
func outboundTrace(in Inbound, client Client, id uuid.UUID, r Reply, out Outbound, began time.Time) transactions.Trace {
	kind := transactions.TraceError
	switch {
	case r.Kind == ReplyEcho || out.Status == 202:
		kind = transactions.TraceAck
	case out.Status < 300:
		kind = transactions.TraceResponse
	}
	return transactions.Trace{
		TransactionID: id, ClientID: client.ID, Leg: transactions.SwitchToClient, ExchangeID: in.ExchangeID, Kind: kind, Operation: in.Operation,
		HTTPStatus: out.Status, Headers: out.Headers, Body: out.Masked, SHA256: transactions.Digest(out.Body), Bytes: len(out.Body),
		ErrorType: r.ErrorType, PeerInstitution: client.ID, BeganAt: began, Latency: time.Since(in.Start),
	}
}

// traceExchange writes both client legs of a message that is answered at once.
func traceExchange(s *Set, in Inbound, client Client, id uuid.UUID, r Reply, out Outbound) {
	s.trace(inboundTrace(in, client, id))
	s.trace(outboundTrace(in, client, id, r, out, time.Time{}))
}

// openAnswer gives the stored answer body; nil when there is none or it cannot be opened.
func (c *Core) openAnswer(t *transactions.Transaction) []byte {
	if len(t.AnswerSealed) == 0 {
		return nil
	}
	body, err := c.Vault.Open("transactions", "answer_sealed", t.ID, t.AnswerSealed)
	if err != nil {
		return nil
	}
	return body
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
