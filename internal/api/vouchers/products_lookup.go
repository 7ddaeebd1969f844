package vouchers

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// lookupProducts lists what can be sold, from the switch's own master list: lookupProducts.
func (s *Service) lookupProducts(c *fiber.Ctx) error {
	call, err := s.receive(c, transactions.Products, transactions.TraceRequest)
	if err != nil {
		return refuse(c, err)
	}
	q, err := parseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return s.unreadable(c, call, err)
	}
	req := s.lookupRequest(call, transactions.Products, q)
	list := s.Directory().Products(req.Receiver.ID)
	reply := switchcore.Reply{Kind: switchcore.ReplyApproved, Status: statusFound, Approval: &switchcore.Approval{
		Members: []switchcore.Member{{Name: "products", Raw: productsJSON(list)}},
	}}
	return message.Send(c, s.Switch.Products(req, reply))
}

// productsJSON writes products ordered by id, so that equal catalogues give equal answers.
func productsJSON(list []switchcore.Product) []byte {
	slices.SortFunc(list, func(a, b switchcore.Product) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.ProviderID, b.ProviderID))
	})
	out := []byte{'['}
	for i, p := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, productJSON(p)...)
	}
	return append(out, ']')
}

func productJSON(p switchcore.Product) []byte {
	w := message.ObjectWriter{}
	w.Text("productId", p.ID)
	w.Text("description", p.Description)
	w.Raw("amount", ledgerJSON(p.Amount, p.Currency))
	w.Raw("minAmount", ledgerJSON(p.Min, p.Currency))
	w.Raw("maxAmount", ledgerJSON(p.Max, p.Currency))
	w.Raw("isFixedValue", strconv.AppendBool(nil, p.Amount != nil))
	if p.Receiver.ID != "" {
		w.Raw("receiver", message.InstitutionJSON(p.Receiver))
	}
	return w.Bytes()
}

// ledgerJSON writes a ledger amount, nothing for an unknown one.
func ledgerJSON(minor *int64, currency string) []byte {
	if minor == nil {
		return nil
	}
	out := strconv.AppendInt([]byte(`{"amount":`), *minor, 10)
	out = jsonedit.AppendString(append(out, `,"currency":`...), currency)
	return append(out, '}')
}
