package simulator

import "strconv"

// Institution names a party by its id and display name.
type Institution struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Product is one line of a provider's catalogue. Amounts are minor units.
type Product struct {
	ID          string
	Description string
	Currency    string // ISO 4217 numeric
	Price       int64  // fixed price; 0 means the price is variable
	Min, Max    int64  // variable price range, inclusive
}

// Provider is the profile of one played provider: who it is, what it sells and
// which operations of the voucher service it offers.
type Provider struct {
	ID          string // path prefix
	Institution Institution
	Settlement  Institution
	Prefix      string // starts serial numbers and references
	Advices     bool   // confirmations and reversals
	Retries     bool
	Lookup      bool
	Redemption  bool // redemptions and refunds
	AnyProduct  bool // sells any product, also none, at any amount
	Products    []Product
}

const zar = "710"

func fixed(prefix, name string, prices ...int64) []Product {
	var list []Product
	for _, p := range prices {
		label := strconv.FormatInt(p/100, 10)
		list = append(list, Product{
			ID: prefix + "-" + label, Description: name + " R" + label, Currency: zar, Price: p,
		})
	}
	return list
}

func variable(prefix, name string, low, high int64) Product {
	return Product{ID: prefix + "-VAR", Description: name + " any amount", Currency: zar, Min: low, Max: high}
}

func catalogue(prefix, name string, low, high int64, prices ...int64) []Product {
	return append(fixed(prefix, name, prices...), variable(prefix, name, low, high))
}

// Providers returns the profile table. It is for tests and for the wiring of
// the sandbox; nothing of the product may read it.
func Providers() []Provider {
	settle := Institution{ID: "90000040", Name: "Sandbox Settlement"}
	full := Provider{Advices: true, Retries: true, Lookup: true, Redemption: true, Settlement: settle}
	betting := Provider{Advices: true, Retries: true, Settlement: settle}
	as := func(base Provider, id, inst, name, prefix string, products []Product) Provider {
		base.ID, base.Institution, base.Prefix = id, Institution{ID: inst, Name: name}, prefix
		base.Products = products
		return base
	}
	stellr := as(Provider{Settlement: settle}, "stellr", "90000021", "Stellr", "STL",
		fixed("STL", "Stellr gift", 5000, 10000, 25000))
	netcare := as(full, "netcare", "90000022", "Netcare", "NET", fixed("NET", "NetcarePlus visit", 42000, 57000))
	netcare.Retries = false
	demo := as(full, "demo", "90000020", "Demo Vouchers", "DEM", catalogue("DEM", "Demo voucher", 100, 1000000, 5000, 10000))
	demo.AnyProduct = true
	return []Provider{
		demo,
		stellr,
		netcare,
		as(betting, "lottostar", "90000023", "Lottostar", "LOT", catalogue("LOT", "Lottostar voucher", 1000, 300000, 5000, 10000)),
		as(betting, "hollywoodbets", "90000024", "Hollywoodbets", "HWB", catalogue("HWB", "Hollywoodbets voucher", 500, 500000, 2000, 5000, 10000)),
		as(betting, "supabets", "90000025", "Supabets", "SUP", catalogue("SUP", "Supabets voucher", 1000, 300000, 5000, 10000)),
		as(full, "ott", "90000026", "OTT", "OTT", catalogue("OTT", "OTT voucher", 500, 400000, 5000)),
		as(full, "yoyo", "90000027", "Yoyo", "YOY", catalogue("YOY", "Yoyo gift card", 1000, 500000, 10000, 20000)),
		as(full, "blu", "90000028", "Blu Voucher", "BLU", catalogue("BLU", "Blu Voucher", 500, 400000, 5000)),
		as(full, "flash", "90000029", "Flash", "FLA", catalogue("FLA", "1Voucher", 500, 400000, 5000, 10000)),
		as(betting, "betway", "90000030", "Betway", "BET", catalogue("BET", "Betway voucher", 1000, 500000, 5000, 10000)),
	}
}

func (p Provider) product(id string) (Product, bool) {
	for _, pr := range p.Products {
		if pr.ID == id {
			return pr, true
		}
	}
	return Product{}, false
}
