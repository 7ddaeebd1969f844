package switchcore

import (
	"bytes"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// ended is the end of a request attempt: the provider answered, or did not, or nothing was sent.
type ended struct {
	core      *Core
	req       *Request
	provider  Provider
	id        uuid.UUID // transaction
	attemptID uuid.UUID
	began     time.Time // start of exchange and attempt
	answer    Answer
	read      Result // what the connector made of the answer
	result    Result // the same as the record allows it; set by Step, which may run again
	late      bool   // nobody waits any more: the attempt was closed by its time-out
	kind      transactions.AttemptKind
	terms     []transactions.SearchTerm
	issued    *vouchers.Voucher // the voucher in the answer, sealed and hashed
	used      *vouchers.Voucher // the redeemed code, should it never have been issued through us
	device    *DeviceRow        // the signing key in the answer, sealed
	takenOver uuid.UUID         // id of the entry that delivers the message, should the switch take it over
}

// Needs locks the transaction, its voucher, and the rows that carry the issued code.
func (e *ended) Needs() Needs {
	n := Needs{Transactions: []uuid.UUID{e.id}}
	for _, v := range []*vouchers.Voucher{e.issued, e.used} {
		if v != nil {
			n.Codes = append(n.Codes, v.CodeHash)
		}
	}
	return n
}

// Step closes the attempt and settles what its answer proves, together with the answer for the client (I1, I14).
func (e *ended) Step(s *Set) Ruling {
	t := s.transactions[e.id]
	if t == nil {
		return Ruling{Verdict: Nothing}
	}
	e.result = e.read
	current := t.OpenAttemptID == e.attemptID
	e.traceAnswer(s, t, !current)
	if !current {
		e.lateAnswer(s, t)
		if e.late {
			e.keepAnswer(s, t)
			return Ruling{Verdict: Nothing, Key: t.Key, WakeProvider: t.ProviderID}
		}
		return e.reply(s, t)
	}
	e.closeAttempt(s, t)
	e.settle(s, t)
	return e.reply(s, t)
}

// traceAnswer keeps the provider's message; no answer leaves no trace of one (I13).
func (e *ended) traceAnswer(s *Set, t *transactions.Transaction, late bool) {
	if e.answer.Status == 0 {
		return
	}
	kind := transactions.TraceResponse
	if e.answer.Status >= 300 {
		kind = transactions.TraceError
	}
	s.trace(transactions.Trace{
		TransactionID: t.ID, ClientID: t.Key.ClientID, Leg: transactions.ProviderToSwitch, AttemptID: e.attemptID, Kind: kind, Late: late, Operation: t.Key.Operation,
		HTTPStatus: e.answer.Status, Headers: e.answer.Headers, Body: e.answer.Masked, SHA256: transactions.Digest(e.answer.Body), Bytes: len(e.answer.Body),
		ErrorType: e.result.Words.Code, PeerInstitution: e.provider.ID, BeganAt: e.began, Latency: e.answer.Latency,
	})
}

func (e *ended) closeAttempt(s *Set, t *transactions.Transaction) {
	end := AttemptEnd{ID: e.attemptID, State: attemptState(e.answer), Result: attemptResult(e.result), Detail: e.result.Detail, ProviderRef: e.result.Words.Ref, HTTPStatus: e.answer.Status, At: s.Now}
	s.Changes.EndedAttempts = append(s.Changes.EndedAttempts, end)
	t.OpenAttemptID, t.LeaseOwner, t.LeaseUntil = uuid.Nil, "", time.Time{}
	if end.State != transactions.NotSent && e.kind != transactions.AttemptLookup { // a question changes nothing there
		t.MaybeSent = true
	}
	t.ProviderErrorCode = e.result.Words.Code
	s.touchTransaction(t)
	for i := range e.terms {
		term := e.terms[i]
		term.TransactionID, term.At = t.ID, t.ReceivedAt
		s.Changes.Terms = append(s.Changes.Terms, &term)
	}
}

func attemptState(a Answer) transactions.AttemptState {
	switch {
	case !a.Sent:
		return transactions.NotSent
	case a.Status != 0:
		return transactions.Answered
	}
	return transactions.NoAnswer
}

func attemptResult(r Result) transactions.Outcome {
	switch r.Class {
	case ClassApproved, ClassDone:
		return transactions.Success
	case ClassDeclined, ClassRefused:
		return transactions.Failed
	}
	return transactions.Unknown
}

// settle turns the result into one event of the lifecycle and carries out its effects.
func (e *ended) settle(s *Set, t *transactions.Transaction) {
	on := transactions.AttemptUnknown
	switch {
	case t.Key.Operation.Informational() && e.result.Class == ClassApproved:
		on = transactions.LookupFound
	case t.Key.Operation.Informational():
		on = transactions.LookupFailed
	case t.Key.Operation == transactions.Receipt && e.result.Class != ClassApproved && e.result.Class != ClassDeclined:
		if err := e.core.takeOver(s, t, e.takenOver); err == nil {
			on = transactions.TakenOver
		}
	case e.result.Class == ClassApproved && e.taken(s, t):
		// a code that another sale already holds proves nothing good: open a break and let people look
		e.result.Class, e.result.Detail = ClassUnknown, "CODE_ALREADY_ISSUED"
		s.requireRecon(t, "the provider issued a code that another transaction holds")
	case e.result.Class == ClassApproved:
		on = transactions.AttemptApproved
	case e.result.Class == ClassDeclined:
		on = transactions.AttemptDeclined
	case !t.MaybeSent:
		on = transactions.AttemptUnsent
	}
	e.step(s, t, on, "provider answer "+e.result.Detail)
	if e.result.Break != "" && t.MaybeSent {
		s.requireRecon(t, e.result.Break)
	}
	if e.device != nil && on == transactions.LookupFound {
		e.device.At = s.Now
		s.Changes.Devices = append(s.Changes.Devices, e.device)
	}
}

// lateAnswer settles an UNKNOWN transaction without decision; everything else is only traced (I14).
func (e *ended) lateAnswer(s *Set, t *transactions.Transaction) {
	switch {
	case t.Running() || t.Key.Operation.Informational():
	case e.result.Class == ClassApproved && t.Allows(transactions.LateApproved) && !e.taken(s, t):
		e.step(s, t, transactions.LateApproved, "late answer")
	case e.result.Class == ClassDeclined && t.Allows(transactions.LateDeclined):
		e.step(s, t, transactions.LateDeclined, "late answer")
	}
}

func (e *ended) step(s *Set, t *transactions.Transaction, on transactions.Event, cause string) {
	then, err := s.move(t, on, cause, "")
	if err != nil {
		panic(err) // an open attempt exists only in stages that list these events
	}
	if on == transactions.AttemptApproved || on == transactions.LateApproved || on == transactions.LookupFound {
		e.approved(s, t)
	}
	if t.Outcome == transactions.Failed && t.DeclinedBy == "" {
		t.DeclinedBy = transactions.ByProvider
	}
	e.moveVoucher(s, t)
	e.core.carryOut(s, t, then, cause)
	s.touchTransaction(t)
}

// approved keeps what the provider granted, and the voucher it issued.
func (e *ended) approved(s *Set, t *transactions.Transaction) {
	t.ProviderRef, t.ProviderIdentifiers = e.result.Words.Ref, e.result.Identifiers
	if a := e.result.ApprovedAmount; a != nil {
		t.ApprovedAmount, t.Currency = &a.Minor, a.Currency
	} else if t.ApprovedAmount == nil {
		t.ApprovedAmount = t.RequestAmount
	}
	if t.Key.Service == transactions.Voucher && t.Key.Operation == transactions.Redemption && t.VoucherID == uuid.Nil {
		e.usedElsewhere(s, t)
	}
	switch {
	case e.issued == nil:
	case t.Key.Operation == transactions.Provision:
		e.issuedVoucher(s, t)
	case e.clientGave(): // the redeemed code itself, echoed
	case t.Key.Operation == transactions.Redemption, t.Key.Operation == transactions.Refund:
		e.changeVoucher(s, t)
	}
}

// issuedVoucher keeps the voucher of a provision.
func (e *ended) issuedVoucher(s *Set, t *transactions.Transaction) {
	v := e.existing(s, t)
	if v == nil {
		fresh := *e.issued
		fresh.ProviderID, fresh.State = t.ProviderID, vouchers.None
		v = &fresh
		s.insertVoucher(v)
	}
	v.ProvisionID, v.Currency, v.Amount, v.Balance = t.ID, t.Currency, t.ApprovedAmount, t.ApprovedAmount
	if e.issued.Serial != "" {
		v.Serial = e.issued.Serial
	}
	if !e.issued.Expiry.IsZero() {
		v.Expiry = e.issued.Expiry
	}
	t.VoucherID = v.ID
	s.touchVoucher(v)
}

// changeVoucher keeps the new voucher that came with a redemption or refund; it is spendable once that is confirmed.
func (e *ended) changeVoucher(s *Set, t *transactions.Transaction) {
	if e.existing(s, t) != nil {
		s.requireRecon(t, "the provider gave back a code that another transaction holds")
		return
	}
	v := *e.issued
	v.ProviderID, v.State, v.ProvisionID, v.Currency = t.ProviderID, vouchers.None, t.ID, t.Currency
	if e.result.BalanceAmount != nil && t.Key.Operation == transactions.Redemption {
		v.Amount, v.Balance = &e.result.BalanceAmount.Minor, &e.result.BalanceAmount.Minor
	} else if t.Key.Operation == transactions.Refund {
		v.Amount, v.Balance = t.ApprovedAmount, t.ApprovedAmount
	}
	if t.Mode == transactions.Single {
		v.State = vouchers.Available
	}
	s.insertVoucher(&v)
	t.ChangeVoucherID = v.ID
}

// usedElsewhere keeps a redeemed code that was sold outside the switch (vouchers.md 4.1).
func (e *ended) usedElsewhere(s *Set, t *transactions.Transaction) {
	if e.used == nil || len(s.withCode(e.used.CodeHash)) > 0 {
		return
	}
	v := *e.used
	v.ProviderID, v.State, v.UseID, v.Currency, v.Amount, v.Balance = t.ProviderID, vouchers.None, t.ID, t.Currency, t.ApprovedAmount, t.ApprovedAmount
	if err := v.Step(vouchers.RedeemedElsewhere); err != nil {
		panic(err) // a fresh voucher lists it
	}
	s.insertVoucher(&v)
	t.VoucherID = v.ID
}

// existing gives the row of the issued code at this provider.
func (e *ended) existing(s *Set, t *transactions.Transaction) *vouchers.Voucher {
	for _, v := range s.withCode(e.issued.CodeHash) {
		if v.ProviderID == t.ProviderID {
			return v
		}
	}
	return nil
}

// taken tells whether a code that the provider chose is already another transaction's; a code that the client gave may
// be provisioned again (vouchers.md 2).
func (e *ended) taken(s *Set, t *transactions.Transaction) bool {
	if e.issued == nil || t.Key.Operation != transactions.Provision || e.clientGave() {
		return false
	}
	v := e.existing(s, t)
	return v != nil && v.ProvisionID != t.ID
}

func (e *ended) clientGave() bool {
	return e.req.VoucherCode != "" && bytes.Equal(e.core.codeHash(e.req.VoucherCode), e.issued.CodeHash)
}

// moveVoucher follows the transaction with its voucher (vouchers.md 4.1).
func (e *ended) moveVoucher(s *Set, t *transactions.Transaction) {
	v := s.voucherOf(t)
	if v == nil {
		return
	}
	var on vouchers.Event
	switch stage := t.Stage(); {
	case t.Key.Operation == transactions.Provision && stage == transactions.Approved && t.Mode == transactions.Single:
		on = vouchers.Activated
	case t.Key.Operation == transactions.Provision && stage == transactions.Approved:
		on = vouchers.Issued
	case t.Outcome == transactions.Failed && v.UseID == t.ID && t.Key.Operation == transactions.Redemption:
		on = vouchers.RedemptionUndone
	case t.Outcome == transactions.Failed && v.UseID == t.ID && t.Key.Operation == transactions.Refund:
		on = vouchers.RefundUndone
	default:
		return
	}
	if v.Step(on) == nil {
		s.touchVoucher(v)
	}
}

// reply composes what the waiting client is told from the state as it now stands (I1, I11).
func (e *ended) reply(s *Set, t *transactions.Transaction) Ruling {
	r := e.words(t)
	out := e.req.Render(r)
	s.trace(outboundTrace(e.req.In, e.req.Client, t.ID, r, out, e.began))
	t.RespondedAt, t.HTTPStatus, t.ErrorType = s.Now, out.Status, r.ErrorType
	if r.Kind == ReplyApproved {
		t.Told = true
	}
	e.keep(s, t, r, out)
	s.touchTransaction(t)
	return Ruling{Verdict: Answered, Out: out, TransactionID: t.ID, Key: t.Key, WakeProvider: t.ProviderID}
}

// keepAnswer composes the answer that a later retry will be given, though nobody waits for it now.
func (e *ended) keepAnswer(s *Set, t *transactions.Transaction) {
	if len(t.AnswerSealed) == 0 {
		r := e.words(t)
		e.keep(s, t, r, e.req.Render(r))
	}
}

// keep stores the answer of a known outcome; an unknown one has none that could be repeated.
func (e *ended) keep(s *Set, t *transactions.Transaction, r Reply, out Outbound) {
	if e.req.Transient {
		return // what must not be kept is in the answer too
	}
	if t.Outcome == transactions.Success && (r.Kind == ReplyApproved || r.Kind == ReplyEcho) || t.Outcome == transactions.Failed && r.Status < 500 {
		t.AnswerStatus = out.Status
		kept := out.Body
		if t.Key.Service == transactions.GiftCard { // it names the card; nobody is given it again
			kept = mask.Storable(kept)
		}
		t.AnswerSealed = e.core.Vault.Seal("transactions", "answer_sealed", t.ID, kept)
		s.touchTransaction(t)
	}
}

func (e *ended) words(t *transactions.Transaction) Reply {
	switch {
	case t.Decision == transactions.Reverse:
		return reversedReply(t)
	case t.Outcome == transactions.Success && t.Key.Operation == transactions.Receipt && e.result.Class != ClassApproved:
		return Reply{Kind: ReplyEcho, Status: 202} // the switch delivers it
	case t.Outcome == transactions.Success && e.result.Class == ClassApproved:
		status := 201
		if t.Key.Operation.Informational() {
			status = 200
		}
		return Reply{Kind: ReplyApproved, Status: status, Approval: e.approval()}
	case t.Outcome == transactions.Failed && e.result.Class == ClassDeclined:
		r := Reply{Status: 400, ErrorType: firstOf(e.result.ErrorType, ErrDoNotHonor), ErrorMessage: "Declined by provider", Provider: e.result.Words}
		if r.ErrorType == ErrNotLocated {
			r.Status = 404
		}
		return r
	case e.result.StateUnknown:
		return Reply{Status: 500, ErrorType: ErrStatusUnknown, ErrorMessage: "Provider state unknown", Provider: e.result.Words}
	case e.result.Class == ClassNotSent:
		return Reply{Status: 503, ErrorType: ErrUpstream, ErrorMessage: "Provider not reachable"}
	}
	return upstreamSilent()
}

func (e *ended) approval() *Approval {
	return &Approval{
		SettlementEntity: e.provider.Settlement, Receiver: e.provider.Receiver,
		SettlementRef: e.core.NewID().String(), ReceiverRef: e.core.NewID().String(), Members: e.result.Members,
		NewVoucher: e.issued != nil && e.req.Key.Operation != transactions.Provision && !e.clientGave(),
	}
}

// carryOut does in the same commit what a transition asks for.
func (c *Core) carryOut(s *Set, t *transactions.Transaction, then []transactions.Effect, cause string) {
	for _, effect := range then {
		switch effect {
		case transactions.Close:
			c.close(s, t)
		case transactions.OpenBreak:
			if t.Decision == transactions.Confirm || t.MaybeSent {
				s.requireRecon(t, cause)
			}
		case transactions.ReleaseAdvice:
			c.release(s, t)
		case transactions.ConsumeAdvice:
			if e := s.entryOf[t.ID]; e != nil && (e.State == saf.Queued || e.State == saf.Leased) {
				if err := e.Step(saf.NothingToSend, s.Now); err != nil {
					panic(err) // both states list it
				}
				s.touchEntry(e)
			}
		}
	}
}

// close ends a transaction with the sum it settles at (console-and-finance.md 9.6).
func (c *Core) close(s *Set, t *transactions.Transaction) {
	t.ClosedAt = s.Now
	switch {
	case t.Final == transactions.FinalDeclined:
		zero := int64(0)
		t.FinalAmount = &zero
	case t.FinalAmount == nil && (t.Final == transactions.Completed || t.Final == transactions.Confirmed):
		t.FinalAmount = t.ApprovedAmount
	}
	s.touchTransaction(t)
}

// release makes the stored advice due now that the attempt it waited for has ended (I11), or ends it on the spot when
// the provider takes no such advice (I12).
func (c *Core) release(s *Set, t *transactions.Transaction) {
	e := s.entryOf[t.ID]
	if e == nil || e.State != saf.Queued {
		return
	}
	p, _ := c.Directory().Provider(t.ProviderID)
	if !c.takes(t, p, t.Decision) {
		then, err := s.move(t, transactions.AdviceConsumed, "the provider takes no such advice", "")
		if err != nil {
			panic(err) // every stage with a decision lists it
		}
		c.carryOut(s, t, then, "reversal consumed: the provider may still hold the effect")
		return
	}
	e.NextAt = s.Now
	s.touchEntry(e)
}
