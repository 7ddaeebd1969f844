package setup

import (
	"encoding/json"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// File is the whole data file. The zero value of every optional member is what most installations want.
type File struct {
	Schema        string         `json:"$schema,omitzero"` // for editors; not read
	Institution   Institution    `json:"institution"`      // of the switch
	Providers     []Provider     `json:"providers"`
	Products      []Product      `json:"products,omitempty"`
	Routes        []Route        `json:"routes"` // their order counts
	Terms         []Term         `json:"terms,omitempty"`
	Clients       []Client       `json:"clients,omitempty"`
	HummMerchants []HummMerchant `json:"hummMerchants,omitempty"`
}

// Institution names a party in messages.
type Institution struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Duration is a time.Duration written as text in JSON.
type Duration = switchcore.Duration

// Profile holds what a provider can do and how its answers are read.
type Profile = switchcore.Profile

// Provider is an upstream party. Messages name it as receiver by InstitutionID and Name.
type Provider struct {
	ID            string          `json:"id"` // ours; in addresses of pages, and in products and routes
	Name          string          `json:"name"`
	InstitutionID string          `json:"institution"`
	Settlement    Institution     `json:"settlement"` // settlement entity of its route
	Connector     string          `json:"connector"`
	BaseURL       string          `json:"baseUrl"`
	User          string          `json:"user,omitzero"`       // our institution id there; empty: that of the switch
	Credential    string          `json:"credential,omitzero"` // name of a secret: env:NAME or file:PATH
	Options       json.RawMessage `json:"options,omitempty"`   // settings of its connector alone, an object
	Profile       Profile         `json:"profile"`
	Disabled      bool            `json:"disabled,omitzero"`
}

// Product is a line of the master list. It has a price, or a range, in minor units.
type Product struct {
	ID            string       `json:"id"`
	Provider      string       `json:"provider"`
	Description   string       `json:"description"`
	Receiver      *Institution `json:"receiver,omitzero"` // nil: the provider's own institution
	Currency      string       `json:"currency"`          // ISO 4217 digits
	Price         *int64       `json:"price,omitzero"`
	Min           *int64       `json:"min,omitzero"`
	Max           *int64       `json:"max,omitzero"`
	NoClientCodes bool         `json:"noClientCodes,omitzero"` // the client may not give the code itself
	ProviderCode  string       `json:"providerCode,omitzero"`
	ProviderGroup string       `json:"providerGroup,omitzero"`
	NotReversible bool         `json:"notReversible,omitzero"`
}

// Route is a line of the routing table; empty members match anything.
type Route struct {
	Service    string `json:"service"` // VOUCHER, GIFTCARD or HUMM
	Product    string `json:"product,omitzero"`
	Receiver   string `json:"receiver,omitzero"`
	CardPrefix string `json:"cardPrefix,omitzero"` // first digits of a gift card's number
	Provider   string `json:"provider"`
}

// Term is what a provider pays for each transaction, as a share of its final amount (console-and-finance.md 9.7). The
// principal itself is settled in full and needs no line.
type Term struct {
	Provider  string   `json:"provider,omitzero"` // empty: every provider without a line of its own
	Code      string   `json:"code"`
	Kind      string   `json:"kind"`      // COMMISSION
	AppliesTo []string `json:"appliesTo"` // operations
	RateBP    int      `json:"rateBp"`    // hundredths of a per cent: 350 is 3.5 %
	TaxMode   string   `json:"taxMode"`   // NONE or EXCLUSIVE
	TaxRateBP int      `json:"taxRateBp,omitzero"`
}

// Client is an institution that calls the channel API. Without a credential it cannot sign in with a password until
// one is set with `console client rotate`.
type Client struct {
	ID                         string        `json:"id"`
	Name                       string        `json:"name"`
	Mode                       string        `json:"mode"`                // dual or single
	Credential                 string        `json:"credential,omitzero"` // name of the secret that holds its password
	SettleRequiresConfirmation bool          `json:"settleRequiresConfirmation,omitzero"`
	StrictIDs                  bool          `json:"strictIds,omitzero"`      // refuse every re-use of a redemption or refund id
	Rate                       *int          `json:"rate,omitzero"`           // calls per second, 0: no limit; absent: 100
	Burst                      *int          `json:"burst,omitzero"`          // absent: twice the rate
	MaxInFlight                int           `json:"maxInFlight,omitzero"`    // calls at once on each node; 0: no limit
	Auth                       string        `json:"auth,omitzero"`           // basic, oauth2 or either; absent: either
	CertificateUse             string        `json:"certificateUse,omitzero"` // none, also or alone; absent: none
	Certificates               []Certificate `json:"certificates,omitempty"`  // at most two
	Addresses                  []string      `json:"addresses,omitempty"`     // networks it may call from, CIDR; absent: any
	Disabled                   bool          `json:"disabled,omitzero"`
}

// Certificate pins a client's TLS certificate.
type Certificate struct {
	Name        string `json:"name"`
	Fingerprint string `json:"fingerprint"` // SHA-256 of its DER form, hexadecimal
	NotAfter    string `json:"notAfter"`    // day on which it ends, yyyy-mm-dd
}

// HummMerchant says which client a seller of the consumer-finance rail belongs to.
type HummMerchant struct {
	Merchant string `json:"merchant"`
	Client   string `json:"client"`
	Country  string `json:"country"`
	Chain    string `json:"chain,omitzero"` // sellers of one chain may refund each other's sales
}
