package contract

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	rail "github.com/signalboxhq/signalbox/internal/humm"
)

// probe is a complete message with one thing changed.
type probe struct {
	about   string
	message map[string]any
	good    bool // must be taken
	// forgiven values break the description and are left out by the service.
	forgiven bool
}

// prober walks a schema beside a complete message and changes one place at a time.
type prober struct {
	operation Operation
	probes    []probe
	lenient   bool // below a forgiven member
	seen      map[seenAs]bool
	path      string
}

// seenAs is a component in one of its two roles; what is inside it is probed once for each, in the first message of the
// service that holds it.
type seenAs struct {
	schema  *Schema
	lenient bool
}

func probesOf(o Operation, seen map[seenAs]bool) []probe {
	p := &prober{operation: o, seen: seen}
	p.object(o.Request.Schema, func(root map[string]any) any { return root })
	return p.probes
}

// put and get reach the place in a fresh complete message.
type (
	put func(root map[string]any, v any)
	get func(root map[string]any) any
)

// remove is put in place of a value that is taken away.
type remove struct{}

func (p *prober) add(about string, set put, v any, good bool) {
	message := completeMessage(p.operation)
	set(message, v)
	p.probes = append(p.probes, probe{about: p.path + " " + about, message: message, good: good, forgiven: p.lenient && !good})
}

func (p *prober) walk(s *Schema, set put, from get) {
	p.value(s, set)
	if as := (seenAs{s, p.lenient}); s.name != "" && p.seen[as] {
		return
	} else if s.name != "" {
		p.seen[as] = true
	}
	switch s.kind {
	case kObject:
		p.object(s, from)
	case kList:
		p.below("[0]", s.item, func(m map[string]any, v any) { from(m).([]any)[0] = v }, func(m map[string]any) any { return from(m).([]any)[0] })
	case kMap:
		p.below(".own", s.item, func(m map[string]any, v any) { from(m).(map[string]any)["own"] = v }, func(m map[string]any) any { return from(m).(map[string]any)["own"] })
	case kOneOf:
		for _, variant := range s.variants {
			p.variant(variant, set, from)
		}
	}
}

func (p *prober) below(step string, s *Schema, set put, from get) {
	before := p.path
	p.path += step
	p.walk(s, set, from)
	p.path = before
}

// variant takes the place of the first one before it is walked.
func (p *prober) variant(s *Schema, set put, from get) {
	place := func(m map[string]any) { set(m, complete(s)) }
	before := p.path
	p.path += "<" + s.members[0].schema.enum[0] + ">"
	p.add("as it is", func(m map[string]any, _ any) { place(m) }, nil, true)
	p.object(s, func(m map[string]any) any {
		if current, ok := from(m).(map[string]any); !ok || current["type"] != s.members[0].schema.enum[0] {
			place(m)
		}
		return from(m)
	})
	p.path = before
}

func (p *prober) object(s *Schema, from get) {
	for _, m := range s.members {
		set := func(root map[string]any, v any) {
			o := from(root).(map[string]any)
			if _, gone := v.(remove); gone {
				delete(o, m.name)
				return
			}
			o[m.name] = v
		}
		before, lenientBefore := p.path, p.lenient
		p.path += "." + m.name
		p.lenient = p.lenient || m.need == lenient
		if m.need == required {
			p.add("missing", set, remove{}, false)
			p.addBad("null", set, nil)
		} else if !p.eitherOne(s, m) {
			p.add("left out", set, remove{}, true)
		}
		p.walk(m.schema, set, func(root map[string]any) any { return from(root).(map[string]any)[m.name] })
		p.path, p.lenient = before, lenientBefore
	}
	if s.closed {
		p.add("unknown member", func(root map[string]any, _ any) { from(root).(map[string]any)["surprise"] = 1 }, nil, false)
	}
}

func (p *prober) eitherOne(s *Schema, m Member) bool {
	return len(s.either) > 0 && m.name == s.either[0]
}

func (p *prober) addBad(about string, set put, v any) { p.add(about, set, v, false) }

