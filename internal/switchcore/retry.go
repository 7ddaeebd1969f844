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
	message  Message   // the repeat, under the wire ref of the known transaction
	giveUp   bool      // the client's time is over: answer with what is true now
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
	if !r.provider.Profile.Retry && b.refusal == nil {
		return r.unsupported(s, t)
	}
	if t == nil {
		if s.tombstones[b.req.Key] != nil || b.refusal != nil {
			return b.Step(s)
		}
		return b.accept(s, nil)
	}
	if !bytes.Equal(t.Fingerprint, b.print) {
		return b.repeat(s, t, Reply{Status: 400, ErrorType: ErrDuplicate, ErrorMessage: "Same id, other content"})
	}
	switch {
	case t.Decision == transactions.Reverse:
		return b.repeat(s, t, Reply{Status: 400, ErrorType: ErrVoucherReversed, ErrorMessage: "Reversed", OriginalID: t.DecisionAdviceID})
	case t.Outcome == transactions.Success, t.Outcome == transactions.Failed:
		return r.stored(s, t)
	case t.Running() && r.giveUp:
		return b.repeat(s, t, upstreamSilent())
	case t.Running():
		return Ruling{Verdict: Wait, Key: t.Key, TransactionID: t.ID}
	}
	return r.resend(s, t)
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

// resend opens another attempt of an UNKNOWN transaction: same wire ref, through the provider's retry operation.
func (r *retry) resend(s *Set, t *transactions.Transaction) Ruling {
	b := r.first
	if _, err := s.move(t, transactions.RetryStarted, "client retry", ""); err != nil {
		panic(err) // only an UNKNOWN transaction gets here
	}
	t.RetryCount++
	t.LastClientAt = s.Now
	s.touchTransaction(t)
	s.trace(inboundTrace(b.req.In, b.req.Client, t.ID))
	b.core.openAttempt(s, t, r.provider, transactions.AttemptRetry, b.attemptID, r.message)
	return Ruling{Verdict: Proceed, TransactionID: t.ID, AttemptID: b.attemptID, BeganAt: s.Now, Key: t.Key}
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
