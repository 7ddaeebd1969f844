package switchcore

import (
	"bytes"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// retry is a client's repeat of a provision through the retry operation (vouchers.md 4.2, I9).
type retry struct {
	first    *begin    // the same request as a first one, should the id be unknown
	known    uuid.UUID // the transaction whose repeat was prepared; nil: none was known before the lock
	provider Provider  // of the known transaction, else of the route
	call     Call
	message  Message // the repeat, under the wire ref of the known transaction
	giveUp   bool    // the client's time is over: answer with what is true now
}

// Needs locks the request key.
func (r *retry) Needs() Needs { return r.first.Needs() }

// Step answers from the record, waits for a running attempt, or opens one more attempt under the same wire ref.
func (r *retry) Step(s *Set) Ruling {
	b := r.first
	t := s.latest(b.req.Key)
	if found := idOf(t); found != r.known {
		return Ruling{Verdict: Redo}
	}
	if !r.repeats() && b.refusal == nil {
		return r.unsupported(s, t)
	}
	switch {
	case t == nil && (s.tombstones[b.req.Key] != nil || b.refusal != nil || r.finance()):
		return b.Step(s)
	case t == nil:
		return b.accept(s, nil)
	case !bytes.Equal(t.Fingerprint, b.print) && r.mayStartAnew(t):
		return r.startAnew(s, t)
	case !bytes.Equal(t.Fingerprint, b.print):
		return b.repeat(s, t, Reply{Status: 400, ErrorType: ErrDuplicate, ErrorMessage: "Same id, other content"})
	}
	b.alias(s, t)
	switch {
	case t.Decision == transactions.Reverse:
		return b.repeat(s, t, reversedReply(t))
	case t.Outcome == transactions.Success, t.Outcome == transactions.Failed:
		return r.stored(s, t)
	case t.Running() && r.giveUp:
		return b.repeat(s, t, upstreamSilent())
	case t.Running():
		return Ruling{Verdict: Wait, Key: t.Key, TransactionID: t.ID}
	case !r.prepared(t):
		return Ruling{Verdict: Redo}
	}
	return r.resend(s, t)
}

// finance tells whether the request is one of consumer finance, where the repeat needs no operation of its own.
func (r *retry) finance() bool { return r.first.req.Key.Service == transactions.Humm }

// repeats tells whether the provider takes a repeat at all.
func (r *retry) repeats() bool { return r.provider.Profile.Retry || r.finance() }

// mayStartAnew tells whether another request may take the place of a known one: nothing of that ever left (I8a, humm.md 8.4).
func (r *retry) mayStartAnew(t *transactions.Transaction) bool {
	return r.finance() && t.Key.Operation == transactions.Authorisation && t.Decision == transactions.Undecided && neverSent(t)
}

// startAnew closes the known request as declined, by the evidence that it was never sent, and opens the next generation.
func (r *retry) startAnew(s *Set, t *transactions.Transaction) Ruling {
	b := r.first
	if t.Outcome == transactions.Unknown {
		t.DeclinedBy = transactions.BySwitch
		then, err := s.move(t, transactions.LateDeclined, "never sent, replaced by another request", "")
		if err != nil {
			panic(err) // an UNKNOWN transaction without decision lists it
		}
		b.core.carryOut(s, t, then, "never sent")
	}
	if b.refusal != nil {
		return b.refuse(s, *b.refusal)
	}
	return b.accept(s, t)
}

// unsupported is the hard decline of a provider without retries; the first request stays as it was.
func (r *retry) unsupported(s *Set, t *transactions.Transaction) Ruling {
	reply := Reply{Status: 400, ErrorType: ErrNotSupported, ErrorMessage: "No retries here"}
	if t != nil {
		return r.first.repeat(s, t, reply)
	}
	return r.first.refuse(s, reply)
}

// stored repeats the answer on record; a success that carried the code counts as told from now on.
func (r *retry) stored(s *Set, t *transactions.Transaction) Ruling {
	body := r.first.core.openAnswer(t)
	if body == nil {
		return r.first.repeat(s, t, Reply{Status: 500, ErrorType: ErrGeneral, ErrorMessage: "Answer not available"})
	}
	if t.Outcome == transactions.Success {
		t.Told, t.RespondedAt, t.LastClientAt = true, s.Now, s.Now
		t.ErrorType, t.HTTPStatus = "", t.AnswerStatus
	}
	t.RetryCount++
	s.touchTransaction(t)
	return r.first.repeat(s, t, Reply{Kind: ReplyStored, Status: t.AnswerStatus, Body: body})
}

// prepared tells whether the message is that of the transaction as it is now. While it was prepared an attempt may have been
// running, and its end may have changed what a repeat is.
func (r *retry) prepared(t *transactions.Transaction) bool {
	return r.call.Kind == repeatOf(t) && r.call.WireRef == t.WireRef() && r.call.ProviderRef == t.ProviderRef
}

// repeatOf is what a repeat of an unknown request is: while no byte ever left it is still the first.
func repeatOf(t *transactions.Transaction) transactions.AttemptKind {
	if t.MaybeSent {
		return transactions.AttemptRetry
	}
	return transactions.AttemptRequest
}

// resend opens another attempt of an UNKNOWN transaction: same wire ref, through the provider's retry operation.
func (r *retry) resend(s *Set, t *transactions.Transaction) Ruling {
	b := r.first
	if _, err := s.move(t, transactions.RetryStarted, "client retry", ""); err != nil {
		panic(err) // only an UNKNOWN transaction gets here
	}
	age := s.Now.Sub(t.ReceivedAt)
	if t.WireNo > 0 { // the request that counts was sent later, by the repeat before this one at the latest
		age = s.Now.Sub(t.LastClientAt)
	}
	t.RetryCount++
	t.LastClientAt = s.Now
	s.touchTransaction(t)
	s.trace(inboundTrace(b.req.In, b.req.Client, t.ID))
	b.core.openAttempt(s, t, r.provider, kindOf(r.message, r.call.Kind), b.attemptID, r.message)
	return Ruling{Verdict: Proceed, Age: age, TransactionID: t.ID, AttemptID: b.attemptID, BeganAt: s.Now, Retries: t.RetryCount, Key: t.Key}
}

func upstreamSilent() Reply {
	return Reply{Status: 504, ErrorType: ErrUpstream, ErrorMessage: "No answer from provider"}
}

func idOf(t *transactions.Transaction) uuid.UUID {
	if t == nil {
		return uuid.Nil
	}
	return t.ID
}
