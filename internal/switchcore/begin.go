package switchcore

import (
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/mask"
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
	call      Call
	message   Message
	refusal   *Reply    // the switch will not send it; state rules still come first
	record    *Reply    // the answer to a look-up from our own record
	await     []Holder  // whose due advices go first (I11)
	voucherID uuid.UUID // the voucher chosen before the lock (redemption, refund)
	codeHash  []byte
	cardHash  []byte
	otherCard []byte // hash of the target or new card
	sealed    []byte
	print     []byte // keyed fingerprint of the business fields; nil for a look-up by query
	terms     []transactions.SearchTerm
	held      []heldHint // references of the request
}

// Needs locks the request key and, where a code is named, its vouchers.
func (b *begin) Needs() Needs {
	n := Needs{Keys: []transactions.Key{b.req.Key}}
	if b.codeHash != nil && (b.req.Key.Operation == transactions.Redemption || b.req.Key.Operation == transactions.Refund) {
		n.Codes = [][]byte{b.codeHash}
	}
	if b.req.Key.Service == transactions.GiftCard {
		n.MessageIDs = []MessageID{b.messageID()}
	}
	if key := b.signatureKey(); key.RequestID != "" {
		n.Keys = append(n.Keys, key)
	}
	for _, h := range b.held {
		n.References = append(n.References, h.HeldReference)
		if h.holder != uuid.Nil {
			n.Transactions = append(n.Transactions, h.holder)
		}
	}
	return n
}

// Step answers from the record where it can (I8), refuses what the state rules refuse (vouchers.md 4), and otherwise
// writes transaction, attempt and the traces of both legs before anything leaves (I2).
func (b *begin) Step(s *Set) Ruling {
	known := s.latest(b.req.Key)
	answer, redo := b.rules(s, known)
	switch {
	case redo:
		return Ruling{Verdict: Redo}
	case answer != nil && answer.of != nil:
		return b.repeat(s, answer.of, answer.reply)
	case answer != nil:
		return b.refuse(s, answer.reply)
	case b.refusal != nil:
		return b.refuse(s, *b.refusal)
	case b.record != nil:
		return (&readOff{core: b.core, req: b.req, id: b.id, reply: *b.record}).answer(s, b)
	}
	return b.accept(s, known)
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
	b.useCardID(s, t)
	traceExchange(s, b.req.In, b.req.Client, t.ID, r, out)
	b.addTerms(s, t)
	return Ruling{Verdict: Answered, Out: out, TransactionID: t.ID, Key: t.Key}
}

// useCardID uses a gift card request's id up, whatever becomes of it (giftcard-rules.md 12).
func (b *begin) useCardID(s *Set, t *transactions.Transaction) {
	if t.Key.Service == transactions.GiftCard {
		s.useMessageID(MessageKey{MessageID: b.messageID(), Operation: t.Key.Operation, Role: roleRequest, TransactionID: t.ID})
	}
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
	b.useCardID(s, t)
	for _, h := range b.held {
		if h.Kind != RefSale || s.references[h.key()] == uuid.Nil { // the first sale keeps its reference
			s.hold(h.HeldReference, t.ID)
		}
	}
	s.trace(inboundTrace(b.req.In, b.req.Client, t.ID))
	b.core.openAttempt(s, t, b.provider, kindOf(b.message, b.kind), b.attemptID, b.message)
	b.addTerms(s, t)
	return Ruling{Verdict: Proceed, First: true, TransactionID: t.ID, AttemptID: b.attemptID, BeganAt: s.Now, Key: t.Key}
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
		ID: b.id, Key: r.Key, Fingerprint: b.print, CardHash: b.cardHash, OtherCardHash: b.otherCard, RequestSealed: b.sealed, Mode: r.mode(),
		ProviderID: b.provider.ID, ReceiverID: firstOf(r.Receiver.ID, b.provider.Receiver.ID),
		SettlementEntityID: firstOf(r.SettlementEntity.ID, b.provider.Settlement.ID),
		OriginatorID:       r.OriginatorID, ChannelID: r.ChannelID, MerchantID: r.MerchantID, TerminalID: r.TerminalID, CashierID: r.CashierID,
		ProductID: r.ProductID, VoucherProvider: firstOf(r.ProductReceiver, r.Receiver.ID, b.provider.Receiver.ID),
		BasketRef: r.BasketRef, RRN: mask.MaskReference(r.RRN), STAN: mask.MaskReference(r.STAN),
		ReceivedAt: s.Now, LastClientAt: s.Now, BusinessDate: b.core.Settings.BusinessDate(s.Now),
	}
	if r.Amount != nil {
		minor := r.Amount.Minor
		t.RequestAmount, t.Currency = &minor, r.Amount.Currency
	} else if p, ok := b.core.Directory().Product(r.ProductID, b.provider.ID); ok && p.Amount != nil {
		t.RequestAmount, t.Currency = p.Amount, p.Currency
	} else if !r.Key.Operation.Informational() {
		// no sum is named; should no answer tell it either, finance must still find the transaction
		t.Currency = b.core.Directory().CurrencyOf(b.provider.ID)
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

// kindOf gives what a message is: as it was called for, unless its connector says otherwise.
func kindOf(m Message, called transactions.AttemptKind) transactions.AttemptKind {
	if m.Kind != "" {
		return m.Kind
	}
	return called
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
	case out.Status < 300 && r.Kind != ReplyError: // consumer finance answers 200 to everything
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
