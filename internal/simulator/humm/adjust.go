package humm

import (
	"slices"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// adjustment is a refund, whole or in part, as first asked for, with its answer.
type adjustment struct {
	Purchase   string   `json:"purchase"` // reference of the sale, as received
	Sale       string   `json:"sale"`     // its code; empty when it was not found
	Amount     int64    `json:"amount"`
	Code       string   `json:"code"`
	Signatures []string `json:"signatures"`        // of all messages that asked for it
	Undone     string   `json:"undone,omitempty"`  // reference of the reversal
	Reversed   bool     `json:"reverse,omitempty"` // that reversal was done
	Seq        int64    `json:"seq"`
}

// adjust gives money back. The reference is the identity: the same one again is answered from the record.
func (c *call) adjust(f stage.Fault) answer {
	s := c.s
	s.Lock()
	defer s.Unlock()
	defer s.Commit()
	if f.Name == "internal-error" && f.Arg != "processed" {
		return say(internalFailure)
	}
	key := s.chained(c.merchant(), c.m.text["x_pos_transaction_ref"])
	a := s.adjustments.Of(key)
	code := ""
	if a == nil {
		a = c.refund(key, f)
		code = a.Code
	} else {
		code = c.refundAgain(key, a)
	}
	if f.Name == "internal-error" {
		return say(internalFailure)
	}
	return say(code)
}

// refund judges a new adjustment and books it.
func (c *call) refund(key string, f stage.Fault) *adjustment {
	s, ref := c.s, c.m.text["x_pos_transaction_ref"]
	a := &adjustment{Purchase: c.m.text["x_purchase_ref"], Amount: c.m.amount("x_amount"), Signatures: []string{c.signature()}}
	holders := s.holders(c.merchant(), a.Purchase)
	if len(holders) == 1 {
		a.Sale = holders[0]
	}
	a.Code = s.judge(a, len(holders))
	if f.Name == "decline" {
		a.Code = argument(f, notPossible)
	}
	e := c.entry(ref, "")
	e.ProviderRef, e.Amount = ref, a.Amount
	if a.Code == refunded {
		u := s.uses.Of(a.Sale)
		u.Refunded += a.Amount
		s.uses.Set(a.Sale, u)
		e.State, e.FinalAmount = stage.Approved, a.Amount
	} else {
		e.State, e.ErrorType = stage.Declined, a.Code
	}
	a.Seq = e.Seq
	s.Keep(e)
	s.adjustments.Set(key, a)
	return a
}

// judge runs the amount rules in their order (humm.md 6.5).
func (s *Server) judge(a *adjustment, found int) string {
	switch {
	case a.Amount == 0:
		return notPositive
	case found == 0:
		return saleUnknown
	case found > 1:
		return duplicateRef
	}
	u := s.uses.Of(a.Sale)
	switch {
	case strings.HasPrefix(u.Bar, "FPSA") && u.Bar != completed:
		return u.Bar
	case u.Refunded >= u.Finance:
		return allRefunded
	case u.Bar == completed:
		return completed
	case a.Amount > u.Finance-u.Refunded:
		return overRefund
	}
	return refunded
}

// refundAgain answers a known reference: the stored result for the same refund, and its signature is one more name of it.
func (c *call) refundAgain(key string, a *adjustment) string {
	s := c.s
	e := s.Entries()[a.Seq-1]
	e.Retries++
	s.Keep(e)
	purchase := c.m.text["x_purchase_ref"]
	same := purchase == a.Purchase
	if holders := s.holders(c.merchant(), purchase); !same && len(holders) == 1 {
		same = holders[0] == a.Sale
	}
	if !same || c.m.amount("x_amount") != a.Amount {
		return duplicateRef
	}
	if !slices.Contains(a.Signatures, c.signature()) {
		a.Signatures = append(a.Signatures, c.signature())
		s.adjustments.Set(key, a)
	}
	return a.Code
}
