package switchcore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// maxFollows bounds the messages of one call after the first; no protocol needs as many.
const maxFollows = 8

// followed is the end of an attempt whose answer asks for one more message: it closes the one and opens the next in the
// same commit, so that no two ever overlap (I9, I10).
type followed struct {
	ended     *ended
	follow    *Follow
	attemptID uuid.UUID // of the next
	entryID   uuid.UUID // of the CLEANUP entry, should there be one
}

// Needs locks what the end of the attempt locks.
func (f *followed) Needs() Needs { return f.ended.Needs() }

// Step goes on only while the attempt is still the running one and nobody has decided; otherwise nothing is written and
// the answer counts as it reads.
func (f *followed) Step(s *Set) Ruling {
	e := f.ended
	t := s.transactions[e.id]
	if t == nil || t.OpenAttemptID != e.attemptID || t.Decision != transactions.Undecided {
		return Ruling{Verdict: Nothing}
	}
	e.result = e.read
	e.traceAnswer(s, t, false)
	e.closeAttempt(s, t)
	if f.follow.NewWireRef {
		f.renew(s, t)
	}
	e.core.openAttempt(s, t, e.provider, f.follow.Kind, f.attemptID, f.follow.Message)
	s.touchTransaction(t)
	return Ruling{Verdict: Proceed, TransactionID: t.ID, AttemptID: f.attemptID, BeganAt: s.Now, Retries: t.RetryCount, Key: t.Key}
}

// renew gives the transaction its next wire reference and stores the rejection of the old one.
func (f *followed) renew(s *Set, t *transactions.Transaction) {
	old := t.WireRef()
	t.WireNo++
	s.Changes.Superseded = append(s.Changes.Superseded, t.ID)
	s.note(t.ID, "wire_ref", old, t.WireRef(), "proved not issued under the old reference", "")
	if f.follow.Cleanup == nil {
		return
	}
	entry := &saf.Entry{
		ID: f.entryID, ProviderID: t.ProviderID, ClientID: t.Key.ClientID, Service: t.Key.Service, Operation: t.Key.Operation,
		TransactionID: t.ID, Kind: saf.Cleanup, WireRef: old, State: saf.Queued, NextAt: s.Now, Amount: t.RequestAmount, Currency: t.Currency,
	}
	f.ended.core.store(entry, *f.follow.Cleanup)
	s.insertEntry(entry)
}

// next gives the message that a result asks for, nil when there is none or no time for it.
func (p *Processor) next(ctx context.Context, result Result, done int) *Follow {
	f := result.Follow
	if f == nil || result.Class != ClassUnknown || done >= maxFollows || time.Until(p.lastMoment(ctx)) < f.After+p.Core.Settings.ResolveLeft {
		return nil
	}
	return f
}

// goOn commits the next message of a call, and tells when that was asked for; false: it may not be sent.
func (p *Processor) goOn(ctx context.Context, e *ended, f *Follow) (r Ruling, asked time.Time, ok bool) {
	if f.After > 0 {
		wait(ctx, nil, f.After)
	}
	event := &followed{ended: e, follow: f, attemptID: p.Core.NewID(), entryID: p.Core.NewID()}
	asked = time.Now() // a try that fails costs part of the lease: too early is safe
	r, err := p.persist(ctx, event)
	if err != nil {
		p.Log.Error("the next message of a call could not be stored; it is not sent", "transaction", e.id, "err", err)
	}
	return r, asked, err == nil && r.Verdict == Proceed
}
