package giftcards

import (
	"net/http"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// verdict is what an advice comes to: a refusal, a change of the books, or
// neither (it was accepted before, or the request is in the wanted state).
type verdict struct {
	refusal *refusal
	change  bool
	final   int64 // of a change: what stands afterwards
}

// judgeAdvice runs the checks of giftcard-rules.md 8.2 from the search for the
// original on; the advice id is fresh.
func (s *dataSet) judgeAdvice(op operation, do action, m *message) verdict {
	r := s.requests[key{op, m.RequestID}]
	detail := object{"requestId": m.RequestID}
	switch {
	case r == nil || r.state == stage.Unprocessed:
		lost := refuse(http.StatusNotFound, errNotFound, "No request record.")
		detail["freeString"] = "no such " + string(op)
		lost.Detail = detail
		return verdict{refusal: lost}
	case r.state == stage.Declined:
		return verdict{refusal: bad(errGeneral, "Request failed", "the request was declined", detail)}
	case r.advice == do.decision():
		return verdict{}
	case r.advice != "":
		return verdict{refusal: decided(r, m, do)}
	case do == confirm:
		final, refused := confirmedAmount(r, m)
		return verdict{refused, refused == nil, final}
	}
	if refused := r.reversible(); refused != nil {
		return verdict{refusal: refused}
	}
	return verdict{change: true}
}

// decided refuses an advice that contradicts the one before.
func decided(r *request, m *message, do action) *refusal {
	if do == confirm {
		return bad(errGeneral, "Request reversed", "the request was reversed", bothAdvices(r, m, do))
	}
	return bad(confirmedError(r.op), "Request confirmed", "the request was confirmed", bothAdvices(r, m, do))
}

// confirmedError is the answer to a reversal after the confirmation.
func confirmedError(op operation) string {
	switch op {
	case activation:
		return errActive
	case void:
		return errVoided
	}
	return errNotSupported
}

// confirmedAmount is what a confirmation makes final: all of it, or for a load
// the smaller amount it names.
func confirmedAmount(r *request, m *message) (int64, *refusal) {
	if r.op != load || m.Amounts == nil || m.Amounts.Approved == nil {
		return r.amount, nil
	}
	a := *m.Amounts.Approved
	if a.Currency != currency || a.Amount < 0 || a.Amount > r.amount {
		return 0, bad(errAmount, "Invalid amount", "not between zero and the amount loaded", object{"requestId": r.id})
	}
	return a.Amount, nil
}

// reversible is table 9.3: a card's status can stand against a reversal.
func (r *request) reversible() *refusal {
	blocking, on := reversalError(r.op, r.card.life), r.card
	if r.op == transfer && blocking == "" {
		blocking, on = reversalError(load, r.target.life), r.target
	}
	shown := object{"pan": on.PAN}
	switch blocking {
	case errActive:
		return bad(errActive, "Card active", "card is active by now", activeDetail(on, shown))
	case errVoided:
		return bad(errVoided, "Card voided", "card is voided by now", voidedDetail(on, shown))
	}
	return nil
}

// reversalError is one cell of table 9.3, empty where the reversal applies.
func reversalError(op operation, is status) string {
	switch {
	case op == replace, is == voided && op == void:
		return ""
	case is == voided || is == voidedConfirmed:
		return errVoided
	case op == activation && is == activatedConfirmed:
		return errActive
	}
	return ""
}
