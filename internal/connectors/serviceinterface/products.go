package serviceinterface

import (
	"context"
	"net/http"
	"strconv"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

var _ switchcore.Publisher = (*Connector)(nil)

// Products fetches the provider's catalogue (lookupProducts, vouchers.md 2). A product without a currency or an id cannot be
// sold and is left out; a list that cannot be read is apperr.Unavailable.
func (c *Connector) Products(ctx context.Context) ([]switchcore.Product, error) {
	a := c.Send(ctx, switchcore.Message{Method: http.MethodGet, Path: "/products", Headers: headersRead})
	if a.Err != nil || a.Status != http.StatusOK {
		return nil, apperr.Errorf(apperr.Unavailable, "the catalogue cannot be had now: status %d", a.Status)
	}
	body := parse(a.Body)
	defer body.Release()
	list, ok := published(body)
	if !ok {
		return nil, apperr.Errorf(apperr.Unavailable, "the catalogue cannot be read")
	}
	return list, nil
}

// published reads the list, in its wrapper or, as older versions have it, bare.
func published(body *reply) ([]switchcore.Product, bool) {
	if body.Doc == nil {
		return nil, false
	}
	at := 0
	if body.Doc.Nodes[0].Kind == jsonedit.Object {
		at = body.Find("products")
	}
	if at < 0 || body.Doc.Nodes[at].Kind != jsonedit.Array {
		return nil, false
	}
	var list []switchcore.Product
	for i := range body.Doc.Children(at) {
		if p, ok := productOf(body, i); ok {
			list = append(list, p)
		}
	}
	return list, true
}

func productOf(body *reply, i int) (switchcore.Product, bool) {
	text := func(path ...string) string {
		if n := body.Doc.Find(i, path...); n >= 0 {
			return string(body.Doc.Text(n))
		}
		return ""
	}
	sum := func(name string) *int64 {
		minor, err := strconv.ParseInt(text(name, "amount"), 10, 64)
		if err != nil || minor < 0 {
			return nil
		}
		return &minor
	}
	p := switchcore.Product{ID: text("productId"), Description: text("description"), Amount: sum("amount")}
	for _, name := range []string{"amount", "minAmount", "maxAmount"} {
		if p.Currency == "" {
			p.Currency = text(name, "currency")
		}
	}
	if p.Amount == nil {
		p.Min, p.Max = sum("minAmount"), sum("maxAmount")
	}
	return p, p.ID != "" && len(p.Currency) == 3
}