// value probes the constraints of one value.
func (p *prober) value(s *Schema, set put) {
	switch s.kind {
	case kText:
		p.text(s, set)
	case kInteger:
		p.integer(s, set)
	case kNumber:
		p.addBad("a text", set, "x")
		p.add("whole", set, 2, true)
	case kTruth:
		p.addBad("a text", set, "yes")
	case kList:
		p.addBad("no list", set, map[string]any{})
		p.add("empty", set, []any{}, true)
	case kObject, kMap, kOneOf:
		p.addBad("no object", set, "x")
	}
}

func (p *prober) text(s *Schema, set put) {
	p.addBad("no text", set, map[string]any{})
	switch {
	case len(s.enum) > 0:
		p.addBad("not listed", set, "NO_SUCH_WORD")
		p.addBad("in small letters", set, strings.ToLower(s.enum[0])+"x")
		if p.isType() { // each has members of its own
			return
		}
		for _, v := range s.enum {
			p.add("listed "+v, set, v, true)
		}
		return
	case s.format == "date-time":
		p.addBad("without offset", set, "2031-02-03T04:05:06")
		p.addBad("a day", set, "2031-02-03")
		p.add("with offset", set, "2031-02-03T04:05:06+02:00", true)
		return
	case s.format == "email":
		p.addBad("no address", set, "at home")
		return
	}
	p.lengths(s, set)
}

func (p *prober) isType() bool {
	return strings.HasSuffix(p.path, ".type") && strings.Contains(p.path, ">")
}

func (p *prober) lengths(s *Schema, set put) {
	if s.pattern != "" {
		p.addBad("against the pattern", set, broken(s))
		if most := longest(s.pattern); most > 0 {
			p.addBad("one too long", set, grown(s, most+1))
			if g := grown(s, most); regexp.MustCompile(s.pattern).MatchString(g) && !p.decides() {
				p.add("at its longest", set, g, true)
			}
		}
		return
	}
	if s.hi > 0 {
		p.addBad("one too long", set, strings.Repeat("é", s.hi+1))
		if !p.decides() {
			p.add("at its longest", set, strings.Repeat("é", s.hi), true)
		}
	}
	if s.lo > 0 {
		p.addBad("one too short", set, strings.Repeat("x", s.lo-1))
		if !p.decides() {
			p.add("at its shortest", set, strings.Repeat("x", s.lo), true)
		}
	}
}

// decides tells that a text must stay: the address names it, the caller is known by it, or the signature is made of it.
func (p *prober) decides() bool {
	switch p.path {
	case ".id", ".requestId", ".client.id", "." + rail.Signature:
		return true
	}
	return false
}

// broken is a text of a fitting length that its pattern forbids.
func broken(s *Schema) string {
	like, _ := s.sample.(string)
	expr := regexp.MustCompile(s.pattern)
	for _, odd := range []string{"!", "z", "~"} {
		_, size := utf8.DecodeRuneInString(like)
		if v := odd + like[size:]; !expr.MatchString(v) {
			return v
		}
	}
	panic("no text breaks " + s.pattern)
}

// longest reads the greatest length of a pattern that is one repeated class; 0 for any other.
func longest(pattern string) int {
	m := regexp.MustCompile(`^\^\[[^\]]+\]\{(?:\d+,)?(\d+)\}\$$`).FindStringSubmatch(pattern)
	if m == nil {
		return 0
	}
	n := 0
	_ = json.Unmarshal([]byte(m[1]), &n)
	return n
}

// grown is the sample's last character repeated up to a length.
func grown(s *Schema, length int) string {
	like := s.sample.(string)
	if len(like) >= length {
		return like[:length]
	}
	return like + strings.Repeat(like[len(like)-1:], length-len(like))
}

func (p *prober) integer(s *Schema, set put) {
	p.addBad("a fraction", set, 1.5)
	p.addBad("words", set, "ten")
	p.addBad("too small", set, *s.min-1)
	p.addBad("too large", set, *s.max+1)
	switch {
	case p.path == "."+rail.FinanceAmount, p.path == "."+rail.PurchaseAmount: // each bounds the other
	default:
		p.add("the largest", set, *s.max, true)
		p.add("the smallest", set, *s.min, true)
	}
	if s.quoted {
		p.add("in quotes", set, "12500", true)
	} else {
		p.addBad("in quotes", set, "12500")
	}
}
