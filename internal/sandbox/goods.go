package sandbox

import (
	"math/rand/v2"
	"slices"

	"github.com/signalboxhq/signalbox/internal/simulator"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// offer is something to buy, at a price. An offer of the default provider may name neither product nor receiver.
type offer struct {
	ProviderID string
	ProductID  string
	Receiver   switchcore.Institution
	Amount     int64 // minor units
	Currency   string
}

// Dearest sale of a variable price product and its step, minor units: a sandbox sells what a till sells.
const (
	dearest   = 80000
	priceStep = 500
)

// share is how many of a hundred ordinary sales a provider gets.
type share struct {
	providerID string
	of100      int
}

func shares() []share {
	return []share{
		{"flash", 19},
		{"ott", 14},
		{"blu", 14},
		{"hollywoodbets", 12},
		{"betway", 12},
		{"lottostar", 7},
		{"supabets", 7},
		{"yoyo", 6},
		{"stellr", 3},
		{"netcare", 3},
		{"demo", 3},
	}
}

// bettingProviders take turns at being out of order.
func bettingProviders() []string { return []string{"hollywoodbets", "betway", "supabets", "lottostar"} }

// redeeming are the providers whose vouchers can be spent through the switch.
func redeeming() []string { return []string{"flash", "ott", "blu", "yoyo", "netcare", "demo"} }

// refunding are those whose redemptions can be given back.
func refunding() []string { return []string{"flash", "netcare", "demo"} }

// repeatable are the providers that answer the retry operation.
func repeatable() []string { return []string{"flash", "ott", "yoyo", "hollywoodbets", "betway"} }

// guessing are those of them where repeats can be in vain; OTT and Yoyo can be asked what became of a sale.
func guessing() []string { return []string{"flash", "hollywoodbets", "betway"} }

// speaksItsOwn tells whether a provider is reached through its own API, where a basket reference does not arrive.
func speaksItsOwn(providerID string) bool {
	return slices.Contains([]string{"flash", "ott", "yoyo", "blu"}, providerID)
}

// asksFor turns an offer into one whose price makes the stand-in of a provider's own API stumble as a fault says: prices
// that end in 77 rand and so many cents do.
func (o *offer) asksFor(fault string) {
	cents := map[string]int64{
		"lost-answer": 2, "always-lost-answer": 52, "always-unknown-state": 65, "always-error-504": 65,
		"decline": 1, "decline:LIMIT_EXCEEDED": 1, "decline:OUT_OF_STOCK": 1, "decline:TRANSACTION_DECLINED": 1,
	}[fault]
	for _, p := range simulator.Providers() {
		if p.ID != o.ProviderID {
			continue
		}
		for _, sold := range p.Products {
			if sold.Price == 0 { // any price can be asked for
				o.ProductID = sold.ID
			}
		}
	}
	o.Amount = 10000 + 7700 + cents
}

// pickProvider draws a provider by its share.
func pickProvider(dice *rand.Rand) string {
	at := dice.IntN(100)
	for _, s := range shares() {
		if at -= s.of100; at < 0 {
			return s.providerID
		}
	}
	return defaultProvider
}

// pickOffer draws one of the products of a provider and its price.
func pickOffer(dice *rand.Rand, providerID string) offer {
	for _, p := range simulator.Providers() {
		if p.ID != providerID {
			continue
		}
		sold := p.Products[dice.IntN(len(p.Products))]
		o := offer{
			ProviderID: p.ID, ProductID: sold.ID, Receiver: switchcore.Institution(p.Institution),
			Amount: sold.Price, Currency: sold.Currency,
		}
		if sold.Price == 0 {
			low := (max(sold.Min, 1000) + priceStep - 1) / priceStep
			o.Amount = priceStep * (low + dice.Int64N(dearest/priceStep-low+1))
		}
		if p.AnyProduct && dice.IntN(2) == 0 {
			o.ProductID, o.Receiver = "", switchcore.Institution{}
		}
		return o
	}
	return offer{}
}

func pick[T any](dice *rand.Rand, list []T) T { return list[dice.IntN(len(list))] }
