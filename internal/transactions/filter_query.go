package transactions

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/money"
)

// clock is how addresses write moments, in the console's zone; shortClock is what browsers send for whole minutes.
const (
	clock      = "2006-01-02T15:04:05"
	shortClock = "2006-01-02T15:04"
)

// maxText bounds one value of an address, maxMany the values of one name.
const (
	maxText = 200
	maxMany = 30
)

// ParseFilter reads a filter from the parameters of an address. now is the present in the console's zone. The error is
// Invalid and names the parameter; the filter then holds what could be read.
func ParseFilter(q url.Values, now time.Time) (Filter, error) {
	p := parser{q: q, zone: now.Location()}
	f := Filter{
		Basis: Basis(p.one("basis")), Providers: p.many("receiver"), Clients: p.many("client"), Errors: p.many("error"),
		Product: p.one("product"), Terminal: p.one("terminal"), Doubtful: p.flag("doubt", "1"), Outstanding: p.flag("advice", "outstanding"),
		Min: p.amount("min"), Max: p.amount("max"), Ascending: p.flag("dir", "asc"), Rows: p.rows(), Reference: p.reference(),
		Services: p.services(), Operations: p.operations(), Statuses: p.statuses(), From: p.moment("from"), To: p.moment("to"), Cursor: p.cursor(),
	}
	if !slices.Contains([]Basis{ByEither, ByReceived, ByResponded}, f.Basis) {
		p.fail("basis", "Choose received, responded or either.")
		f.Basis = ByEither
	}
	if f.Min != nil && f.Max != nil && *f.Max < *f.Min {
		p.fail("max", "The highest amount is below the lowest.")
	}
	f.Preset = f.preset(p.one("range"))
	if f.Preset != Custom {
		f.From, f.To = time.Time{}, time.Time{}
	}
	if err := f.resolve(now); err != nil && p.err == nil {
		p.err = err
	}
	return f, p.err
}

// preset is the range that the address asks for; moments of its own win over a named range.
func (f *Filter) preset(asked string) Preset {
	switch {
	case !f.From.IsZero() || !f.To.IsZero():
		return Custom
	case asked == "":
		return f.defaultPreset()
	}
	return Preset(asked)
}

// Query writes the filter as the parameters of an address: the shortest that ParseFilter reads as the same filter. The
// place in the list is not part of it.
func (f *Filter) Query() url.Values {
	q := url.Values{}
	put := func(name string, values ...string) {
		for _, v := range values {
			if v != "" {
				q.Add(name, v)
			}
		}
	}
	if f.Preset == Custom {
		put("from", moment2text(f.From))
		put("to", moment2text(f.To))
	} else if f.Preset != f.defaultPreset() {
		put("range", string(f.Preset))
	}
	put("basis", string(f.Basis))
	for _, s := range f.Services {
		put("service", strings.ToLower(string(s)))
	}
	for _, o := range f.Operations {
		put("operation", strings.ToLower(string(o)))
	}
	for _, s := range f.Statuses {
		put("status", s.Slug())
	}
	put("receiver", f.Providers...)
	put("client", f.Clients...)
	put("error", f.Errors...)
	put("product", f.Product)
	put("terminal", f.Terminal)
	put("min", amount2text(f.Min))
	put("max", amount2text(f.Max))
	put("doubt", when(f.Doubtful, "1"))
	put("advice", when(f.Outstanding, "outstanding"))
	f.putReference(put)
	put("dir", when(f.Ascending, "asc"))
	if f.Rows != defaultRows && f.Rows != 0 {
		put("rows", strconv.Itoa(f.Rows))
	}
	return q
}

func (f *Filter) putReference(put func(string, ...string)) {
	r := f.Reference
	if !r.Given() {
		return
	}
	put("kind", string(r.Kind))
	if r.Hidden {
		put("sealed", r.sealed())
		return
	}
	put("ref", r.Value)
}

func moment2text(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(clock)
}

