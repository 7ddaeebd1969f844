package switchcore

import (
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// signatureID stands for the id of a request that is known by its signature only.
func signatureID(signature string) string { return "signature:" + signature }

// financeRules are the switch's own checks of a new consumer finance request: who holds its references, and whether it
// was reversed before it came (humm.md 6). What is due of the sale itself is the provider's business.
func (b *begin) financeRules(s *Set) (answer *ruleAnswer, redo bool) {
	for _, h := range b.held {
		if s.references[h.key()] != h.holder {
			return nil, true
		}
		if t := s.transactions[h.holder]; h.Kind == RefApprovalCode && t != nil && !neverSent(t) { // A1, A3, A10
			return &ruleAnswer{reply: Reply{Status: 400, ErrorType: ErrDuplicate, ErrorMessage: "Code already used"}}, false
		}
	}
	if stone := s.tombstones[b.signatureKey()]; stone != nil && b.signatureKey().RequestID != "" {
		return &ruleAnswer{reply: Reply{Status: 400, ErrorType: ErrVoucherReversed, ErrorMessage: "Reversed before it came", OriginalID: stone.AdviceID}}, false
	}
	return nil, false
}

// neverSent tells whether it is proved that nothing of the request ever left, so that it used nothing up (I8a).
func neverSent(t *transactions.Transaction) bool {
	return !t.Running() && !t.MaybeSent && t.Outcome != transactions.Success
}

// signatureKey is the key under which a reversal of a request not seen yet is remembered (I7).
func (b *begin) signatureKey() transactions.Key {
	key := b.req.Key
	key.RequestID = ""
	for _, r := range b.req.References {
		if r.Kind == RefSignature {
			key.RequestID = signatureID(r.Value)
		}
	}
	return key
}

// alias keeps every signature under which an adjustment was sent, so that a reversal finds it by any of them (J7).
func (b *begin) alias(s *Set, t *transactions.Transaction) {
	for _, h := range b.held {
		if h.Kind == RefSignature && s.references[h.key()] == uuid.Nil {
			s.hold(h.HeldReference, t.ID)
		}
	}
}

// financeConflict reads humm.md 6.6: what was reversed is not reversed again under another reference, what was declined
// is not there.
func (a *advise) financeConflict(t *transactions.Transaction) *Reply {
	switch {
	case a.req.Kind == transactions.Reverse && t.Decision == transactions.Reverse:
		return no(400, ErrVoucherReversed, "Reversed before", Detail{ReversalID: t.DecisionAdviceID})
	case a.req.Kind == transactions.Reverse && t.Final == transactions.Completed:
		return nil
	}
	return nil
}
