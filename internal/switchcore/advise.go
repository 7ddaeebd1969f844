package switchcore

import (
	"bytes"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/transactions"
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
