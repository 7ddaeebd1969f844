package finance

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Candidate is an item whose sides agree and that waits for a cycle (status READY).
type Candidate struct {
	TransactionID uuid.UUID
	ClientID      string
	Operation     Operation
	Product       string
	BusinessDate  Date
	At            time.Time
	FinalMinor    int64 // zero or more
	Currency      string
}

// LineKind tells principal from adjustments (I17).
type LineKind string

// Principal is the one line of a settled transaction; adjustments come with resolutions.
const Principal LineKind = "PRINCIPAL"

// Line is one frozen line of a cycle.
type Line struct {
	Candidate
	No        int
	Kind      LineKind
	Direction Direction
	FeeMinor  int64 // P→O, without tax
}

// Net is what one originator and the provider owe each other in a cycle (9.7). Positive sums flow from originator to
// provider, Fees and Tax from provider to originator.
type Net struct {
	ClientID    string
	Sales       Totals
	Redemptions Totals
	Refunds     Totals
	Principal   int64
	Fees        int64
	Tax         int64
	Net         int64
}

// Settlement is the calculated content of a cycle.
type Settlement struct {
	Lines     []Line
	Nets      []Net // by client
	Principal int64
	Fees      int64
	Tax       int64
	Net       int64
	InputHash string
}

// Settle totals the candidates of one cycle. The fee is rounded per transaction; tax is laid once per cycle and party
// pair, because each pair exchanges one payment and one invoice. Every transaction may stand in candidates once; a
// foreign currency, a negative amount and an overflow are refused. The order of the candidates does not matter.
func Settle(currency string, rule FeeRule, candidates []Candidate) (Settlement, error) {
	if err := rule.Validate(); err != nil {
		return Settlement{}, err
	}
	sorted := slices.Clone(candidates)
	slices.SortFunc(sorted, func(x, y Candidate) int {
		return cmp.Or(cmp.Compare(x.ClientID, y.ClientID), x.At.Compare(y.At),
			cmp.Compare(x.TransactionID.String(), y.TransactionID.String()))
	})
	if err := checkCandidates(currency, sorted); err != nil {
		return Settlement{}, err
	}
	var out Settlement
	for _, c := range sorted {
		out.Lines = append(out.Lines, Line{
			Candidate: c, No: len(out.Lines) + 1, Kind: Principal,
			Direction: c.Operation.Direction(), FeeMinor: rule.FeeOn(c.Operation, c.FinalMinor),
		})
	}
	out.total(rule)
	out.InputHash = inputHash(currency, rule, out.Lines)
	return out, nil
}

// checkCandidates guards the sums: with every amount positive and their total within int64, no later sum overflows.
func checkCandidates(currency string, candidates []Candidate) error {
	seen := make(map[uuid.UUID]struct{}, len(candidates))
	var sum int64
	for _, c := range candidates {
		if _, twice := seen[c.TransactionID]; twice {
			return apperr.Errorf(apperr.Internal, "transaction %s would be settled twice in one cycle", c.TransactionID)
		}
		seen[c.TransactionID] = struct{}{}
		if c.Currency != currency {
			return apperr.Errorf(apperr.Invalid, "transaction %s is in currency %s, the cycle in %s", c.TransactionID, c.Currency, currency)
		}
		if c.FinalMinor < 0 || sum > math.MaxInt64/4-c.FinalMinor {
			return apperr.Errorf(apperr.Invalid, "transaction %s has the amount %d, which cannot be totalled", c.TransactionID, c.FinalMinor)
		}
		sum += c.FinalMinor
	}
	return nil
}

// total builds the nets from the sorted lines and the sums from the nets.
func (s *Settlement) total(rule FeeRule) {
	for _, l := range s.Lines {
		if n := len(s.Nets); n == 0 || s.Nets[n-1].ClientID != l.ClientID {
			s.Nets = append(s.Nets, Net{ClientID: l.ClientID})
		}
		s.Nets[len(s.Nets)-1].add(l)
	}
	for i := range s.Nets {
		n := &s.Nets[i]
		n.Tax = rule.TaxOn(n.Fees)
		n.Net = n.Principal - n.Fees - n.Tax
		s.Principal += n.Principal
		s.Fees += n.Fees
		s.Tax += n.Tax
		s.Net += n.Net
	}
}

func (n *Net) add(l Line) {
	switch operations[l.Operation] {
	case sale:
		n.Sales.add(l.FinalMinor)
	case redemption:
		n.Redemptions.add(l.FinalMinor)
	case refund:
		n.Refunds.add(l.FinalMinor)
	}
	n.Principal += l.Operation.Sign() * l.FinalMinor
	n.Fees += l.FeeMinor
}

// inputHash fingerprints what the figures were made of.
func inputHash(currency string, rule FeeRule, lines []Line) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s|%s|%d|%v|%s|%d\n", currency, rule.Code, rule.RateBP, rule.AppliesTo, rule.Tax, rule.TaxRateBP)
	for _, l := range lines {
		fmt.Fprintf(h, "%s|%s|%s|%d|%d\n", l.TransactionID, l.ClientID, l.Operation, l.FinalMinor, l.FeeMinor)
	}
	return hex.EncodeToString(h.Sum(nil))
}
