// Package dataset makes up a quarter of a year of a switch's life: transactions with their references, advices and stored
// messages, each a pure function of its number, so that the tables can be filled in any order and a search can be told what
// to look for without asking the database.
package dataset

import "github.com/signalboxhq/signalbox/internal/transactions"

// Version is raised when the same number would make another row, so that a kept cluster of an older one is built anew.
const Version = 1

// MasterKey is what the references are hashed with; nothing here is a secret.
const MasterKey = "bench: ten million transactions."

// Days is how long the generated life lasts.
const Days = 90

const (
	clients   = 40
	terminals = 6000
	currency  = "710"
)

// provider is one that sells; weight is its share among the providers of a service.
type provider struct {
	id       string
	weight   int
	products int
}

// rail is one service with what is asked of it; weights are shares of all transactions, in 1/10,000.
type rail struct {
	service    transactions.Service
	providers  []provider
	operations []operation
}

type operation struct {
	name   transactions.Operation
	weight int
}

// rails lists everything that is sold: a few providers carry most, and some operations hardly ever happen.
var rails = []rail{
	{transactions.Voucher, []provider{{"flash", 440, 60}, {"ott", 180, 12}, {"blu", 150, 80}, {"stellr", 120, 140}, {"kazang", 80, 30}, {"yoyo", 29, 8}, {"lastmile", 1, 2}}, []operation{
		{transactions.Provision, 6200}, {transactions.Redemption, 1350}, {transactions.Lookup, 850}, {transactions.Refund, 55}, {transactions.Products, 30},
	}},
	{transactions.GiftCard, []provider{{"giftissuer", 1, 20}}, []operation{
		{transactions.Redemption, 420}, {transactions.Activation, 400}, {transactions.Load, 210}, {transactions.Lookup, 330}, {transactions.Void, 20}, {transactions.Transfer, 4}, {transactions.Replace, 2},
	}},
	{transactions.Humm, []provider{{"humm", 1, 3}}, []operation{
		{transactions.Authorisation, 90}, {transactions.Receipt, 28}, {transactions.Adjustment, 8}, {transactions.CreateKey, 2}, {transactions.Invite, 1},
	}},
}

// declines are the refusals of providers with their shares in 1/1,000; the last is rare.
var declines = []weighted{
	{"LIMIT_EXCEEDED", 330},
	{"VOUCHER_ALREADY_REDEEMED", 240},
	{"UNABLE_TO_LOCATE_RECORD", 200},
	{"DO_NOT_HONOR", 150},
	{"INVALID_PRODUCT", 60},
	{"VOUCHER_NOT_REDEEMABLE", 18},
	{"REDEMPTION_ALREADY_REVERSED", 2},
}

// refusals are those of the switch itself.
var refusals = []weighted{{"DUPLICATE_RECORD", 450}, {"ROUTING_ERROR", 300}, {"FUNCTION_NOT_SUPPORTED", 200}, {"TRANSACTION_NOT_SUPPORTED", 50}}

type weighted struct {
	name   string
	weight int
}

// prices are what most vouchers cost, in minor units, the cheapest most often.
var prices = []int64{1000, 1000, 1000, 2000, 2000, 2900, 5000, 5000, 5000, 10000, 10000, 14900, 20000, 50000}
