package setup

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// defaultRate is how often a client may call within a second when the file says nothing (guarantees.md C4).
const defaultRate = 100

// complete fills what a file may leave out. The result shares no list with f.
func (f File) complete() File {
	f.Providers, f.Products, f.Clients = slices.Clone(f.Providers), slices.Clone(f.Products), slices.Clone(f.Clients)
	own := map[string]Institution{}
	for i := range f.Providers {
		p := &f.Providers[i]
		if p.User == "" {
			p.User = f.Institution.ID
		}
		p.Options = compact(p.Options)
		own[p.ID] = Institution{ID: p.InstitutionID, Name: p.Name}
	}
	for i := range f.Products {
		if p := &f.Products[i]; p.Receiver == nil {
			receiver := own[p.Provider]
			p.Receiver = &receiver
		}
	}
	for i := range f.Clients {
		f.Clients[i] = f.Clients[i].complete()
	}
	return f
}

// compact writes an object on one line; none becomes the empty one.
func compact(options json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, options) != nil {
		return json.RawMessage("{}")
	}
	return b.Bytes()
}

func (c Client) complete() Client {
	rate := defaultRate
	if c.Rate == nil {
		c.Rate = &rate
	}
	if c.Burst == nil {
		burst := 2 * *c.Rate
		c.Burst = &burst
	}
	c.Auth, c.CertificateUse = cmp.Or(c.Auth, "either"), cmp.Or(c.CertificateUse, "none")
	c.Certificates = slices.Clone(c.Certificates)
	for i, print := range c.Certificates {
		if plain, err := fingerprint(print.Fingerprint); err == nil {
			c.Certificates[i].Fingerprint = plain
		}
	}
	return c
}

// Directory gives the part that the switch routes by, as the core reads it.
func (f File) Directory() (providers []switchcore.Provider, products []switchcore.Product, routes []switchcore.Route) {
	f = f.complete()
	for _, p := range f.Providers {
		providers = append(providers, p.core())
	}
	for _, p := range f.Products {
		products = append(products, switchcore.Product{
			ID: p.ID, ProviderID: p.Provider, Description: p.Description, Receiver: switchcore.Institution(*p.Receiver), Currency: p.Currency,
			Amount: p.Price, Min: p.Min, Max: p.Max, NoClientCodes: p.NoClientCodes,
			ProviderCode: p.ProviderCode, ProviderGroup: p.ProviderGroup, NotReversible: p.NotReversible,
		})
	}
	for _, r := range f.Routes {
		routes = append(routes, switchcore.Route{
			Service: transactions.Service(r.Service), ProductID: r.Product, ReceiverID: r.Receiver, CardPrefix: r.CardPrefix, ProviderID: r.Provider,
		})
	}
	return providers, products, routes
}

func (p Provider) core() switchcore.Provider {
	return switchcore.Provider{
		ID: p.ID, Name: p.Name, Receiver: switchcore.Institution{ID: p.InstitutionID, Name: p.Name}, Settlement: switchcore.Institution(p.Settlement),
		Connector: p.Connector, BaseURL: p.BaseURL, User: p.User, Credential: p.Credential, Options: string(p.Options), Profile: p.Profile, Enabled: !p.Disabled,
	}
}
