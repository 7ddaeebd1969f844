package switchcore

import (
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// recovered closes an attempt whose node did not come back before its lease lapsed: maybe sent, never guessed (A4).
type recovered struct {
	core    *Core
	id      uuid.UUID
	entryID uuid.UUID // of the entry that delivers the message, should the switch take it over
}

// Needs locks the transaction.
func (r *recovered) Needs() Needs { return Needs{Transactions: []uuid.UUID{r.id}} }

// Step closes the attempt as unanswered, should it still be open and its lease over.
func (r *recovered) Step(s *Set) Ruling {
	t := s.transactions[r.id]
	if t == nil || !t.Running() || t.LeaseUntil.After(s.Now) {
		return Ruling{Verdict: Nothing}
	}
	s.Changes.EndedAttempts = append(s.Changes.EndedAttempts, AttemptEnd{
		ID: t.OpenAttemptID, State: transactions.NoAnswer, Result: transactions.Unknown, Detail: "LEASE_LAPSED", At: s.Now,
	})
	t.OpenAttemptID, t.LeaseOwner, t.LeaseUntil, t.MaybeSent = uuid.Nil, "", time.Time{}, true
	on := transactions.AttemptUnknown
	switch {
	case t.Key.Operation.Informational():
		on, t.DeclinedBy = transactions.LookupFailed, transactions.ByProvider
	case t.Key.Operation == transactions.Receipt && r.core.takeOver(s, t, r.entryID) == nil:
		on = transactions.TakenOver
	}
	cause := "the attempt outlived its lease"
	then, err := s.move(t, on, cause, "system")
	if err != nil {
		panic(err) // every stage with a running attempt lists it
	}
	r.core.carryOut(s, t, then, cause)
	s.touchTransaction(t)
	return Ruling{Verdict: Nothing, TransactionID: t.ID, Key: t.Key, WakeProvider: t.ProviderID}
}

// ownWord is a decision of the switch itself: the reversal of an outcome that stayed unknown (I4), the confirmation of a
// single-message sale towards a provider that wants one, or the close of one at its cut-off (A1).
type ownWord struct {
	core    *Core
	id      uuid.UUID
	entryID uuid.UUID
	query   UndecidedQuery
}

// Needs locks the transaction.
func (o *ownWord) Needs() Needs { return Needs{Transactions: []uuid.UUID{o.id}} }

// Step checks again under lock that the word is due, then decides.
func (o *ownWord) Step(s *Set) Ruling {
	t := s.transactions[o.id]
	if t == nil || t.Running() || t.Decision != transactions.Undecided || t.Final != transactions.Open {
		return Ruling{Verdict: Nothing}
	}
	p, _ := o.core.Directory().Provider(t.ProviderID)
	wantsConfirm := o.core.takes(t, p, transactions.Confirm)
	single := t.Mode == transactions.Single && t.Outcome == transactions.Success
	var err error
	switch {
	case o.query.Unknown && t.Outcome == transactions.Unknown && !t.LastClientAt.After(s.Now.Add(-o.query.Age)):
		err = o.core.decide(s, t, o.word(transactions.Reverse, s.Now, "unknown for too long"))
	case o.query.Untold && t.Outcome == transactions.Success && !t.Told && t.Key.Service == transactions.Humm && t.Key.Operation.Financial() &&
		!t.LastClientAt.After(s.Now.Add(-o.query.Age)):
		err = o.core.decide(s, t, o.word(transactions.Reverse, s.Now, "approved, but nobody was told"))
	case o.query.OwnConfirm && single && wantsConfirm && !t.RespondedAt.After(s.Now.Add(-o.query.Age)):
		err = o.core.decide(s, t, o.word(transactions.Confirm, s.Now, "single messaging, confirmed by the switch"))
	case o.query.CutOff && single && !wantsConfirm && t.BusinessDate.Before(o.query.Date):
		err = o.complete(s, t)
	default:
		return Ruling{Verdict: Nothing}
	}
	if err != nil {
		return Ruling{Verdict: Nothing, Err: err}
	}
	return Ruling{Verdict: Nothing, TransactionID: t.ID, Key: t.Key, WakeProvider: t.ProviderID}
}

func (o *ownWord) word(kind transactions.Decision, now time.Time, cause string) decision {
	d := decision{kind: kind, origin: transactions.BySystem, entryID: o.entryID, cause: cause}
	d.advice.Time = now.UTC().Format("2006-01-02T15:04:05.000Z")
	if kind == transactions.Reverse {
		d.advice.Reason = "TIMEOUT"
	}
	return d
}

func (o *ownWord) complete(s *Set, t *transactions.Transaction) error {
	then, err := s.move(t, transactions.CutoffReached, "cut-off reached", "system")
	if err != nil {
		return err
	}
	o.core.carryOut(s, t, then, "cut-off reached")
	return nil
}

// heard is a message that becomes no transaction: a FORMAT_ERROR and the like, kept as traces only.
type heard struct {
	in     Inbound
	client Client
	reply  Reply
	out    Outbound
}

// Needs nothing: it only adds rows.
func (h *heard) Needs() Needs { return Needs{} }

// Step writes both client legs.
func (h *heard) Step(s *Set) Ruling {
	traceExchange(s, h.in, h.client, uuid.Nil, h.reply, h.out)
	return Ruling{Verdict: Answered, Out: h.out}
}

// readOff is an informational request that the switch answers from its own lists (lookupProducts).
type readOff struct {
	core  *Core
	req   *Request
	id    uuid.UUID
	reply Reply
}

// Needs nothing: it only adds rows.
func (r *readOff) Needs() Needs { return Needs{} }

// Step writes a closed transaction without key, or the refusal.
func (r *readOff) Step(s *Set) Ruling {
	b := begin{core: r.core, req: r.req, id: r.id}
	if r.reply.ErrorType != "" {
		return b.refuse(s, r.reply)
	}
	return r.answer(s, &b)
}

// answer writes the transaction and its traces.
func (r *readOff) answer(s *Set, b *begin) Ruling {
	out := r.req.Render(r.reply)
	t := b.row(s)
	if _, err := s.move(t, transactions.RecordRead, "answered from our own list", ""); err != nil {
		panic(err) // the table lists it
	}
	t.RespondedAt, t.ClosedAt, t.HTTPStatus, t.AnswerStatus = s.Now, s.Now, out.Status, out.Status
	s.insertTransaction(t)
	traceExchange(s, r.req.In, r.req.Client, t.ID, r.reply, out)
	return Ruling{Verdict: Answered, Out: out, TransactionID: t.ID, Key: t.Key}
}
