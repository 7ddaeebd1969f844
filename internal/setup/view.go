package setup

import "time"

// Configuration in force, as pages show it. Profiles, addresses and names of secrets are in it, secrets never.

// ProviderView is a provider as it is now.
type ProviderView struct {
	Provider

	Products, Routes int // lines that name it
	Waiting          int // stored advices on their way to it
	Held             bool
	Version          int64
	UpdatedAt        time.Time
}

// ProviderCase is everything on one provider.
type ProviderCase struct {
	ProviderView
	Goods  []Product   // of the master list, by id, at most MostGoods
	Lines  []RouteView // that lead to it, in order
	Term   *Term       // that it is settled by; nil: none
	Switch Institution // ours; empty in a database that was not set up from a file
}

// MostGoods bounds the products that stand on the page of one provider; the list has the rest.
const MostGoods = 50

// RouteView is a line of the routing table with its place and the names behind its ids.
type RouteView struct {
	Route
	Position     int
	ProviderName string
	ProviderOff  bool
	ReceiverName string // empty: unknown to the master list
}

// ProductFilter narrows the master list.
type ProductFilter struct {
	Provider, Receiver string // ids
	Text               string // part of an id, description or provider code, in any case
	Kind               string // "fixed", "range" or both
	// AfterID and AfterProvider are the cursor: those of the last line before.
	AfterID, AfterProvider string
	Limit                  int
}

// ProductView is a line of the master list.
type ProductView struct {
	Product
	ProviderName string
	Inactive     bool // not sold: gone from the provider's own catalogue
}

// ProductPage is a page of the master list.
type ProductPage struct {
	Rows      []ProductView
	Total     int // lines that fit the filter
	More      bool
	Providers []Institution // that have products: ids are ours
	Receivers []Institution
}

// ClientView is a client as it is now. Its password is not in it, only whether there is one.
type ClientView struct {
	Client
	Password      bool
	PreviousUntil time.Time // until then the password before the last rotation is valid too; zero: it is not
	Merchants     int       // consumer-finance sellers
	CreatedAt     time.Time
	UpdatedAt     time.Time
	// Only the page of one client has these. LastSeen is its last request; zero: none within SeenWithin.
	Pins     []Pin
	LastSeen time.Time
}

// Pin is a pinned TLS certificate.
type Pin struct {
	Name        string
	Fingerprint string // SHA-256, hexadecimal
	NotAfter    time.Time
	AddedAt     time.Time
}

// SeenWithin is how far back the page of a client looks for its last request.
const SeenWithin = time.Hour

// TermView is a line of the terms.
type TermView struct {
	Term
	ProviderName string
}

// TermList is the terms, and the rules that reconciliation processes work by now.
type TermList struct {
	Terms []TermView
	Rules []RuleView
}

// RuleView is the rule that a reconciliation process settles by.
type RuleView struct {
	Process, ProviderID, ProviderName, Currency string
	Code                                        string
	AppliesTo                                   []string
	RateBP                                      int
	TaxMode                                     string
	TaxRateBP                                   int
	ValidFrom                                   time.Time // zero: from the beginning
}

// MostDevices bounds the till devices that the page shows, latest first.
const MostDevices = 200

// FinanceRail is who sells on the consumer-finance rail, and with which till devices.
type FinanceRail struct {
	Merchants []MerchantView
	Devices   []DeviceView
}

// MerchantView is a seller.
type MerchantView struct {
	HummMerchant
	ClientName string
	Devices    int // that hold a signing key
}

// DeviceView is a till device with a signing key. Its id is sealed and not shown: Mark tells devices apart.
type DeviceView struct {
	Merchant   string
	Mark       string // first digits of the keyed hash of its id
	Client     string
	State      string // ACTIVE or DISABLED
	Generation int    // keys handed out so far
	UpdatedAt  time.Time
}
