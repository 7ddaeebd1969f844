package transactions

import (
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Basis says which moment of a transaction a range is tested against.
type Basis string

// The bases. Either is the default: received or answered within the range.
const (
	ByEither    Basis = ""
	ByReceived  Basis = "received"
	ByResponded Basis = "responded"
)

// Preset is a named range that ends now, or Custom with moments of its own.
type Preset string

// The presets.
const (
	Last15Min  Preset = "15m"
	LastHour   Preset = "1h"
	Today      Preset = "today"
	Yesterday  Preset = "yesterday"
	Last7Days  Preset = "7d"
	Last31Days Preset = "31d"
	Last90Days Preset = "90d" // with a reference only
	Custom     Preset = "custom"
)

const day = 24 * time.Hour

// The widest ranges of a search, without and with a reference (console-and-finance.md 1.4).
const (
	WidestRange     = 31 * day
	WidestReference = 90 * day
)

// Filter says which transactions are looked for. Its address form is filter_query.go; zero members choose all.
type Filter struct {
	Preset Preset
	From   time.Time // inclusive
	To     time.Time // exclusive; zero: until now
	Basis  Basis

	Services   []Service
	Operations []Operation
	Providers  []string
	Clients    []string
	Statuses   []Status
	Errors     []string // error types of the last answer
	Product    string
	Terminal   string
	Min, Max   *int64 // minor units, both inclusive
	Doubtful   bool   // in doubt, see Transaction.Doubtful
	// Outstanding keeps only transactions whose advice has not reached its end.
	Outstanding bool
	Reference   Reference

	Ascending bool // oldest first
	Rows      int  // of a page
	Cursor    Cursor

	// Scope limits what the person may see to these clients; nil: all. It never comes from an address.
	Scope []string
}

// PageSizes are the sizes of a page that may be asked for; the second is the default.
func PageSizes() []int { return []int{25, 50, 100, 200} }

// defaultRows is the page size when none is asked for.
const defaultRows = 50

// defaultPreset is the range of an address that names none.
func (f *Filter) defaultPreset() Preset {
	if f.Reference.Given() {
		return Last90Days
	}
	return Today
}

// resolve turns the preset into moments of the given now, whose zone decides what a day is.
func (f *Filter) resolve(now time.Time) error {
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch f.Preset {
	case Last15Min:
		f.From = now.Add(-15 * time.Minute)
	case LastHour:
		f.From = now.Add(-time.Hour)
	case Today:
		f.From = midnight
	case Yesterday:
		f.From, f.To = midnight.AddDate(0, 0, -1), midnight
	case Last7Days:
		f.From = midnight.AddDate(0, 0, -6)
	case Last31Days:
		f.From = now.Add(-WidestRange)
	case Last90Days:
		f.From = now.Add(-WidestReference)
	case Custom:
	default:
		return apperr.Field("range", "This range is not known. Choose one of the list.")
	}
	return f.checkRange(now)
}

func (f *Filter) checkRange(now time.Time) error {
	end, widest := f.To, WidestRange
	if end.IsZero() {
		end = now
	}
	if f.Reference.Given() {
		widest = WidestReference
	}
	switch {
	case f.From.IsZero():
		return apperr.Field("from", "Say from when, or give a reference.")
	case !f.To.IsZero() && !f.To.After(f.From):
		return apperr.Field("to", "The range ends before it begins.")
	case end.Sub(f.From) > widest && f.Reference.Given():
		return apperr.Field("from", "With a reference the range may be 90 days wide at most.")
	case end.Sub(f.From) > widest:
		return apperr.Field("from", "Without a reference the range may be 31 days wide at most. Narrow it, or give a reference.")
	}
	return nil
}

// Narrower tells which filter would make a search that took too long cheaper.
func (f *Filter) Narrower() string {
	switch {
	case f.Reference.Given():
		return "Say which kind of reference it is, or narrow the range."
	case f.Preset != Last15Min && f.Preset != LastHour:
		return "Narrow the range to the last hour, or give a reference: a reference is found without looking through the range."
	case len(f.Providers) == 0:
		return "Choose one provider, or give a reference."
	}
	return "Give a reference: it is found without looking through the range."
}

// EarlyReversals tells whether a reversal that has no request could fit the filter: it has no provider, amount, product,
// terminal, error or advice of its own.
func (f *Filter) EarlyReversals() bool {
	for _, s := range f.Statuses {
		if s == EarlyReversal {
			return f.bare()
		}
	}
	return len(f.Statuses) == 0 && f.bare()
}

func (f *Filter) bare() bool {
	return len(f.Providers) == 0 && len(f.Errors) == 0 && f.Product == "" && f.Terminal == "" && f.Min == nil && f.Max == nil &&
		!f.Doubtful && !f.Outstanding && f.Basis != ByResponded
}

// OnlyEarlyReversals tells whether nothing but reversals without request is looked for.
func (f *Filter) OnlyEarlyReversals() bool {
	for _, s := range f.Statuses {
		if s != EarlyReversal {
			return false
		}
	}
	return len(f.Statuses) > 0
}
