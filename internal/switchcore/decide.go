package switchcore

import (
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

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
