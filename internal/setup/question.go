package setup

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Question asks where a request would go.
type Question struct {
	Service    string
	Product    string
	Receiver   string
	CardNumber string // or its first digits; never stored
}

// Verdict is what one route says to a question.
type Verdict struct {
	Route  RouteView
	Match  bool
	Chosen bool
	Why    string // in words
}

// Answer is where a request would go, and what every route of its service said.
type Answer struct {
	Chosen   *RouteView // nil: the request is refused
	Refused  string     // why it is refused
	Verdicts []Verdict
}

// Ask judges the routes as the switch does (vouchers.md 6, giftcards.md): a route that names the product counts more than
// one that names the receiver, the longest card prefix more than a shorter one; among equals the first. known tells
// whether any provider has a product of this id.
func Ask(q Question, routes []RouteView, known bool) Answer {
	var a Answer
	best := -1
	for _, r := range routes {
		if r.Service != q.Service {
			continue
		}
		v := judge(q, r)
		if v.Match && (best < 0 || weight(r.Route) > weight(a.Verdicts[best].Route.Route)) {
			best = len(a.Verdicts)
		}
		a.Verdicts = append(a.Verdicts, v)
	}
	switch {
	case best < 0 && q.Product != "" && !known && q.Service == string(transactions.Voucher):
		a.Refused = "INVALID_PRODUCT: no provider has this product, and no route takes just any"
	case best < 0:
		a.Refused = "ROUTING_ERROR: no route takes it"
	case a.Verdicts[best].Route.ProviderOff:
		a.Verdicts[best].Chosen = true
		a.Refused = "ROUTING_ERROR: " + a.Verdicts[best].Route.ProviderName + " is disabled"
	default:
		a.Verdicts[best].Chosen = true
		a.Chosen = &a.Verdicts[best].Route
	}
	return a
}

func judge(q Question, r RouteView) Verdict {
	v := Verdict{Route: r}
	switch {
	case r.Product != "" && r.Product != q.Product:
		v.Why = "another product"
	case r.Receiver != "" && r.Receiver != q.Receiver:
		v.Why = "another receiver"
	case r.CardPrefix != "" && strings.HasPrefix(r.CardPrefix, q.CardNumber) && len(q.CardNumber) < len(r.CardPrefix):
		v.Why = "its card range needs more digits to tell"
	case !strings.HasPrefix(q.CardNumber, r.CardPrefix):
		v.Why = "another card range"
	default:
		v.Match, v.Why = true, strings.Join(reasons(r.Route), " and ")
	}
	return v
}

func reasons(r Route) []string {
	var list []string
	if r.Product != "" {
		list = append(list, "it names the product")
	}
	if r.Receiver != "" {
		list = append(list, "it names the receiver")
	}
	if r.CardPrefix != "" {
		list = append(list, "the card number begins with "+r.CardPrefix)
	}
	if len(list) == 0 {
		list = append(list, "it takes any request of its service")
	}
	return list
}

// weight orders matching routes.
func weight(r Route) int {
	w := len(r.CardPrefix) * 4
	if r.Product != "" {
		w += 2
	}
	if r.Receiver != "" {
		w++
	}
	return w
}
