// Package sandbox makes a first look worth having: demo institutions, people and clients, and paced traffic that comes in
// through the channel API like anybody else's (design.md 4). Nothing of the product depends on it.
package sandbox

import (
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// defaultProvider takes whatever no other route takes: any product or none, any receiver.
const defaultProvider = "demo"

// Limits of every sandbox provider. The time-out is short so that an unknown outcome shows while somebody watches.
const (
	exchangeTimeout  = 10 * time.Second
	exchangesAtOnce  = 256
	deliveriesAtOnce = 8
	notFoundRepeat   = 2 * time.Minute
)

// Institutions gives the ten providers of the product and the fully capable demo one, all played by the simulator at
// simulatorURL, with their products and routes. user is our institution id at each of them, credential the name of the
// secret to sign in with.
func Institutions(simulatorURL, user, credential string) (providers []switchcore.Provider, products []switchcore.Product, routes []switchcore.Route) {
	for _, played := range simulator.Providers() {
		p := switchcore.Provider{
			ID:         played.ID,
			Name:       played.Institution.Name,
			Receiver:   switchcore.Institution(played.Institution),
			Settlement: switchcore.Institution(played.Settlement),
			Connector:  "serviceinterface",
			BaseURL:    strings.TrimRight(simulatorURL, "/") + "/" + played.ID + "/suv/v1",
			User:       user,
			Credential: credential,
			Profile:    profileOf(played.ID),
			Enabled:    true,
		}
		providers = append(providers, p)
		routes = append(routes, switchcore.Route{Service: transactions.Voucher, ReceiverID: p.Receiver.ID, ProviderID: p.ID})
		for _, sold := range played.Products {
			products = append(products, productOf(sold, p))
			routes = append(routes, switchcore.Route{
				Service: transactions.Voucher, ProductID: sold.ID, ReceiverID: p.Receiver.ID, ProviderID: p.ID,
			})
		}
	}
	return providers, products, append(routes, switchcore.Route{Service: transactions.Voucher, ProviderID: defaultProvider})
}

// profileOf is a provider's column of the capability matrix (providers.md 2), as its stand-in plays it.
func profileOf(id string) switchcore.Profile {
	p := switchcore.Profile{
		ConfirmProvision: true, ReverseProvision: true, Retry: true, Lookup: true,
		Redeem: true, ConfirmRedeem: true, ReverseRedeem: true,
		Refund: true, ConfirmRefund: true, ReverseRefund: true, Products: true,
		RecordsEarlyReversals: true,
		NotFoundRepeat:        switchcore.Duration(notFoundRepeat),
		Timeout:               switchcore.Duration(exchangeTimeout),
		MaxInFlight:           exchangesAtOnce,
		SAFParallel:           deliveriesAtOnce,
		ActAsClient:           true,
	}
	switch id {
	case "stellr": // nothing can be undone there, or asked twice
		p.ConfirmProvision, p.ReverseProvision, p.Retry = false, false, false
		withoutRedemption(&p)
	case "netcare":
		p.Retry = false
	case "lottostar", "hollywoodbets", "supabets", "betway": // redeemed in the betting account
		withoutRedemption(&p)
	}
	return p
}

func withoutRedemption(p *switchcore.Profile) {
	p.Lookup = false
	p.Redeem, p.ConfirmRedeem, p.ReverseRedeem = false, false, false
	p.Refund, p.ConfirmRefund, p.ReverseRefund = false, false, false
}

func productOf(sold simulator.Product, p switchcore.Provider) switchcore.Product {
	out := switchcore.Product{
		ID: sold.ID, ProviderID: p.ID, Description: sold.Description, Receiver: p.Receiver, Currency: sold.Currency,
	}
	if sold.Price != 0 {
		out.Amount = &sold.Price
	} else {
		out.Min, out.Max = &sold.Min, &sold.Max
	}
	return out
}
