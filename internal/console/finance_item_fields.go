package console

import (
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/web/templates/components"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// itemFields puts the sides next to each other. Results are stored for items with a difference only; the fields of the
// others are equal, but for clocks within the tolerance.
func itemFields(it *finance.Item, v components.Viewer) []pages.FieldPair {
	var list []pages.FieldPair
	if len(it.Fields) > 0 {
		for _, r := range it.Fields {
			list = append(list, fieldPair(r, it, v))
		}
	} else {
		list = plainFields(it, v)
	}
	refA, refB, serial := "", "", ""
	if it.A != nil {
		refA, serial = it.A.ProviderRef, it.A.Serial
	}
	if it.B != nil {
		refB, serial = it.B.ProviderRef, orWord(serial, it.B.Serial)
	}
	list = append(list, pair("Provider reference", refA, refB, "one of the matching keys", it))
	if serial != "" {
		list = append(list, pages.FieldPair{Name: "Serial", A: sideOr(it.A != nil, serial), B: sideOr(it.B != nil, serial), Rule: "one of the matching keys"})
	}
	return list
}

func sideOr(present bool, text string) string {
	if present {
		return text
	}
	return ""
}

// plainFields shows an item without stored results: both sides equal, or one side alone.
func plainFields(it *finance.Item, v components.Viewer) []pages.FieldPair {
	var a, b [6]string
	if s := it.A; s != nil {
		a = [6]string{stateWord(s.State), sideAmountText(s.AmountMinor, s.Currency), s.Currency, kindWord(s.Operation), v.Full(s.At), s.Product}
	}
	if s := it.B; s != nil {
		b = [6]string{stateWord(s.State), sideAmountText(s.AmountMinor, s.Currency), s.Currency, kindWord(s.Kind), v.Full(s.At), s.Product}
	}
	list := make([]pages.FieldPair, 0, len(a))
	for i, f := range []finance.FieldName{
		finance.FieldState, finance.FieldAmount, finance.FieldCurrency, finance.FieldKind, finance.FieldTime, finance.FieldProduct,
	} {
		result := components.StatusOf("Equal")
		switch {
		case it.A == nil || it.B == nil:
			result = components.StatusOf("Missing")
		case f == finance.FieldTime && !it.A.At.Equal(it.B.At):
			result = components.StatusOf("Within tolerance")
		}
		list = append(list, pages.FieldPair{Name: fieldWord(f), A: a[i], B: b[i], Result: result, Rule: fieldRule(f)})
	}
	return list
}

// fieldPair shows a stored comparison. Only a required field that differs is marked.
func fieldPair(r finance.FieldResult, it *finance.Item, v components.Viewer) pages.FieldPair {
	f := pages.FieldPair{Name: fieldWord(r.Field), A: fieldText(r.Field, r.A, currencyA(it), v), B: fieldText(r.Field, r.B, currencyB(it), v), Rule: fieldRule(r.Field)}
	switch r.Outcome {
	case finance.Equal:
		f.Result = components.StatusOf("Equal")
	case finance.WithinTolerance:
		f.Result = components.StatusOf("Within tolerance")
	case finance.Different:
		f.Result, f.Differs = components.StatusOf("Different"), r.Required
		if r.Field == finance.FieldAmount && currencyA(it) == currencyB(it) {
			f.Result.Word = "Different by " + sideAmountText(abs(it.AmountB()-it.AmountA()), currencyA(it))
		}
	case finance.FieldMissingA, finance.FieldMissingB:
		f.Result, f.Differs = components.StatusOf("Missing"), r.Required
	}
	if !r.Required && r.Outcome != finance.Equal && r.Outcome != finance.WithinTolerance {
		f.Result = components.Status{Icon: "empty", Word: f.Result.Word + ", shown only", Tone: components.Still}
	}
	return f
}

func pair(name, a, b, rule string, it *finance.Item) pages.FieldPair {
	f := pages.FieldPair{Name: name, A: a, B: b, Rule: rule, Result: components.StatusOf("Equal")}
	if it.A == nil || it.B == nil || a != b {
		f.Result = components.Status{Icon: "empty", Word: "Different, shown only", Tone: components.Still}
	}
	if it.A == nil || it.B == nil || a == "" || b == "" {
		f.Result.Word = "On one side only"
	}
	return f
}

func fieldText(f finance.FieldName, text, currency string, v components.Viewer) string {
	switch f {
	case finance.FieldAmount:
		if minor, err := strconv.ParseInt(text, 10, 64); err == nil {
			return sideAmountText(minor, currency)
		}
	case finance.FieldTime:
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return v.Full(t)
		}
	case finance.FieldState:
		return stateWord(finance.State(text))
	case finance.FieldKind:
		return kindWord(finance.Operation(text))
	}
	return text
}

func fieldWord(f finance.FieldName) string {
	return strings.ToUpper(string(f[:1])) + string(f[1:])
}

func fieldRule(f finance.FieldName) string {
	switch f {
	case finance.FieldAmount:
		return "required, exact"
	case finance.FieldState, finance.FieldCurrency:
		return "required"
	case finance.FieldKind:
		return "required, mapped"
	case finance.FieldTime:
		return "informative, 300\u00a0s"
	}
	return "informative"
}

func currencyA(it *finance.Item) string {
	if it.A == nil {
		return ""
	}
	return it.A.Currency
}

func currencyB(it *finance.Item) string {
	if it.B == nil {
		return ""
	}
	return it.B.Currency
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
