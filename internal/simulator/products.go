package simulator

import (
	"net/http"
	"net/url"
)

func (h *house) catalogueLine(p Product) product {
	isFixed := p.Price != 0
	line := product{
		ProductID: p.ID, Description: p.Description, IsFixedValue: &isFixed,
		Receiver: h.profile.Institution.party(),
	}
	if isFixed {
		line.Amount = money(p.Price, p.Currency)
	} else {
		line.MinAmount, line.MaxAmount = money(p.Min, p.Currency), money(p.Max, p.Currency)
	}
	return line
}

// products is the provider's catalogue, empty when another voucher provider is
// asked for.
func (h *house) products(q url.Values) answer {
	list := []product{}
	if want := q.Get("receiverInstId"); want == "" || want == h.profile.Institution.ID {
		for _, p := range h.profile.Products {
			list = append(list, h.catalogueLine(p))
		}
	}
	return answer{status: http.StatusOK, other: map[string]any{"products": list}}
}
