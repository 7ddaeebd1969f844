package switchcore

import (
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// ruleAnswer is an answer from the state rules: about an existing transaction, or a refusal that gets a row of its own.
type ruleAnswer struct {
	reply Reply
	of    *transactions.Transaction
}

// rules gives the answer of the record or of the service's state rules to a new request; nil: it may go on. redo says
// that what was read before the lock is no longer so.
func (b *begin) rules(s *Set, known *transactions.Transaction) (answer *ruleAnswer, redo bool) {
	switch b.req.Key.Service {
	case transactions.GiftCard:
		return b.cardRules(s), false
	case transactions.Humm:
		return b.financeRules(s)
	}
	switch b.req.Key.Operation {
	case transactions.Provision:
		return b.provisionRules(s, known), false
	case transactions.Redemption, transactions.Refund:
		if v := b.chosen(s); (v == nil) != (b.voucherID == uuid.Nil) || v != nil && v.ID != b.voucherID {
			return nil, true
		}
		return b.voucherRules(s, known), false
	}
	return nil, false
}

// conflict gives the refusal of an advice that the state forbids; nil when it may go on.
func (a *advise) conflict(s *Set, t *transactions.Transaction) *Reply {
	switch t.Key.Service {
	case transactions.GiftCard:
		return a.cardConflict(s, t)
	case transactions.Humm:
		return a.financeConflict(t)
	}
	return a.voucherConflict(s, t)
}

// target gives the transaction that an advice means (I8); refusal is set when there is one, but none that could be advised.
func (a *advise) target(s *Set) (t *transactions.Transaction, refusal *Reply) {
	if a.req.Key.Service == transactions.GiftCard {
		return a.cardTarget(s)
	}
	return s.addressed(a.req.Key), nil
}

// reversedReply answers a request whose reversal was decided meanwhile, in the service's own type (I11).
func reversedReply(t *transactions.Transaction) Reply {
	kind := ErrVoucherReversed
	switch {
	case t.Key.Service == transactions.GiftCard:
		kind = ErrGeneral
	case t.Key.Operation == transactions.Redemption:
		kind = ErrRedemptionReversed
	case t.Key.Operation == transactions.Refund:
		kind = ErrRefundReversed
	}
	return Reply{Status: 400, ErrorType: kind, ErrorMessage: "Reversed meanwhile", OriginalID: t.DecisionAdviceID}
}

func no(status int, kind, message string, d Detail) *Reply {
	return &Reply{Status: status, ErrorType: kind, ErrorMessage: message, Detail: d}
}
