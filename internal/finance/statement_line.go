package finance

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// kinds maps the file's words to operations.
var kinds = map[string]Operation{
	"SALE": Provision, "REDEMPTION": Redemption, "REFUND": Refund,
	"ACTIVATION": Activation, "LOAD": Load, "VOID": Void, "TRANSFER": Transfer, "REPLACE": Replace,
	"AUTHORISATION": Authorisation, "ADJUSTMENT": Adjustment,
}

// states lists the words a provider may say.
var states = map[string]State{"SUCCESS": Success, "REVERSED": Reversed}

// line turns one body line into a record or an exception.
func (p *statementParser) line(st *Statement, no int, fields []string) error {
	p.count++
	refuse := func(code ExceptionCode, text string) error {
		st.Refused++
		return p.refuse(Exception{LineNo: no, Code: code, Text: text, Raw: maskLine(fields)})
	}
	if len(fields) != len(statementColumns) {
		p.unsummed = true
		return refuse(BadColumnCount, strconv.Itoa(len(fields))+" columns, "+strconv.Itoa(len(statementColumns))+" are expected")
	}
	amount, err := strconv.ParseInt(fields[6], 10, 64)
	readable := err == nil && amount >= 0 && p.sum <= math.MaxInt64-max(amount, 0)
	if readable {
		p.sum += amount
	} else {
		p.unsummed = true
	}
	if code, text := checkFields(fields); code != "" {
		return refuse(code, text)
	}
	if !readable {
		return refuse(BadType, "amount_minor is not a whole number of minor units, zero or more")
	}
	l, code, text := p.record(no, fields, amount)
	if code != "" {
		return refuse(code, text)
	}
	st.Records++
	return p.take(l)
}

// Repeats gives what no second line of a process may have: its kind with the provider's reference, or with ours where the
// provider gives none; then it is looked for within the file only.
func (l *StatementLine) Repeats() (key string, withinFile bool) {
	if l.ProviderRef == "" {
		return string(l.Kind) + separator + separator + l.SwitchRef, true
	}
	return string(l.Kind) + separator + l.ProviderRef, false
}

// checkFields looks at length and presence, which need no context.
func checkFields(fields []string) (ExceptionCode, string) {
	for i, f := range fields {
		if len(f) > maxFieldLength {
			return BadLength, statementColumns[i] + " is longer than 100 characters"
		}
	}
	if fields[0] == "" && fields[1] == "" {
		return MissingRequired, "provider_ref and switch_ref are both empty"
	}
	for _, i := range []int{4, 5, 6, 7, 8} {
		if fields[i] == "" {
			return MissingRequired, statementColumns[i] + " is empty"
		}
	}
	return "", ""
}

// record reads the typed fields of a complete line.
func (p *statementParser) record(no int, fields []string, amount int64) (StatementLine, ExceptionCode, string) {
	kind, ok := kinds[fields[4]]
	if !ok {
		return StatementLine{}, UnknownCode, "kind is none of SALE, REDEMPTION, REFUND"
	}
	state, ok := states[fields[5]]
	if !ok {
		return StatementLine{}, UnknownCode, "state is neither SUCCESS nor REVERSED"
	}
	if !isCurrency(fields[7]) {
		return StatementLine{}, BadCurrency, "currency is not three ISO 4217 digits"
	}
	at, err := time.Parse(time.RFC3339, fields[8])
	if err != nil {
		return StatementLine{}, BadType, "at is not an RFC 3339 time"
	}
	// One day of tolerance: the provider may date a line around midnight by its own clock.
	if !near(DateOf(at, p.zone), p.date) {
		return StatementLine{}, OutsidePeriod, "at is more than a day away from " + string(p.date)
	}
	if state == Reversed {
		// The column shows what was reversed; nothing of it is left. A partial reversal stands as SUCCESS with the rest.
		amount = 0
	}
	return StatementLine{
		LineNo: no, Date: p.date, ProviderRef: strings.Clone(fields[0]), SwitchRef: oneSpelling(fields[1]),
		Serial: strings.Clone(fields[2]), Product: strings.Clone(fields[3]), Kind: kind, State: state,
		AmountMinor: amount, Currency: strings.Clone(fields[7]), At: at.UTC(),
	}, "", ""
}

// oneSpelling writes our reference as we do, so that it can be looked for; another text stays what it is.
func oneSpelling(ref string) string {
	if key := switchRefKey(ref); key != "" {
		return key
	}
	return strings.ToLower(ref)
}

func isCurrency(s string) bool {
	return len(s) == 3 && strings.Trim(s, "0123456789") == ""
}

// maskLine keeps enough of a refused line to find it in the file. Free text is shortened: a column that slipped may
// carry a voucher code.
func maskLine(fields []string) string {
	out := make([]string, 0, len(fields))
	for i, f := range fields {
		if i == len(statementColumns) {
			out = append(out, "…")
			break
		}
		out = append(out, maskField(f))
	}
	return strings.Join(out, ",")
}

func maskField(f string) string {
	const keep = 4
	r := []rune(f)
	if len(r) <= keep {
		return f
	}
	if _, known := kinds[f]; known {
		return f
	}
	if _, known := states[f]; known {
		return f
	}
	return "…" + string(r[len(r)-keep:])
}
