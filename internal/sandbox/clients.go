package sandbox

import (
	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Client is a demo client of the channel API. Its password is public: it opens nothing but a sandbox.
type Client struct {
	ID                         string
	Name                       string
	Mode                       transactions.Mode
	Password                   string
	SettleRequiresConfirmation bool
}

// The demo clients.
const (
	retailerID   = "90000101" // dual messaging
	forecourtsID = "90000102" // single messaging
	channelID    = "90000103" // an app, dual messaging
	furnisherID  = "90000104" // sells on consumer finance, which signs its messages instead
)

// Clients gives the demo clients: a retailer that confirms or reverses every sale, one whose sales are final with the
// answer, and a digital channel.
func Clients() []Client {
	return []Client{
		{ID: retailerID, Name: "Karoo Fresh Stores", Mode: transactions.Dual, Password: "sandbox-karoo-fresh"},
		{ID: forecourtsID, Name: "Protea Forecourts", Mode: transactions.Single, Password: "sandbox-protea-forecourts"},
		{ID: channelID, Name: "Duiker Wallet", Mode: transactions.Dual, Password: "sandbox-duiker-wallet"},
	}
}

// sellers puts the client that sells on consumer finance, and its seller id, into the data file. Tills of that rail sign with
// keys of their own, so this client has no password.
func sellers(f *setup.File) {
	f.Clients = append(f.Clients, setup.Client{ID: furnisherID, Name: "Wattle Home", Mode: "single"})
	f.HummMerchants = append(f.HummMerchants, setup.HummMerchant{Merchant: sellerID, Client: furnisherID, Country: "AU", Chain: "Wattle Home"})
}
