package setup

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// longestExchange bounds one exchange with a provider (guarantees.md A5).
const longestExchange = 45 * time.Second

// longestName is what screens and slips have room for.
const longestName = 40

var idShape = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// check judges what the members say together; shape has judged each alone.
func (l *list) check(f File, connectors []string) {
	l.institution("institution", f.Institution)
	if len(f.Providers) == 0 {
		l.add("providers", "is empty; without a provider nothing can be sold, and the file would be read again at the next start")
	}
	providers := l.providers(f.Providers, connectors)
	products := l.products(f.Products, providers)
	l.routes(f.Routes, providers, products)
	l.terms(f.Terms, providers)
	clients := l.clients(f.Clients)
	l.merchants(f.HummMerchants, clients)
}

func (l *list) institution(path string, i Institution) {
	l.text(member(path, "id"), i.ID)
	l.name(member(path, "name"), i.Name)
}

// text refuses an empty value, and characters that no id or code has.
func (l *list) text(path, s string) {
	switch {
	case s == "":
		l.add(path, "is missing")
	case strings.ContainsFunc(s, unicode.IsControl) || strings.TrimSpace(s) != s || len(s) > 128:
		l.add(path, "must have 1 to 128 bytes, no blanks at its ends and no control characters")
	}
}

func (l *list) name(path, s string) {
	l.text(path, s)
	if n := utf8.RuneCountInString(s); n > longestName {
		l.add(path, "has %d characters; a name has at most %d", n, longestName)
	}
}

// once refuses an id that stands in the list before.
func once[K comparable](l *list, path string, seen map[K]int, key K, i int, what string) {
	if first, again := seen[key]; again {
		l.add(path, "%s stands in this list already, at [%d]; keep one", what, first)
		return
	}
	seen[key] = i
}

func (l *list) providers(all []Provider, connectors []string) map[string]Provider {
	byID, seen := map[string]Provider{}, map[string]int{}
	for i, p := range all {
		path := at("providers", i)
		if !idShape.MatchString(p.ID) {
			l.add(member(path, "id"), "must be 1 to 40 small letters, digits and dashes: it stands in addresses")
		}
		once(l, member(path, "id"), seen, p.ID, i, "this provider")
		byID[p.ID] = p
		l.name(member(path, "name"), p.Name)
		l.text(member(path, "institution"), p.InstitutionID)
		l.institution(member(path, "settlement"), p.Settlement)
		if p.Connector == "" || len(connectors) > 0 && !slices.Contains(connectors, p.Connector) {
			l.add(member(path, "connector"), "must be one of %s", orWords(connectors, "the connectors of this program"))
		}
		l.address(member(path, "baseUrl"), p.BaseURL)
		l.profile(member(path, "profile"), p.Profile)
	}
	return byID
}

// address wants an absolute address that a path can be put behind.
func (l *list) address(path, s string) {
	u, err := url.Parse(s)
	switch {
	case s == "":
		l.add(path, "is missing")
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		l.add(path, "must be an absolute address such as https://provider.example/api")
	case u.User != nil:
		l.add(path, "carries a user; sign-in goes by user and credential")
	case u.RawQuery != "" || u.Fragment != "":
		l.add(path, "must end before ? and #: messages add their own path to it")
	}
}

func (l *list) profile(path string, p switchcore.Profile) {
	if d := time.Duration(p.Timeout); d < 0 || d > longestExchange {
		l.add(member(path, "timeout"), "must be at most %s: the client waits for it", longestExchange)
	}
	if p.NotFoundRepeat < 0 {
		l.add(member(path, "notFoundRepeatAfter"), "must not be negative")
	}
	if p.MaxInFlight < 0 {
		l.add(member(path, "maxInFlight"), "must not be negative; 0 takes the limit of the installation")
	}
	if p.SAFParallel < 0 || p.FIFO && p.SAFParallel > 1 {
		l.add(member(path, "safParallel"), "must not be negative, and not above 1 with fifo; 0 takes the limit of the installation")
	}
	if p.ActAsClient {
		l.add(member(path, "actAsClient"), "is for the sandbox alone; leave it out")
	}
	for _, part := range []struct {
		on         bool
		name       string
		base       bool
		baseMember string
	}{
		{p.ConfirmRedeem, "confirmRedeem", p.Redeem, "redeem"},
		{p.ReverseRedeem, "reverseRedeem", p.Redeem, "redeem"},
		{p.FullRedeemOnly, "fullRedeemOnly", p.Redeem, "redeem"},
		{p.ConfirmRefund, "confirmRefund", p.Refund, "refund"},
		{p.ReverseRefund, "reverseRefund", p.Refund, "refund"},
		{p.RefundIssuesNew, "refundIssuesNew", p.Refund, "refund"},
	} {
		if part.on && !part.base {
			l.add(member(path, part.name), "says how a thing is done that this provider does not do; set %s too, or leave it out", part.baseMember)
		}
	}
}

func orWords(words []string, otherwise string) string {
	if len(words) == 0 {
		return otherwise
	}
	return strings.Join(words, ", ")
}
