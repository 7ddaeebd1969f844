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

// Needs locks the entry, its transaction and voucher.
func (d *delivered) Needs() Needs { return Needs{Entries: []uuid.UUID{d.delivery.Entry.ID}} }

// Step closes the attempt and moves entry and transaction together. A result whose lease was lost is traced and changes
// nothing (A6).
func (d *delivered) Step(s *Set) Ruling {
	e := s.entries[d.delivery.Entry.ID]
	if e == nil {
		return Ruling{Verdict: Nothing}
	}
	stale := e.State != saf.Leased || e.Fence != d.delivery.Fence || e.LeaseOwner != d.core.Settings.Node
	d.traceAnswer(s, stale)
	if stale {
		return Ruling{Verdict: Nothing, WakeProvider: e.ProviderID}
	}
	state := attemptState(d.answer)
	s.Changes.EndedAttempts = append(s.Changes.EndedAttempts, AttemptEnd{
		ID: d.delivery.AttemptID, State: state, Result: attemptResult(d.result), Detail: d.result.Detail,
		ProviderRef: d.result.Words.Ref, HTTPStatus: d.answer.Status, At: s.Now,
	})
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
	if class == ClassDone && d.result.NotFound && !p.Profile.RecordsEarlyReversals && e.NotFoundCount == 0 {
		e.NotFoundCount++ // the request may still be on its way to them: ask once more (I16)
		d.again(s, e, d.notFoundRepeat(p))
		return
	}
	switch class {
	case ClassDone:
		d.entry(s, e, saf.Acknowledged)
		d.transaction(s, t, transactions.AdviceAcked)
	case ClassRefused:
		d.entry(s, e, saf.RefusedByPeer)
		d.transaction(s, t, transactions.AdviceRefused)
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

func (d *delivered) transaction(s *Set, t *transactions.Transaction, on transactions.Event) {
	if t == nil || !t.Allows(on) {
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
