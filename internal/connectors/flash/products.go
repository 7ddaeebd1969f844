package flash

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Products fetches the account's catalogue: the voucher products on sale, each with its code, group, price or range in
// cents, and whether it can be reversed (4.4, 4.7). The id of each is its product code; provider and receiver are left to
// the caller. A list that cannot be had or read is apperr.Unavailable: keep the last good one.
func (c *Connector) Products(ctx context.Context) ([]switchcore.Product, error) {
	m := switchcore.Message{Method: http.MethodGet, Path: c.options.cataloguePath(), Headers: headers}
	a := c.Send(ctx, m)
	if refusesToken(a) { // once more under a new token; a read has no effect
		a = c.Send(ctx, m)
	}
	if a.Err != nil || a.Status != http.StatusOK {
		return nil, apperr.Errorf(apperr.Unavailable, "the catalogue of Flash cannot be had now")
	}
	body := parse(a.Body)
	defer body.Release()
	list, ok := products(body)
	if !ok {
		return nil, apperr.Errorf(apperr.Unavailable, "the catalogue of Flash cannot be read")
	}
	return list, nil
}

// products reads the list, bare or as the member "products".
func products(body *reply) ([]switchcore.Product, bool) {
	if body.Doc == nil {
		return nil, false
	}
	at := 0
	if body.Doc.Nodes[0].Kind == jsonedit.Object {
		at = body.Find("products")
	}
	if code, coded := body.code(); coded && code != 0 || at < 0 || body.Doc.Nodes[at].Kind != jsonedit.Array {
		return nil, false
	}
	var list []switchcore.Product
	for i := range body.Doc.Children(at) {
		if p, ok := product(body, i); ok {
			list = append(list, p)
		}
	}
	return list, true
}

// product reads one entry; ok is false for what is not sold, not a voucher, or not readable.
func product(body *reply, i int) (switchcore.Product, bool) {
	text := func(name string) string { return body.Scalar(body.Doc.Find(i, name)) }
	code, err := strconv.ParseInt(text("productCode"), 10, 64)
	group := groupNamed(text("productGroup"))
	if err != nil || code <= 0 || group == "" || withdrawn(text("status")) {
		return switchcore.Product{}, false
	}
	low, lowOK := cents(text("minimumAmount"))
	high, highOK := cents(text("maximumAmount"))
	if !lowOK || !highOK {
		return switchcore.Product{}, false
	}
	p := switchcore.Product{
		ID: strconv.FormatInt(code, 10), ProviderCode: strconv.FormatInt(code, 10), ProviderGroup: group,
		Description: text("productName"), Currency: native.Rand, NoClientCodes: true, Min: low, Max: high,
		NotReversible: !offers(group, actReverse) || body.flag(i, "allowReversal") == no,
	}
	if low != nil && *low == 0 {
		p.Min, low = nil, nil // no bound, rather than vouchers for nothing
	}
	if high != nil && *high == 0 {
		p.Max, high = nil, nil
	}
	if low != nil && high != nil && (*low == *high || body.flag(i, "fixedAmount") == yes) {
		p.Amount, p.Min, p.Max = low, nil, nil
	}
	return p, true
}

// cents reads an amount of the catalogue; an absent one is nil and ok.
func cents(text string) (*int64, bool) {
	if text == "" {
		return nil, true
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return &n, err == nil && n >= 0
}

// answer is a truth value that may be missing.
type answer byte

const (
	unsaid answer = iota
	yes
	no
)

// flag reads a truth value, written as such or as text.
func (r *reply) flag(node int, name string) answer {
	i := r.Doc.Find(node, name)
	if i < 0 {
		return unsaid
	}
	switch strings.ToLower(string(r.Doc.Text(i))) {
	case "true", "1", "y", "yes":
		return yes
	case "false", "0", "n", "no":
		return no
	}
	return unsaid
}

// groupNamed gives the group that a catalogue entry names ("Gift Vouchers"), empty for what we do not sell.
func groupNamed(text string) string {
	name := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(text)), " ", "-")
	for _, n := range []string{name, strings.TrimSuffix(name, "s")} {
		if offered(n) != nil {
			return n
		}
	}
	return ""
}

func withdrawn(status string) bool {
	switch strings.ToLower(status) {
	case "inactive", "disabled", "suspended", "discontinued", "deleted", "blocked":
		return true
	}
	return false
}
