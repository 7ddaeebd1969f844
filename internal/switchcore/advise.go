package switchcore

import (
	"bytes"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// advise is a confirmation or reversal from a client: one decision under lock, acknowledged with the commit that holds
// advice, decision and SAF entry together (I5, I6, I7, I11, I12).
type advise struct {
	core    *Core
	req     *AdviceRequest
	id      uuid.UUID // of the advice row
	entryID uuid.UUID
	giveUp  bool // the client's time is over

	cardHash    []byte    // of the request's gift card, as far as it is known
	bySignature *heldHint // the request was found by its signature (humm)
}

// Needs locks the request key.
func (a *advise) Needs() Needs {
	n := Needs{Keys: []transactions.Key{a.req.Key}}
	if a.req.Key.Service == transactions.GiftCard {
		n.MessageIDs = []MessageID{a.messageID(), {ClientID: a.req.Client.ID, ID: a.req.Key.RequestID}}
		if len(a.cardHash) > 0 {
			n.Voids = [][]byte{a.cardHash}
		}
	}
	if a.bySignature != nil {
		n.References = []HeldReference{a.bySignature.HeldReference}
	}
	return n
}

// Step judges the advice by the tables of vouchers.md 4.2 to 4.5.
func (a *advise) Step(s *Set) Ruling {
	card := a.req.Key.Service == transactions.GiftCard
	if prior := s.advices[a.key()]; prior != nil && !prior.AckedAt.IsZero() && (!card || bytes.Equal(prior.Digest, a.req.In.SHA256)) {
		return a.again(s, prior)
	}
	if card && s.messages[a.messageID()] != nil {
		return a.say(s, nil, Reply{Status: 400, ErrorType: ErrDuplicate, ErrorMessage: "Repeated UUID"})
	}
	if a.bySignature != nil && s.references[a.bySignature.key()] != a.bySignature.holder {
		return Ruling{Verdict: Redo}
	}
	t, refusal := a.target(s)
	switch {
	case refusal != nil:
		return a.refuse(s, t, *refusal)
	case t == nil:
		return a.nothingThere(s)
	}
	if refusal := a.conflict(s, t); refusal != nil {
		return a.refuse(s, t, *refusal)
	}
	if a.settled(t) {
		return a.acknowledge(s, t, t.Decision == a.req.Kind)
	}
	if a.req.Kind == transactions.Confirm && t.Outcome != transactions.Success {
		if t.Running() && !a.giveUp {
			return Ruling{Verdict: Wait, Key: t.Key, TransactionID: t.ID}
		}
		return a.refuse(s, t, upstreamSilent())
	}
	if r := a.amountRefusal(t); r != nil {
		return a.refuse(s, t, *r)
	}
	return a.decide(s, t)
}

func (a *advise) key() adviceKey { return adviceKey{a.req.Key, a.req.Kind, a.req.AdviceID} }

// again acknowledges a repeat of an accepted advice; nothing else happens (4.5a).
func (a *advise) again(s *Set, prior *transactions.Advice) Ruling {
	r := Reply{Kind: ReplyEcho, Status: 202}
	if echo, err := a.core.Vault.Open("advices", "answer_sealed", prior.ID, prior.AnswerSealed); err == nil {
		r = Reply{Kind: ReplyStored, Status: 202, Body: echo} // the same words, whatever the repeat says now
	}
	out := a.req.Render(r)
	traceExchange(s, a.req.In, a.req.Client, prior.TransactionID, r, out)
	return Ruling{Verdict: Answered, Out: out, TransactionID: prior.TransactionID, Key: a.req.Key}
}

// nothingThere answers an advice that addresses nothing: a reversal leaves a tombstone all the same (I7).
func (a *advise) nothingThere(s *Set) Ruling {
	if a.req.Kind == transactions.Reverse {
		s.bury(a.req.Key, a.req.AdviceID)
	}
	return a.refuse(s, nil, Reply{Status: 404, ErrorType: ErrNotLocated, ErrorMessage: "No such request"})
}

// settled tells whether the advice only repeats what was decided, or what a cut-off made final.
func (a *advise) settled(t *transactions.Transaction) bool {
	return t.Decision == a.req.Kind || t.Final == transactions.Completed && a.req.Kind == transactions.Confirm
}

// amountRefusal keeps a final amount from exceeding what was approved (common.md 3.2).
func (a *advise) amountRefusal(t *transactions.Transaction) *Reply {
	if a.req.Amount == nil {
		return nil
	}
	limit := int64(0) // nothing was authorised
	for _, known := range []*int64{t.RequestAmount, t.ApprovedAmount} {
		if known != nil {
			limit = *known
		}
	}
	sum := *a.req.Amount
	if sum.Minor < 0 || sum.Minor > limit || sum.Currency != t.Currency && (t.Currency != "" || sum.Minor > 0) {
		return &Reply{Status: 400, ErrorType: ErrAmount, ErrorMessage: "More than was approved"}
	}
	return nil
}

// refuse answers an advice with an error; the record of it is judged again when it is sent again (4.5c).
func (a *advise) refuse(s *Set, t *transactions.Transaction, r Reply) Ruling {
	ruling := a.say(s, t, r)
	row := a.row(s, t, ruling.Out.Status)
	row.ErrorType = r.ErrorType
	s.putAdvice(row)
	a.useCardID(s, idOf(t), r.Status)
	return ruling
}

// say answers an advice with an error and leaves only traces of it.
func (a *advise) say(s *Set, t *transactions.Transaction, r Reply) Ruling {
	r.OriginalID = firstOf(a.req.RequestRef, a.req.Key.RequestID)
	out := a.req.Render(r)
	traceExchange(s, a.req.In, a.req.Client, idOf(t), r, out)
	return Ruling{Verdict: Answered, Out: out, TransactionID: idOf(t), Key: a.req.Key}
}

// acknowledge answers 202; a record is kept when the advice equals the decision.
func (a *advise) acknowledge(s *Set, t *transactions.Transaction, record bool) Ruling {
	r := Reply{Kind: ReplyEcho, Status: 202}
	out := a.req.Render(r)
	if record {
		row := a.row(s, t, out.Status)
		row.AckedAt = s.Now
		row.AnswerSealed = a.core.Vault.Seal("advices", "answer_sealed", row.ID, mask.Storable(out.Body))
		s.putAdvice(row)
	}
	a.useCardID(s, t.ID, out.Status)
	traceExchange(s, a.req.In, a.req.Client, t.ID, r, out)
	return Ruling{Verdict: Answered, Out: out, TransactionID: t.ID, Key: a.req.Key, WakeProvider: t.ProviderID}
}

func (a *advise) row(s *Set, t *transactions.Transaction, status int) *transactions.Advice {
	row := &transactions.Advice{
		ID: a.id, AdviceID: a.req.AdviceID, Key: a.req.Key, TransactionID: idOf(t), Kind: a.req.Kind, Reason: a.req.Reason,
		Digest: a.req.In.SHA256, ReceivedAt: s.Now, HTTPStatus: status,
	}
	if a.req.Amount != nil {
		row.Amount = &a.req.Amount.Minor
	}
	return row
}

// decide takes the one decision, stores the message for the provider, and acknowledges, all in one commit.
func (a *advise) decide(s *Set, t *transactions.Transaction) Ruling {
	err := a.core.decide(s, t, decision{
		kind: a.req.Kind, origin: transactions.ByClient, entryID: a.entryID, adviceID: a.req.AdviceID,
		advice: Advice{Time: a.req.Time, Reason: a.req.Reason, Body: a.req.Body, Amount: a.req.Amount},
		cause:  "advice " + a.req.AdviceID,
	})
	if err != nil {
		r := a.refuse(s, t, Reply{Status: 500, ErrorType: ErrGeneral, ErrorMessage: "Advice not storable"})
		r.Err = err
		return r
	}
	if a.req.Kind == transactions.Reverse && (t.Key.Operation == transactions.Redemption || t.Key.Operation == transactions.Refund) && t.Key.Service == transactions.Voucher {
		s.bury(t.Key, a.req.AdviceID) // the id cannot be approved again
	}
	return a.acknowledge(s, t, true)
}

// decision is what decide carries out.
type decision struct {
	kind     transactions.Decision
	origin   transactions.Origin
	entryID  uuid.UUID
	adviceID string // the client's; empty when the switch decides
	advice   Advice
	cause    string
}

// decide moves the transaction by the one decision it ever gets (I5), stores the SAF entry (I6) and moves the voucher.
// An error means that the provider's message could not be written; nothing was changed.
func (c *Core) decide(s *Set, t *transactions.Transaction, d decision) error {
	p, _ := c.Directory().Provider(t.ProviderID)
	on := c.decisionEvent(t, p, d.kind)
	entry := &saf.Entry{
		ID: d.entryID, ProviderID: t.ProviderID, ClientID: t.Key.ClientID, Service: t.Key.Service, Operation: t.Key.Operation,
		TransactionID: t.ID, VoucherID: t.VoucherID, CardHash: t.CardHash, OtherCardHash: t.OtherCardHash, AdviceID: d.adviceID, Kind: saf.Kind(d.kind), WireRef: t.WireRef(),
		State: saf.Queued, NextAt: s.Now, Amount: t.ApprovedAmount, Currency: t.Currency,
	}
	if c.takes(t, p, d.kind) {
		if err := c.writeAdvice(t, p, entry, d.advice); err != nil {
			return err
		}
	}
	then, err := s.move(t, on, d.cause, string(d.origin))
	if err != nil {
		return err
	}
	t.DecisionOrigin, t.DecisionAdviceID = d.origin, firstOf(d.adviceID, d.entryID.String())
	t.FinalAmount = finalAmount(t, d)
	if t.Running() {
		entry.NextAt = saf.Never
	}
	s.insertEntry(entry)
	c.carryOut(s, t, then, "reversal consumed: the provider may still hold the effect")
	c.decisionVoucher(s, t, d.kind)
	s.touchTransaction(t)
	return nil
}

// decisionEvent reads the provider's capability into the lifecycle's words (I12).
func (c *Core) decisionEvent(t *transactions.Transaction, p Provider, kind transactions.Decision) transactions.Event {
	takes := c.takes(t, p, kind)
	switch {
	case kind == transactions.Confirm && takes:
		return transactions.ConfirmAccepted
	case kind == transactions.Confirm:
		return transactions.ConfirmAbsorbed
	case t.Running():
		return transactions.ReverseAccepted
	case !t.MaybeSent:
		return transactions.ReverseUnsent
	case takes:
		return transactions.ReverseAccepted
	}
	return transactions.ReverseAbsorbed
}

// writeAdvice prepares the provider's message once; it goes out byte for byte the same every time (I18).
func (c *Core) writeAdvice(t *transactions.Transaction, p Provider, e *saf.Entry, a Advice) error {
	a.ID, a.Identifiers = e.ID.String(), t.ProviderIdentifiers
	if len(a.Body) > 0 && t.Key.Service != transactions.Humm {
		a.Body = mask.Storable(a.Body) // the message is stored: no card number goes with it
	}
	call := c.callOf(t, p, transactions.AttemptKind(e.Kind))
	call.Advice, call.EntryID = &a, e.ID.String()
	if a.Identifiers == "" || t.Key.Service == transactions.Humm { // no answer came, or the request is what is signed: as it was sent
		call.Request = &Request{Key: t.Key, Body: c.openRequest(t)}
	}
	connector := c.Connector(p.ID)
	if connector == nil {
		return apperr.Errorf(apperr.Unavailable, "provider %s is not in service on this node", t.ProviderID)
	}
	m, err := connector.Prepare(call)
	if err != nil {
		return err
	}
	c.store(e, m)
	return nil
}

// store keeps the message of an entry as it will go out every time.
func (c *Core) store(e *saf.Entry, m Message) {
	e.Method, e.Path, e.PayloadMasked, e.PayloadDigest = m.Method, m.Path, m.Masked, transactions.Digest(m.Body)
	e.PayloadSealed = c.Vault.Seal("saf_entries", "payload_sealed", e.ID, m.Body)
	if m.Kind != "" && m.Kind != transactions.AttemptKind(e.Kind) {
		e.Opening = m.Kind
	}
}

// callOf is a call about a transaction on record.
func (c *Core) callOf(t *transactions.Transaction, p Provider, kind transactions.AttemptKind) Call {
	call := Call{
		Kind: kind, Service: t.Key.Service, Operation: t.Key.Operation, ClientID: t.Key.ClientID, WireRef: t.WireRef(), NextWireRef: t.NextWireRef(),
		Provider: p, ProviderRef: t.ProviderRef,
	}
	if product, ok := c.Directory().Product(t.ProductID, p.ID); ok {
		call.Product = &product
	}
	return call
}

// takes tells whether the provider takes this advice about this transaction: by its profile, and by the product sold.
func (c *Core) takes(t *transactions.Transaction, p Provider, kind transactions.Decision) bool {
	if kind == transactions.Reverse && t.Key.Operation == transactions.Provision {
		if product, ok := c.Directory().Product(t.ProductID, p.ID); ok && product.NotReversible {
			return false
		}
	}
	return p.Profile.Takes(t.Key.Operation, kind)
}

func (c *Core) openRequest(t *transactions.Transaction) []byte {
	body, err := c.Vault.Open("transactions", "request_sealed", t.ID, t.RequestSealed)
	if err != nil {
		return nil
	}
	return body
}

// finalAmount is the sum at which the decision settles (console-and-finance.md 9.6).
func finalAmount(t *transactions.Transaction, d decision) *int64 {
	switch {
	case d.advice.Amount != nil:
		minor := d.advice.Amount.Minor
		return &minor
	case d.kind == transactions.Confirm:
		return t.ApprovedAmount
	}
	zero := int64(0)
	return &zero
}

// decisionVoucher follows a decision with the voucher (vouchers.md 4.1); the first confirmation of a provision makes
// its code spendable, a reversal withdraws it only from the latest provision of the code.
func (c *Core) decisionVoucher(s *Set, t *transactions.Transaction, kind transactions.Decision) {
	c.decisionChange(s, t, kind)
	v := s.voucherOf(t)
	if v == nil {
		return
	}
	confirm := kind == transactions.Confirm
	var on vouchers.Event
	switch {
	case t.Key.Operation == transactions.Provision && confirm && t.Mode == transactions.Single:
		return // spendable since its approval
	case t.Key.Operation == transactions.Provision && confirm:
		on = vouchers.Activated
	case t.Key.Operation == transactions.Provision && v.ProvisionID == t.ID:
		on = vouchers.Withdrawn
	case v.UseID != t.ID:
		return
	case t.Key.Operation == transactions.Redemption && confirm:
		on = vouchers.RedemptionSettled
	case t.Key.Operation == transactions.Redemption:
		on = vouchers.RedemptionUndone
	case t.Key.Operation == transactions.Refund && confirm && s.vouchers[t.ChangeVoucherID] != nil:
		on = vouchers.RefundUndone // the money is in the new voucher: the old code stays spent (providers.md 4.7)
	case t.Key.Operation == transactions.Refund && confirm:
		on = vouchers.RefundSettled
	case t.Key.Operation == transactions.Refund:
		on = vouchers.RefundUndone
	default:
		return
	}
	if v.Step(on) == nil {
		s.touchVoucher(v)
	}
}

// decisionChange makes the voucher that came with a redemption or refund spendable, or withdraws it.
func (c *Core) decisionChange(s *Set, t *transactions.Transaction, kind transactions.Decision) {
	v := s.vouchers[t.ChangeVoucherID]
	if v == nil {
		return
	}
	on := vouchers.Withdrawn
	if kind == transactions.Confirm {
		on = vouchers.Activated
	}
	if v.Step(on) == nil {
		s.touchVoucher(v)
	}
}
