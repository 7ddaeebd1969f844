package humm

import (
	"strconv"
	"strings"
	"unicode/utf8"

	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// Longest values, in characters (spec/humm.md 2 and 3).
const (
	maxMerchant = 10
	maxDevice   = 64
	maxRef      = 64
	maxVendor   = 100
	maxMobile   = 10
	maxAmount   = 12
	maxSign     = 200
	maxItems    = 200
	maxTracking = 1_000_000
)

// shape says what a member must look like.
type shape byte

const (
	text   shape = iota // a string of printable characters; a whole number stands for its digits
	number              // digits only: cents, or a telephone number
)

// field is a required member of an operation.
type field struct {
	name  string
	max   int
	shape shape
}

// fields gives the required members of an operation.
func fields(op rail.Operation) []field {
	all := []field{{rail.MerchantID, maxMerchant, text}, {rail.DeviceID, maxDevice, text}, {rail.OperatorID, maxRef, text}, {rail.Firmware, maxRef, text}}
	switch op {
	case rail.CreateKey:
		return append(all, field{rail.DeviceToken, maxRef, text}, field{rail.Vendor, maxVendor, text})
	case rail.Invite:
		return append(all, field{rail.Mobile, maxMobile, number}, field{rail.PurchaseAmount, maxAmount, number})
	case rail.ProcessAuthorisation:
		return append(all, field{rail.Reference, maxRef, text}, field{rail.PurchaseAmount, maxAmount, number},
			field{rail.FinanceAmount, maxAmount, number}, field{rail.ApprovalCode, maxRef, text})
	case rail.SendReceipt:
		return append(all, field{rail.Reference, maxRef, text}, field{rail.ReceiptNumber, maxRef, text})
	case rail.ProcessAdjustment:
		return append(all, field{rail.Reference, maxRef, text}, field{rail.PurchaseRef, maxRef, text}, field{rail.Amount, maxAmount, number})
	default:
		return append(all, field{rail.Reference, maxRef, text}, field{rail.AdjustmentSign, maxSign, text})
	}
}

// check validates the fields of a proved message; the refusal names a field and never its value.
func (s *Service) check(k *call) *refusal {
	for _, f := range fields(k.op) {
		if problem := f.problem(k.msg); problem != "" {
			return &refusal{rail.Invalid, f.name + " " + problem}
		}
	}
	if !k.msg.Flat() { // the other side's refusal could not be told from an answer that got lost
		return &refusal{rail.Invalid, "a signed member must be a text or a whole number"}
	}
	if no := unsigned(k.msg); no != nil {
		return no
	}
	switch k.op {
	case rail.ProcessAuthorisation:
		switch finance := cents(k.msg, rail.FinanceAmount); {
		case finance > cents(k.msg, rail.PurchaseAmount):
			return &refusal{rail.Invalid, rail.FinanceAmount + " is more than the purchase"}
		case finance < s.country(k.merchant).MinFinance:
			return &refusal{code: rail.BelowMinimum}
		}
	case rail.ProcessAdjustment:
		if cents(k.msg, rail.Amount) == 0 {
			return &refusal{code: rail.AmountNotAbove0}
		}
	}
	return nil
}

// problem says what is wrong with a field; empty: nothing.
func (f field) problem(m *rail.Message) string {
	member, found := m.Find(f.name)
	whole := member.Kind == jsonedit.Number && digitsOnly(member.Text)
	switch {
	case !found, member.Kind == jsonedit.String && member.Text == "":
		return "is missing"
	case member.Kind != jsonedit.String && !whole, f.shape == number && !digitsOnly(member.Text):
		if f.shape == number {
			return "must be a whole number without sign"
		}
		return "must be a text"
	case utf8.RuneCountInString(member.Text) > f.max:
		return "is longer than " + strconv.Itoa(f.max)
	case !printable(member.Text):
		return "holds control characters"
	}
	return ""
}

// unsigned checks the members that the signature leaves out: they decide nothing, but must be what they claim to be.
func unsigned(m *rail.Message) *refusal {
	if t, found := m.Find(rail.TrackingData); found && !trackingFits(t) {
		return &refusal{rail.Invalid, rail.TrackingData + " must be an object of texts"}
	}
	if items, found := m.Find(rail.PurchaseItems); found && (items.Kind != jsonedit.String || utf8.RuneCountInString(items.Text) > maxItems) {
		return &refusal{rail.Invalid, rail.PurchaseItems + " must be a text of at most " + strconv.Itoa(maxItems)}
	}
	if b, found := m.Find(rail.BuyerConfirms); found && b.Text != "true" && b.Text != "false" {
		return &refusal{rail.Invalid, rail.BuyerConfirms + " must be true or false"}
	}
	return nil
}

// trackingFits tells whether a till's own data are an object of texts of a sensible size.
func trackingFits(t rail.Member) bool {
	doc, err := jsonedit.Borrow(t.Raw, false)
	if err != nil {
		return false
	}
	defer doc.Release()
	if t.Kind != jsonedit.Object || utf8.RuneCount(t.Raw) > maxTracking {
		return false
	}
	for i := range doc.Children(0) {
		if k := doc.Nodes[i].Kind; k != jsonedit.String && k != jsonedit.Null {
			return false
		}
	}
	return true
}

// cents gives a checked amount.
func cents(m *rail.Message, name string) int64 {
	n, _ := strconv.ParseInt(m.Text(name), 10, 64) // at most twelve digits: check saw to it
	return n
}

func digitsOnly(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f || r == utf8.RuneError })
}

// fits tells whether a text could be the name of something on record.
func fits(s string, longest int) bool {
	return s != "" && utf8.RuneCountInString(s) <= longest && printable(s)
}
