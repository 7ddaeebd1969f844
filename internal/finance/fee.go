package finance

import (
	"math/bits"
	"slices"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// TaxMode says how tax is laid on a fee.
type TaxMode string

// The modes; INCLUSIVE comes with further fee kinds.
const (
	TaxNone      TaxMode = "NONE"
	TaxExclusive TaxMode = "EXCLUSIVE"
)

// basisPoints is one whole: 10000 bp are 100 %.
const basisPoints = 10000

// FeeRule is the one fee there is so far: a commission in percent of the final amount, paid by the provider to the
// originator (9.7). The zero rule charges nothing.
type FeeRule struct {
	Code      string
	RateBP    int         // basis points of the final amount, 0 to 10000
	AppliesTo []Operation // operations that earn it
	Tax       TaxMode
	TaxRateBP int // basis points of the summed fee
}

// Validate refuses rates outside 0 to 100 % and unknown modes.
func (r FeeRule) Validate() error {
	if r.RateBP < 0 || r.RateBP > basisPoints {
		return apperr.Field("rate_bp", "a rate of %d basis points is outside 0 to %d", r.RateBP, basisPoints)
	}
	if r.TaxRateBP < 0 || r.TaxRateBP > basisPoints {
		return apperr.Field("tax_rate_bp", "a tax of %d basis points is outside 0 to %d", r.TaxRateBP, basisPoints)
	}
	if r.Tax != TaxNone && r.Tax != TaxExclusive && r.Tax != "" {
		return apperr.Field("tax_mode", "tax mode %q is neither NONE nor EXCLUSIVE", r.Tax)
	}
	return nil
}

// FeeOn gives the fee of one transaction in minor units, rounded half away from zero.
func (r FeeRule) FeeOn(op Operation, finalMinor int64) int64 {
	if !slices.Contains(r.AppliesTo, op) {
		return 0
	}
	return share(finalMinor, r.RateBP)
}

// TaxOn gives the tax on the summed fee of one cycle and party pair; it is rounded once.
func (r FeeRule) TaxOn(feeMinor int64) int64 {
	if r.Tax != TaxExclusive {
		return 0
	}
	return share(feeMinor, r.TaxRateBP)
}

// share is amount × bp / 10000 rounded half away from zero, exact for every amount because the product is 128 bits
// wide. With bp at most 10000 the result fits.
func share(amount int64, bp int) int64 {
	u := uint64(amount)
	if amount < 0 {
		u = -u
	}
	hi, lo := bits.Mul64(u, uint64(bp))
	lo, carry := bits.Add64(lo, basisPoints/2, 0)
	quotient, _ := bits.Div64(hi+carry, lo, basisPoints)
	if amount < 0 {
		return -int64(quotient)
	}
	return int64(quotient)
}