func amount2text(minor *int64) string {
	if minor == nil {
		return ""
	}
	return money.Amount{Minor: *minor}.Decimal()
}

func when(yes bool, text string) string {
	if yes {
		return text
	}
	return ""
}

// parser reads parameters and keeps the first thing that was wrong.
type parser struct {
	q    url.Values
	zone *time.Location
	err  error
}

func (p *parser) fail(field, format string, args ...any) {
	if p.err == nil {
		p.err = apperr.Field(field, format, args...)
	}
}

// many gives the values of a name, without empty and repeated ones.
func (p *parser) many(name string) []string {
	var out []string
	for _, v := range p.q[name] {
		v = strings.TrimSpace(v)
		switch {
		case v == "" || slices.Contains(out, v):
		case len(v) > maxText || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl):
			p.fail(name, "This value cannot be looked for: it is too long, or holds signs that no value has.")
		case len(out) == maxMany:
			p.fail(name, "At most %d values can be given.", maxMany)
		default:
			out = append(out, v)
		}
	}
	return out
}

func (p *parser) one(name string) string {
	if list := p.many(name); len(list) > 0 {
		return list[0]
	}
	return ""
}

// flag reads a parameter that has one value besides being absent.
func (p *parser) flag(name, value string) bool {
	given := p.one(name)
	if given != "" && given != value {
		p.fail(name, "The only value here is %s.", value)
	}
	return given == value
}

func (p *parser) amount(name string) *int64 {
	text := p.one(name)
	if text == "" {
		return nil
	}
	a, err := money.Parse(text, "")
	if err != nil || a.Minor < 0 {
		p.fail(name, "This is not an amount. Write it like 1204.50.")
		return nil
	}
	return &a.Minor
}

func (p *parser) moment(name string) time.Time {
	text := p.one(name)
	if text == "" {
		return time.Time{}
	}
	for _, layout := range []string{clock, shortClock, time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, p.zone); err == nil && t.Year() >= 2000 && t.Year() < 2200 {
			return t.Truncate(time.Second)
		}
	}
	p.fail(name, "This is not a date and time. Write it like 2026-03-12T14:02.")
	return time.Time{}
}

func (p *parser) rows() int {
	text := p.one("rows")
	if text == "" {
		return defaultRows
	}
	n, err := strconv.Atoi(text)
	if err != nil || !slices.Contains(PageSizes(), n) {
		p.fail("rows", "A page has 25, 50, 100 or 200 rows.")
		return defaultRows
	}
	return n
}

func (p *parser) reference() Reference {
	kind := RefKind(p.one("kind"))
	if kind.Word() == "" {
		p.fail("ref", "This kind of reference is not known. Choose one of the list.")
		return Reference{}
	}
	if value := p.one("ref"); value != "" {
		return Reference{Kind: kind, Value: value}
	}
	var r Reference
	if text := p.q.Get("sealed"); text != "" {
		var err error
		if r, err = readSealed(kind, text); err != nil && p.err == nil {
			p.err = err
		}
	}
	return r
}

func (p *parser) services() (out []Service) {
	for _, v := range p.many("service") {
		s := Service(strings.ToUpper(v))
		if !slices.Contains(Services(), s) {
			p.fail("service", "This service is not known. Choose one of the list.")
			continue
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (p *parser) operations() (out []Operation) {
	for _, v := range p.many("operation") {
		o := Operation(strings.ToUpper(v))
		if !slices.Contains(Operations(), o) {
			p.fail("operation", "This operation is not known. Choose one of the list.")
			continue
		}
		if !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

func (p *parser) statuses() (out []Status) {
	for _, v := range p.many("status") {
		s, ok := StatusOfSlug(v)
		if !ok {
			p.fail("status", "This status is not known. Choose one of the list.")
			continue
		}
		out = append(out, s)
	}
	return out
}

func (p *parser) cursor() Cursor {
	c, err := ReadCursor(p.q.Get("before"), p.q.Get("after"))
	if err != nil && p.err == nil {
		p.err = err
	}
	return c
}
