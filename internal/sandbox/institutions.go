// Package sandbox makes a first look worth having: demo institutions, people and clients, and paced traffic that comes in
// through the channel API like anybody else's (design.md 4). Nothing of the product depends on it.
package sandbox

import (
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/setup"
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

// ownName is how the switch of the sandbox is called.
const ownName = "Signalbox Sandbox"

// Setup is the sandbox's configuration as a data file: the ten providers of the product and the fully capable demo one, all
// played by the simulator at simulatorURL, with their products, routes and terms. user is our institution id at each of
// them, credential the name of the secret to sign in with. Clients that come with a password stand in Clients.
func Setup(simulatorURL, user, credential string) setup.File {
	f := setup.File{Institution: setup.Institution{ID: user, Name: ownName}, Terms: terms()}
	for _, played := range simulator.Providers() {
		p := setup.Provider{
			ID:            played.ID,
			Name:          played.Institution.Name,
			InstitutionID: played.Institution.ID,
			Settlement:    setup.Institution(played.Settlement),
			Connector:     "serviceinterface",
			BaseURL:       strings.TrimRight(simulatorURL, "/") + "/" + played.ID + "/suv/v1",
			User:          user,
			Credential:    credential,
			Profile:       profileOf(played.ID),
		}
		f.Providers = append(f.Providers, p)
		f.Routes = append(f.Routes, setup.Route{Service: string(transactions.Voucher), Receiver: p.InstitutionID, Provider: p.ID})
		for _, sold := range played.Products {
			f.Products = append(f.Products, productOf(sold, p))
			f.Routes = append(f.Routes, setup.Route{Service: string(transactions.Voucher), Product: sold.ID, Receiver: p.InstitutionID, Provider: p.ID})
		}
	}
	f.Routes = append(f.Routes, setup.Route{Service: string(transactions.Voucher), Provider: defaultProvider})
	nativeProviders(&f, simulatorURL)
	rails(&f, simulatorURL)
	sellers(&f)
	return f
}

// terms are those of every provider: a commission on what is sold, with tax on top.
func terms() []setup.Term {
	return []setup.Term{{
		Code: "COMMISSION", Kind: "COMMISSION", AppliesTo: []string{string(transactions.Provision)}, RateBP: 350, TaxMode: "EXCLUSIVE", TaxRateBP: 1500,
	}}
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

func productOf(sold simulator.Product, p setup.Provider) setup.Product {
	out := setup.Product{ID: sold.ID, Provider: p.ID, Description: sold.Description, Currency: sold.Currency}
	if sold.Price != 0 {
		out.Price = &sold.Price
	} else {
		out.Min, out.Max = &sold.Min, &sold.Max
	}
	return out
}
