package flash

import (
	"net/url"
	"slices"
	"strings"
)

// base is the versioned prefix of every call (4.2).
const base = "/aggregation/4.0"

// action names one call of a product group.
type action string

// The calls that we make. Cancelling is left out: a reversal does the same by our own reference.
const (
	actPurchase action = "purchase"
	actDisburse action = "disburse"
	actRedeem   action = "redeem"
	actRefund   action = "refund"
	actReverse  action = "reverse"
	actLookup   action = "lookup"
)

// Product groups, as Product.ProviderGroup names them and as they stand in addresses.
const (
	groupOneVoucher  = "1voucher"
	groupGift        = "gift-voucher"
	groupCashOut     = "cash-out-pin"
	groupExclusive   = "exclusive-voucher"
	groupToken       = "flash-token"
	groupEezi        = "eezi-voucher"
	catalogue        = "products"
	catalogueAddress = base + "/accounts/"
)

// offered lists the calls of each product group (4.2).
func offered(group string) []action {
	switch group {
	case groupOneVoucher:
		return []action{actPurchase, actDisburse, actRedeem, actRefund, actReverse}
	case groupGift:
		return []action{actPurchase}
	case groupCashOut:
		return []action{actPurchase, actReverse, actLookup}
	case groupExclusive:
		return []action{actPurchase, actRedeem, actReverse}
	case groupToken, groupEezi:
		return []action{actPurchase, actReverse}
	}
	return nil
}

func offers(group string, a action) bool { return slices.Contains(offered(group), a) }

// known tells whether an option may override the address of that name.
func known(name string) bool {
	group, a, _ := strings.Cut(name, "/")
	return name == catalogue || offers(group, action(a))
}

// path gives the address of a call below the base.
func (o Options) path(group string, a action) string {
	if own := o.Paths[group+"/"+string(a)]; own != "" {
		return own
	}
	return base + "/" + group + "/" + string(a)
}

// cataloguePath gives the address of the account's product list.
func (o Options) cataloguePath() string {
	if own := o.Paths[catalogue]; own != "" {
		return own
	}
	return catalogueAddress + url.PathEscape(o.AccountNumber) + "/products"
}
