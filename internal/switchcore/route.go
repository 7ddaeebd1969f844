package switchcore

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Provider is an upstream party with its settings.
type Provider struct {
	ID         string
	Name       string
	Receiver   Institution // how messages name it
	Settlement Institution // settlement entity of its route
	Connector  string      // name of the connector that speaks to it
	BaseURL    string
	User       string // our institution id at that provider, and the name we sign in with
	Credential string // name of the secret, never the secret
	// Options are the settings of its connector alone, a JSON object (docs/providers.md); secrets only by name.
	Options string
	Profile Profile
	Enabled bool
}

// Product is a line of the master list.
type Product struct {
	ID            string
	ProviderID    string
	Description   string
	Receiver      Institution
	Currency      string
	Amount        *int64 // fixed price, minor units
	Min, Max      *int64 // range of a variable price, minor units
	NoClientCodes bool   // the client may not give the code itself

	ProviderCode  string // how the provider calls it; empty: by our id
	ProviderGroup string // group of products at the provider, such as the Flash call that sells it
	NotReversible bool   // the provider takes no reversal of this product
}

// Route is one line of the routing table; empty fields match anything.
type Route struct {
	Service    transactions.Service
	ProductID  string
	ReceiverID string
	CardPrefix string // first digits of a gift card's number
	ProviderID string
}

// Directory is an immutable snapshot of providers, products and routes.
type Directory struct {
	providers map[string]Provider
	products  map[string][]Product
	routes    []Route
	// currencies has the providers' currencies; empty for one that has several.
	currencies map[string]string
}

// NewDirectory makes a snapshot; routes count in the given order.
func NewDirectory(providers []Provider, products []Product, routes []Route) *Directory {
	d := &Directory{providers: map[string]Provider{}, products: map[string][]Product{}, routes: routes, currencies: map[string]string{}}
	for _, p := range providers {
		d.providers[p.ID] = p
	}
	for _, p := range products {
		d.products[p.ID] = append(d.products[p.ID], p)
		if known, more := d.currencies[p.ProviderID]; more && known != p.Currency {
			d.currencies[p.ProviderID] = ""
		} else {
			d.currencies[p.ProviderID] = p.Currency
		}
	}
	return d
}

// WithLimits completes a fresh snapshot, not yet in use, with the limits of this installation where a profile sets none of its own (A7).
func (d *Directory) WithLimits(inFlight, safParallel int) *Directory {
	for id, p := range d.providers {
		if p.Profile.MaxInFlight <= 0 {
			p.Profile.MaxInFlight = inFlight
		}
		if p.Profile.SAFParallel <= 0 {
			p.Profile.SAFParallel = safParallel
		}
		if p.Profile.FIFO {
			p.Profile.SAFParallel = 1
		}
		d.providers[id] = p
	}
	return d
}

// Provider finds a provider by id.
func (d *Directory) Provider(id string) (Provider, bool) {
	p, ok := d.providers[id]
	return p, ok
}

// Providers lists all providers in no particular order.
func (d *Directory) Providers() []Provider {
	list := make([]Provider, 0, len(d.providers))
	for _, p := range d.providers {
		list = append(list, p)
	}
	return list
}

// Products lists the master list, filtered by receiver when one is given.
func (d *Directory) Products(receiverID string) []Product {
	var list []Product
	for _, same := range d.products {
		for _, p := range same {
			if receiverID == "" || p.Receiver.ID == receiverID {
				list = append(list, p)
			}
		}
	}
	return list
}

// Product finds a product sold through a provider.
func (d *Directory) Product(id, providerID string) (Product, bool) {
	for _, p := range d.products[id] {
		if p.ProviderID == providerID {
			return p, true
		}
	}
	return Product{}, false
}

// CurrencyOf gives the one currency that a provider sells in; empty when it has several, or no product.
func (d *Directory) CurrencyOf(providerID string) string { return d.currencies[providerID] }

// RouteQuery is what a request says about where it goes.
type RouteQuery struct {
	Service    transactions.Service
	ProductID  string
	ReceiverID string
	CardNumber string // of a gift card
}

// fits tells whether a route takes the request, and how closely it was written for it.
func (r Route) fits(q RouteQuery) (score int, ok bool) {
	if r.Service != q.Service || r.ProductID != "" && r.ProductID != q.ProductID || r.ReceiverID != "" && r.ReceiverID != q.ReceiverID ||
		!strings.HasPrefix(q.CardNumber, r.CardPrefix) {
		return 0, false
	}
	if r.ReceiverID != "" {
		score++
	}
	if r.ProductID != "" {
		score += 2
	}
	return score + 4*len(r.CardPrefix), true
}

// RouteOf picks the provider for a new request (vouchers.md 6, giftcards.md 5): the longest card prefix, then product and
// receiver, then one of them alone, then the default route. It gives the error type to answer with when there is none.
func (d *Directory) RouteOf(q RouteQuery) (Provider, string) {
	best, score := Route{}, -1
	for _, r := range d.routes {
		if s, ok := r.fits(q); ok && s > score {
			best, score = r, s
		}
	}
	p, ok := d.providers[best.ProviderID]
	switch {
	case score < 0 && q.Service == transactions.Voucher && q.ProductID != "" && len(d.products[q.ProductID]) == 0:
		return Provider{}, ErrProduct
	case score < 0 || !ok || !p.Enabled:
		return Provider{}, ErrRouting
	}
	return p, ""
}
