package switchcore

import (
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Error types that only the gift card service has (giftcards.md 3).
const (
	ErrCardActivated    = "CARD_ACTIVATED"
	ErrCardVoided       = "CARD_VOIDED"
	ErrTranNotSupported = "TRANSACTION_NOT_SUPPORTED"
)

// cardRules are the switch's own checks of a gift card request: the id space and the tombstone; the card itself is the
// issuer's business (giftcard-rules.md 8.1, 12).
func (b *begin) cardRules(s *Set) *ruleAnswer {
	if used := s.messages[b.messageID()]; used != nil {
		answer := &ruleAnswer{reply: Reply{Status: 400, ErrorType: ErrDuplicate, ErrorMessage: "Repeated UUID"}}
		if t := s.transactions[used.TransactionID]; t != nil && t.Key == b.req.Key {
			answer.of = t
		}
		return answer
	}
	if stone := s.tombstones[b.req.Key]; stone != nil {
		return &ruleAnswer{reply: Reply{Status: 400, ErrorType: ErrGeneral, ErrorMessage: "Request reversed", OriginalID: stone.AdviceID}}
	}
	return nil
}

func (b *begin) messageID() MessageID {
	return MessageID{ClientID: b.req.Client.ID, ID: b.req.Key.RequestID}
}

func (a *advise) messageID() MessageID {
	return MessageID{ClientID: a.req.Client.ID, ID: a.req.AdviceID}
}

// cardTarget finds the request an advice means. One that was declined can be advised no more, one of another kind is
// not there (giftcard-rules.md 8.2).
func (a *advise) cardTarget(s *Set) (*transactions.Transaction, *Reply) {
	t := s.latest(a.req.Key)
	held := s.messages[MessageID{ClientID: a.req.Client.ID, ID: a.req.Key.RequestID}]
	refusedByUs := t == nil && held != nil && held.Role == roleRequest && held.Operation == a.req.Key.Operation && !held.Operation.Informational()
	if refusedByUs || t != nil && t.Outcome == transactions.Failed {
		return t, no(400, ErrGeneral, "Request failed", Detail{})
	}
	return t, nil
}

// cardConflict reads giftcard-rules.md 9.2, and 9.3 as far as our own records know the card.
func (a *advise) cardConflict(s *Set, t *transactions.Transaction) *Reply {
	confirm := a.req.Kind == transactions.Confirm
	switch {
	case confirm && t.Decision == transactions.Reverse:
		return no(400, ErrGeneral, "Request reversed", Detail{ReversalID: t.DecisionAdviceID})
	case !confirm && (t.Decision == transactions.Confirm || t.Final == transactions.Completed):
		kind := ErrTranNotSupported
		switch t.Key.Operation {
		case transactions.Activation:
			kind = ErrCardActivated
		case transactions.Void:
			kind = ErrCardVoided
		}
		return no(400, kind, "Request confirmed", Detail{ConfirmationID: t.DecisionAdviceID})
	case !confirm && t.Decision == transactions.Undecided && s.voided[string(t.CardHash)] &&
		(t.Key.Operation == transactions.Load || t.Key.Operation == transactions.Redemption):
		s.requireRecon(t, "reversal refused: the card is voided, the money stays where it is")
		return no(400, ErrCardVoided, "Card voided", Detail{})
	}
	return nil
}

// useCardID uses a gift card advice's id up, unless the client is to send it again.
func (a *advise) useCardID(s *Set, id uuid.UUID, status int) {
	if a.req.Key.Service != transactions.GiftCard || status >= 500 {
		return
	}
	s.useMessageID(MessageKey{MessageID: a.messageID(), Operation: a.req.Key.Operation, Role: string(a.req.Kind), TransactionID: id})
}
