package yoyo

import (
	"context"
	"net/http"
	"strconv"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

const (
	pageSize  = 20
	mostPages = 500 // a catalogue that never ends is an error of somebody's
)

// Products reads the campaigns of both kinds, all pages, active ones only. The id of a product is made of its kind and
// its campaign; ProviderID and Receiver are the caller's to fill in. An error is apperr.Unavailable.
func (c *Connector) Products(ctx context.Context) ([]switchcore.Product, error) {
	var list []switchcore.Product
	for _, k := range []kind{giftcard, coupon} {
		campaigns, err := c.campaigns(ctx, k)
		if err != nil {
			return nil, err
		}
		list = append(list, campaigns...)
	}
	return list, nil
}

// campaigns reads the pages of one kind. Whether an offset counts pages or campaigns is not published: the second page
// tells, for it overlaps the first only when it counts campaigns.
func (c *Connector) campaigns(ctx context.Context, k kind) ([]switchcore.Product, error) {
	var list []switchcore.Product
	seen := map[string]bool{}
	offset, stride := 0, 1
	for range mostPages {
		body, err := c.page(ctx, k, offset)
		if err != nil {
			return nil, err
		}
		ids := body.campaignIDs(k)
		if offset == 1 && len(ids) > 0 && seen[ids[0]] {
			stride, offset = pageSize, pageSize
			continue
		}
		fresh := 0
		for _, node := range body.campaignNodes(k) {
			if id := body.text(node, "id"); id != "" && !seen[id] {
				seen[id] = true
				fresh++
				list = appendProduct(list, body, node, k)
			}
		}
		if fresh == 0 || len(ids) < pageSize {
			return list, nil
		}
		offset += stride
	}
	return nil, apperr.Errorf(apperr.Unavailable, "the list of campaigns has no end")
}

func (c *Connector) page(ctx context.Context, k kind, offset int) (*reply, error) {
	m := get("/" + k.campaigns + "?pageSize=" + strconv.Itoa(pageSize) + "&pageOffset=" + strconv.Itoa(offset))
	a := c.Send(ctx, m)
	if a.Err != nil || a.Status != http.StatusOK {
		return nil, apperr.Errorf(apperr.Unavailable, "the list of campaigns cannot be had: %s", family.StatusDetail(a.Status))
	}
	body := parse(a)
	if body.verdict == unclear && !body.coded && body.find(0, k.campaigns) >= 0 {
		return body, nil // some lists come without a code
	}
	if body.verdict != yes {
		return nil, apperr.Errorf(apperr.Unavailable, "the list of campaigns was refused with code %d", body.code)
	}
	return body, nil
}

func (r *reply) campaignNodes(k kind) []int {
	list := r.find(0, k.campaigns)
	if list < 0 || r.doc.Nodes[list].Kind != jsonedit.Array {
		return nil
	}
	var nodes []int
	for c := range r.doc.Children(list) {
		nodes = append(nodes, c)
	}
	return nodes
}

func (r *reply) campaignIDs(k kind) []string {
	var ids []string
	for _, node := range r.campaignNodes(k) {
		ids = append(ids, r.text(node, "id"))
	}
	return ids
}

// appendProduct adds an active campaign whose amounts can be read.
func appendProduct(list []switchcore.Product, body *reply, node int, k kind) []switchcore.Product {
	if body.text(node, "stateId") != stateActive {
		return list
	}
	id := body.text(node, "id")
	p := switchcore.Product{
		ID: k.name + "-" + id, Description: or(body.text(node, "name"), body.text(node, "description")), Currency: native.Rand,
		ProviderCode: id, ProviderGroup: k.name, NoClientCodes: true,
	}
	for _, part := range []struct {
		member string
		into   **int64
	}{{"minValue", &p.Min}, {"maxValue", &p.Max}, {"voucherAmount", &p.Amount}} {
		amount, ok := body.cents(node, part.member)
		if !ok {
			return list
		}
		if amount != nil {
			*part.into = &amount.Minor
		}
	}
	return append(list, p)
}
