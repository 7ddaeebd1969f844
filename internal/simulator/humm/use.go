package humm

import (
	"fmt"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// use is the one use of a pre-approval code: the message that came first and what became of it.
type use struct {
	Signature string `json:"signature"`
	Merchant  string `json:"merchant"`
	Ref       string `json:"ref"`
	Finance   int64  `json:"finance"`  // minor units, ceiling of all refunds
	Refunded  int64  `json:"refunded"` // approved refunds that stand
	Seq       int64  `json:"seq"`      // entry in the books

	Code   string `json:"code"` // of the answer; empty while open
	Number string `json:"number,omitempty"`
	Then   string `json:"then"`           // code that ends it
	Asks   int    `json:"asks,omitempty"` // answered open before that
	Buyer  bool   `json:"buyer,omitempty"`
	Bar    string `json:"bar,omitempty"` // refuses refunds (FPSA..) or reversals (FPAR..)
}

// normalise gives the one name of a code that may come with the prefix of its barcode.
func normalise(code string) string {
	if rest, cut := strings.CutPrefix(code, "6199"); cut && len(rest) == 6 && isDigits(rest) {
		return rest
	}
	return code
}

// consume uses a code up. From here on only the same message learns more.
func (c *call) consume(code string, f stage.Fault) *use {
	s, m := c.s, c.m
	e := c.entry(m.text["x_pos_transaction_ref"], code)
	e.State, e.Amount = stage.Unprocessed, m.amount("x_finance_amount") // open, until settled
	u := &use{
		Signature: c.signature(), Merchant: c.merchant(), Ref: m.text["x_pos_transaction_ref"], Finance: e.Amount,
		Seq: e.Seq, Then: approved, Buyer: m.confirms(),
	}
	if s.refInUse(u) {
		u.Then = refTaken
	}
	switch f.Name {
	case "decline":
		u.Then = argument(f, noReason)
	case "contract":
		u.Bar = f.Arg
	case "internal-error":
		u.Buyer = false
		if f.Arg != "processed" {
			u.Asks = f.Number(1)
		}
	case "pending", "cancelled":
		if !u.Buyer {
			break
		}
		u.Asks = f.Number(1)
		if f.Name == "cancelled" {
			u.Then = cancelled
		}
	}
	s.Keep(e)
	s.uses.Set(code, u)
	return u
}

// refInUse tells whether another authorisation of the chain has the reference, or may yet get it.
func (s *Server) refInUse(u *use) bool {
	for _, code := range s.refs[s.chained(u.Merchant, u.Ref)] {
		if other := s.uses.Of(code); other.Code == approved || other.Code == "" {
			return true
		}
	}
	return false
}

// settle ends an authorisation; what it says then never changes.
func (s *Server) settle(code string, u *use) {
	e := s.Entries()[u.Seq-1]
	u.Code, e.At = u.Then, s.Now().UTC()
	if u.Code == approved {
		u.Number = fmt.Sprintf("H7%06d", u.Seq)
		e.State, e.FinalAmount, e.ProviderRef = stage.Approved, u.Finance, u.Number
	} else {
		e.State, e.ErrorType = stage.Declined, u.Code
	}
	s.Keep(e)
	s.uses.Set(code, u)
}
