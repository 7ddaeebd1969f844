package switchcore

import (
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// reply composes what the waiting client is told from the state as it now stands (I1, I11).
func (e *ended) reply(s *Set, t *transactions.Transaction) Ruling {
	r := e.words(t)
	if stored := e.stored(t); stored != nil {
		r = *stored
	}
	out := e.req.Render(r)
	s.trace(outboundTrace(e.req.In, e.req.Client, t.ID, r, out, e.began))
	t.RespondedAt = s.Now
	if r.Kind != ReplyStored || t.Outcome == transactions.Success {
		t.HTTPStatus, t.ErrorType = out.Status, r.ErrorType
	}
	if r.Kind == ReplyApproved || r.Kind == ReplyStored && t.Outcome == transactions.Success {
		t.Told = true
	}
	e.keep(s, t, r, out)
	s.touchTransaction(t)
	return Ruling{Verdict: Answered, Out: out, TransactionID: t.ID, Key: t.Key, WakeProvider: s.due(t)}
}

// stored gives the answer on record when the attempt was closed before: by a commit of this very event whose own answer
// was lost, or by a repeat that came in between. One outcome has one answer (A3, unknown commit).
func (e *ended) stored(t *transactions.Transaction) *Reply {
	if !e.closedBefore || t.Decision == transactions.Reverse || t.Key.Service == transactions.GiftCard { // a card's is kept without its number
		return nil
	}
	if body := e.core.openAnswer(t); body != nil {
		return &Reply{Kind: ReplyStored, Status: t.AnswerStatus, Body: body}
	}
	return nil
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
