package setup

import (
	"regexp"
	"slices"
	"strings"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// ware is what identifies a line of the master list.
type ware struct{ Provider, ID string }

func (l *list) products(all []Product, providers map[string]Provider) map[ware]bool {
	known, seen := map[ware]bool{}, map[ware]int{}
	for i, p := range all {
		path := at("products", i)
		l.text(member(path, "id"), p.ID)
		l.provider(member(path, "provider"), p.Provider, providers)
		once(l, member(path, "id"), seen, ware{p.Provider, p.ID}, i, "this product of this provider")
		known[ware{p.Provider, p.ID}] = true
		l.text(member(path, "description"), p.Description)
		if p.Receiver != nil {
			l.institution(member(path, "receiver"), *p.Receiver)
		}
		if money.Code(p.Currency) == p.Currency {
			l.add(member(path, "currency"), "must be the three digits of a currency of ISO 4217, such as 710 for the rand")
		}
		l.price(path, p)
	}
	return known
}

// price wants a fixed price or a range, in minor units.
func (l *list) price(path string, p Product) {
	ranged := p.Min != nil || p.Max != nil
	switch {
	case p.Price == nil && !ranged:
		l.add(member(path, "price"), "is missing; give a price in minor units (5000 is R 50.00), or min and max")
	case p.Price != nil && ranged:
		l.add(member(path, "price"), "stands beside min or max; a product has a price or a range")
	case p.Price != nil && *p.Price <= 0:
		l.add(member(path, "price"), "must be more than 0")
	case p.Price == nil && (p.Min == nil || p.Max == nil):
		l.add(member(path, "min"), "and max belong together; give both")
	case p.Price == nil && (*p.Min < 0 || *p.Max < *p.Min || *p.Max == 0):
		l.add(member(path, "max"), "must not be below min, and min not below 0")
	}
}

func (l *list) provider(path, id string, providers map[string]Provider) (Provider, bool) {
	p, ok := providers[id]
	switch {
	case id == "":
		l.add(path, "is missing")
	case !ok:
		l.add(path, "names a provider that is not in providers")
	}
	return p, ok
}

var cardPrefix = regexp.MustCompile(`^[0-9]{1,19}$`)

func (l *list) routes(all []Route, providers map[string]Provider, products map[ware]bool) {
	type match struct{ Service, Product, Receiver, CardPrefix string }
	seen := map[match]int{}
	if len(all) == 0 {
		l.add("routes", "is empty; without a route every request is refused")
	}
	for i, r := range all {
		path := at("routes", i)
		p, known := l.provider(member(path, "provider"), r.Provider, providers)
		switch transactions.Service(r.Service) {
		case transactions.Voucher:
		case transactions.GiftCard:
			if known && !p.Profile.Cards {
				l.add(member(path, "provider"), "takes no gift cards; set cards in its profile")
			}
		case transactions.Humm:
			if known && !p.Profile.Finance {
				l.add(member(path, "provider"), "takes no consumer finance; set finance in its profile")
			}
		default:
			l.add(member(path, "service"), "must be VOUCHER, GIFTCARD or HUMM")
		}
		if r.CardPrefix != "" && (!cardPrefix.MatchString(r.CardPrefix) || r.Service != string(transactions.GiftCard)) {
			l.add(member(path, "cardPrefix"), "must be 1 to 19 digits, and only routes of GIFTCARD have it")
		}
		if r.Product != "" && known && !products[ware{r.Provider, r.Product}] {
			l.add(member(path, "product"), "names a product that this provider does not have in products")
		}
		once(l, path, seen, match{r.Service, r.Product, r.Receiver, r.CardPrefix}, i, "a route for the same requests")
	}
}

func (l *list) terms(all []Term, providers map[string]Provider) {
	seen := map[ware]int{}
	for i, t := range all {
		path := at("terms", i)
		if t.Provider != "" {
			l.provider(member(path, "provider"), t.Provider, providers)
		}
		once(l, path, seen, ware{t.Provider, t.Kind}, i, "a term of this kind for this provider")
		l.text(member(path, "code"), t.Code)
		if t.Kind != "COMMISSION" {
			l.add(member(path, "kind"), "must be COMMISSION; other kinds are not worked out yet")
		}
		if len(t.AppliesTo) == 0 {
			l.add(member(path, "appliesTo"), "is empty; name at least one of %s", strings.Join(finance.Settling(), ", "))
		}
		for j, op := range t.AppliesTo {
			if !slices.Contains(finance.Settling(), op) {
				l.add(at(member(path, "appliesTo"), j), "must be one of %s", strings.Join(finance.Settling(), ", "))
			}
		}
		l.rate(member(path, "rateBp"), t.RateBP)
		l.rate(member(path, "taxRateBp"), t.TaxRateBP)
		switch {
		case t.TaxMode != "NONE" && t.TaxMode != "EXCLUSIVE":
			l.add(member(path, "taxMode"), "must be NONE or EXCLUSIVE")
		case t.TaxMode == "NONE" && t.TaxRateBP != 0:
			l.add(member(path, "taxRateBp"), "stands beside taxMode NONE; leave it out")
		}
	}
}

func (l *list) rate(path string, bp int) {
	if bp < 0 || bp > 10000 {
		l.add(path, "must be 0 to 10000 hundredths of a per cent (350 is 3.5 %%)")
	}
}
