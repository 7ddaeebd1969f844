package switchcore

import (
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// delivered is what came of one delivery attempt of a stored advice.
type delivered struct {
	core     *Core
	delivery saf.Delivery
	answer   Answer
	result   Result
}

// Needs locks the entry and its transaction; what becomes of an advice moves no voucher.
func (d *delivered) Needs() Needs {
	e := d.delivery.Entry
	return Needs{Entries: []uuid.UUID{e.ID}, Transactions: []uuid.UUID{e.TransactionID}, Light: true}
}

// Step closes the attempt and moves entry and transaction together. A result whose lease was lost is traced and changes
// nothing (A6).
func (d *delivered) Step(s *Set) Ruling {
	e := s.entries[d.delivery.Entry.ID]
	if e == nil {
		return Ruling{Verdict: Nothing}
	}
	stale := d.stale(e)
	d.traceAnswer(s, stale)
	if stale {
		return Ruling{Verdict: Nothing, WakeProvider: e.ProviderID}
	}
	d.closeAttempt(s)
	if d.result.Class != ClassNotSent {
		e.LastHTTPStatus, e.LastErrorType, e.LastErrorText = d.answer.Status, d.result.Words.Code, d.result.Words.Message
	} else {
		e.LastHTTPStatus, e.LastErrorType, e.LastErrorText = 0, d.result.Detail, ""
	}
	if d.result.Class != ClassFault {
		e.Faults = 0
	}
	d.settle(s, e)
	s.touchEntry(e)
	return Ruling{Verdict: Nothing, TransactionID: e.TransactionID}
}

func (d *delivered) closeAttempt(s *Set) {
	s.Changes.EndedAttempts = append(s.Changes.EndedAttempts, AttemptEnd{
		ID: d.delivery.AttemptID, State: attemptState(d.answer), Result: attemptResult(d.result), Detail: d.result.Detail,
		ProviderRef: d.result.Words.Ref, HTTPStatus: d.answer.Status, At: s.Now,
	})
}

// stale tells whether the lease was lost: another claim, another node, or an end by hand.
func (d *delivered) stale(e *saf.Entry) bool {
	return e.State != saf.Leased || e.Fence != d.delivery.Fence || e.LeaseOwner != d.core.Settings.Node || e.AttemptID != d.delivery.AttemptID
}

func (d *delivered) traceAnswer(s *Set, late bool) {
	if d.answer.Status == 0 {
		return
	}
	e := d.delivery.Entry
	kind := transactions.TraceAck
	if d.answer.Status >= 300 {
		kind = transactions.TraceError
	}
	s.trace(transactions.Trace{
		TransactionID: e.TransactionID, ClientID: e.ClientID, Leg: transactions.ProviderToSwitch, AttemptID: d.delivery.AttemptID, Kind: kind, Late: late,
		Operation: e.Operation, HTTPStatus: d.answer.Status, Headers: d.answer.Headers, Body: d.answer.Masked,
		SHA256: transactions.Digest(d.answer.Body), Bytes: len(d.answer.Body), ErrorType: d.result.Words.Code,
		PeerInstitution: e.ProviderID, BeganAt: d.delivery.StartedAt, Latency: d.answer.Latency,
	})
}

// settle reads the result class into the entry's and the transaction's next state.
func (d *delivered) settle(s *Set, e *saf.Entry) {
	t := s.transactions[e.TransactionID]
	p, _ := d.core.Directory().Provider(e.ProviderID)
	class := d.result.Class
	if d.proved(s, t); e.State != saf.Leased {
		return // what was proved leaves nothing to deliver
	}
	if class == ClassDone && d.result.NotFound && !p.Profile.RecordsEarlyReversals && e.NotFoundCount == 0 {
		e.NotFoundCount++ // the request may still be on its way to them: ask once more (I16)
		d.again(s, e, d.notFoundRepeat(p))
		return
	}
	switch class {
	case ClassDone:
		d.entry(s, e, saf.Acknowledged)
		d.transaction(s, t, e, transactions.AdviceAcked)
	case ClassRefused:
		d.entry(s, e, saf.RefusedByPeer)
		d.transaction(s, t, e, transactions.AdviceRefused)
	case ClassConsumed:
		d.entry(s, e, saf.NothingToSend)
		d.transaction(s, t, e, transactions.AdviceConsumed)
	case ClassFault:
		if e.Faults++; e.Faults >= d.core.Settings.SAF.Poison {
			e.ParkedReason = "our own fault with this message, three times in a row"
			d.entry(s, e, saf.GaveUp)
			return
		}
		d.again(s, e, d.answer.RetryAfter)
	default:
		d.again(s, e, d.answer.RetryAfter)
	}
}

func (d *delivered) notFoundRepeat(p Provider) time.Duration {
	if own := time.Duration(p.Profile.NotFoundRepeat); own > 0 {
		return own
	}
	return d.core.Settings.SAF.NotFoundRepeat
}

// again puts the entry back with its next time, or parks it when it is too old; it never drops it (I15).
func (d *delivered) again(s *Set, e *saf.Entry, after time.Duration) {
	policy := d.core.Settings.SAF
	if policy.Old(e, s.Now) {
		e.ParkedReason = "not acknowledged for " + policy.ParkAfter.String()
		d.entry(s, e, saf.GaveUp)
		return
	}
	d.entry(s, e, saf.NotFinal)
	e.NextAt = s.Now.Add(policy.Backoff(e.Attempts, after, d.core.Random()))
}

func (d *delivered) entry(s *Set, e *saf.Entry, on saf.Event) {
	before, reason := e.State, e.ParkedReason
	if err := e.Step(on, s.Now); err != nil {
		panic(err) // a leased entry lists all of these
	}
	if e.State == saf.Parked {
		e.ParkedReason = reason
	}
	if e.State != saf.Queued {
		s.note(e.TransactionID, "saf", string(before), string(e.State), "delivery "+d.result.Detail, "")
	}
}

// proved moves the transaction by what a step of the delivery proved about its request (humm.md 8.4).
func (d *delivered) proved(s *Set, t *transactions.Transaction) {
	on := transactions.AttemptApproved
	switch d.result.Proved {
	case ClassApproved:
	case ClassDeclined:
		on = transactions.AttemptDeclined
	default:
		return
	}
	if t == nil || t.Stage() != transactions.DoubtReversing {
		return
	}
	then, err := s.move(t, on, "the provider told what became of the request", "")
	if err != nil {
		panic(err) // DoubtReversing lists both
	}
	if on == transactions.AttemptApproved {
		t.ProviderRef = firstOf(t.ProviderRef, d.result.Words.Ref)
		if t.ApprovedAmount == nil {
			t.ApprovedAmount = t.RequestAmount
		}
	} else if t.DeclinedBy == "" {
		t.DeclinedBy = transactions.ByProvider
	}
	d.core.carryOut(s, t, then, "the request was declined")
	s.touchTransaction(t)
}

// transaction tells the transaction what became of its advice; entries that are no advice of it leave it alone, but for a
// refusal, which people must look at.
func (d *delivered) transaction(s *Set, t *transactions.Transaction, e *saf.Entry, on transactions.Event) {
	if t == nil {
		return
	}
	if d.result.Break != "" {
		s.requireRecon(t, d.result.Break)
	}
	if e.Kind != saf.Confirm && e.Kind != saf.Reverse {
		if on == transactions.AdviceRefused {
			s.requireRecon(t, "the provider refused the "+string(e.Kind))
		}
		return
	}
	if !t.Allows(on) {
		return
	}
	cause := "provider answered the advice: " + d.result.Detail
	then, err := s.move(t, on, cause, "")
	if err != nil {
		panic(err) // Allows said it may
	}
	d.core.carryOut(s, t, then, "the provider refused the "+string(t.Decision))
	s.touchTransaction(t)
}

// stepped is the end of one attempt of a delivery whose answer asks for one more message: the next is an attempt of its own
// under the same lease, renewed.
type stepped struct {
	*delivered
	follow    *Follow
	attemptID uuid.UUID
}

// Step writes nothing when the lease was lost: the first answer is then kept by delivered.
func (d *stepped) Step(s *Set) Ruling {
	e := s.entries[d.delivery.Entry.ID]
	if e == nil || d.stale(e) {
		return Ruling{Verdict: Nothing}
	}
	t := s.transactions[e.TransactionID]
	d.traceAnswer(s, false)
	d.closeAttempt(s)
	d.proved(s, t)
	e.AttemptID, e.LeaseUntil = d.attemptID, s.Now.Add(d.delivery.Lease)
	s.touchEntry(e)
	m, digest := d.follow.Message, transactions.Digest(d.follow.Message.Body)
	s.Changes.NewAttempts = append(s.Changes.NewAttempts, &transactions.Attempt{
		ID: d.attemptID, TransactionID: e.TransactionID, SAFID: e.ID, Kind: d.follow.Kind, State: transactions.Intent, No: e.Attempts,
		Trigger: transactions.TriggerAuto, WireRef: e.WireRef, Digest: digest, Fence: e.Fence, Node: e.LeaseOwner, StartedAt: s.Now, LeaseUntil: e.LeaseUntil,
	})
	s.trace(transactions.Trace{
		TransactionID: e.TransactionID, ClientID: e.ClientID, Leg: transactions.SwitchToProvider, AttemptID: d.attemptID, Kind: transactions.TraceRequest,
		Operation: e.Operation, Method: m.Method, URLPath: firstOf(m.TracedPath, m.Path), Headers: m.Headers, Body: m.Masked, SHA256: digest,
		Bytes: len(m.Body), PeerInstitution: e.ProviderID,
	})
	return Ruling{Verdict: Proceed, TransactionID: e.TransactionID, BeganAt: s.Now}
}
