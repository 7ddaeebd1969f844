package switchcore

import (
	"time"

	"github.com/google/uuid"

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
	retries   int       // of the transaction when the attempt was opened
	answer    Answer
	read      Result // what the connector made of the answer
	result    Result // the same as the record allows it; set by Step, which may run again
	late      bool   // nobody waits any more: the attempt was closed by its time-out
	// closedBefore is set by Step: somebody, or a commit of this event whose answer was lost, closed the attempt before.
	closedBefore bool
	kind         transactions.AttemptKind
	terms        []transactions.SearchTerm
	issued       *vouchers.Voucher // the voucher in the answer, sealed and hashed
	used         *vouchers.Voucher // the redeemed code, should it never have been issued through us
	device       *DeviceRow        // the signing key in the answer, sealed
	takenOver    uuid.UUID         // id of the entry that delivers the message, should the switch take it over
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
	e.result = e.inCurrency(t)
	current := t.OpenAttemptID == e.attemptID
	e.closedBefore = !current
	e.traceAnswer(s, t, !current)
	if !current {
		e.lateAnswer(s, t)
		if e.late {
			e.keepAnswer(s, t)
			return Ruling{Verdict: Nothing, Key: t.Key, WakeProvider: s.due(t)}
		}
		return e.reply(s, t)
	}
	e.closeAttempt(s, t)
	e.settle(s, t)
	return e.reply(s, t)
}

// inCurrency is what the answer proves of this transaction. An approval in another currency than that of the sum that was asked for,
// or that product or voucher have, proves nothing: nobody converts here. Its reference is kept for whoever asks the provider.
func (e *ended) inCurrency(t *transactions.Transaction) Result {
	a := e.read.ApprovedAmount
	if a == nil || t.RequestAmount == nil || a.Currency == t.Currency {
		return e.read
	}
	r := Result{Detail: "FOREIGN_CURRENCY"}
	r.Words.Ref = e.read.Words.Ref
	return r
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

// lateAnswer settles an UNKNOWN transaction without decision; everything else is only traced (I14). A decline proves
// nothing about a repeat that went out after the message it declines; repeats are counted, for clocks may be set back.
func (e *ended) lateAnswer(s *Set, t *transactions.Transaction) {
	repeated := t.RetryCount > e.retries
	switch {
	case t.Running() || t.Key.Operation.Informational():
	case e.result.Class == ClassApproved && t.Allows(transactions.LateApproved) && !e.taken(s, t):
		e.step(s, t, transactions.LateApproved, "late answer")
	case e.result.Class == ClassDeclined && !repeated && t.Allows(transactions.LateDeclined):
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
