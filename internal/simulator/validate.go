package simulator

import (
	"strconv"
	"time"
)

// checker gathers the shape errors of one message in the order they are found.
type checker struct{ faults []formatError }

func (c *checker) say(field, msg string) {
	c.faults = append(c.faults, formatError{Field: field, Msg: msg})
}

func (c *checker) missing(path string) { c.say(path, path+" may not be null") }

func (c *checker) need(path string, v *string, low, high int) {
	switch {
	case v == nil:
		c.missing(path)
	case len(*v) < low || len(*v) > high:
		c.say(path, path+" length must be between "+strconv.Itoa(low)+" and "+strconv.Itoa(high))
	}
}

func (c *checker) time(path, v string) {
	if v == "" {
		c.missing(path)
	} else if _, err := time.Parse(time.RFC3339, v); err != nil {
		c.say(path, path+" has the wrong type")
	}
}

func (c *checker) id(path, v string) {
	if v == "" {
		c.missing(path)
	}
}

func (c *checker) party(path string, p *party, required bool) {
	if p == nil {
		if required {
			c.missing(path)
		}
		return
	}
	c.need(path+".id", p.ID, 1, 256)
	c.need(path+".name", p.Name, 0, 160)
}

func (c *checker) originator(o *originator) {
	if o == nil {
		c.missing("originator")
		return
	}
	c.party("originator.institution", o.Institution, true)
	c.need("originator.terminalId", o.TerminalID, 8, 8)
	m := o.Merchant
	if m == nil {
		c.missing("originator.merchant")
		return
	}
	c.need("originator.merchant.merchantType", m.MerchantType, 4, 4)
	c.need("originator.merchant.merchantId", m.MerchantID, 15, 15)
	n := m.MerchantName
	if n == nil {
		c.missing("originator.merchant.merchantName")
		return
	}
	c.need("originator.merchant.merchantName.name", n.Name, 0, 92)
	c.need("originator.merchant.merchantName.city", n.City, 0, 52)
	c.need("originator.merchant.merchantName.region", n.Region, 0, 2)
	c.need("originator.merchant.merchantName.country", n.Country, 0, 2)
}

func (c *checker) identifiers(list []thirdPartyIdentifier) {
	if list == nil {
		c.missing("thirdPartyIdentifiers")
	}
	for i, t := range list {
		at := "thirdPartyIdentifiers[" + strconv.Itoa(i) + "]"
		if t.InstitutionID == "" {
			c.missing(at + ".institutionId")
		}
		if t.TransactionIdentifier == nil {
			c.missing(at + ".transactionIdentifier")
		}
	}
}

func (c *checker) money(path string, a *ledgerAmount) {
	if a == nil {
		return
	}
	if a.Amount == nil {
		c.missing(path + ".amount")
	}
	if a.Currency == "" {
		c.missing(path + ".currency")
	} else if !digits(string(a.Currency), 3) {
		c.say(path+".currency", path+`.currency must match "[0-9]{3}"`)
	}
}

func (c *checker) amounts(a *amounts) {
	if a == nil {
		return
	}
	c.money("amounts.requestAmount", a.RequestAmount)
	c.money("amounts.approvedAmount", a.ApprovedAmount)
	c.money("amounts.feeAmount", a.FeeAmount)
	c.money("amounts.balanceAmount", a.BalanceAmount)
}

func (c *checker) tenders(list []tender) {
	for i, t := range list {
		at := "tenders[" + strconv.Itoa(i) + "]"
		if t.TenderType == "" {
			c.missing(at + ".tenderType")
		}
		if t.Amount == nil {
			c.missing(at + ".amount")
		}
		c.money(at+".amount", t.Amount)
	}
}

func (c *checker) uuid(path, v string) {
	if v != "" && !uuidShaped(v) {
		c.say(path, "UUID must conform to the format 8-4-4-4-12 hexadecimal values")
	}
}

func (c *checker) result() *refusal {
	if len(c.faults) == 0 {
		return nil
	}
	return badFormat(c.faults...)
}

// check is the shape of a request; op decides whether a voucher must be named.
func (m *message) check(op operation) *refusal {
	var c checker
	c.id("id", m.ID)
	c.time("time", m.Time)
	c.originator(m.Originator)
	c.party("client", m.Client, true)
	c.party("settlementEntity", m.SettlementEntity, false)
	c.party("receiver", m.Receiver, false)
	c.identifiers(m.ThirdPartyIdentifiers)
	if op != provision {
		if m.Voucher == nil {
			c.missing("voucher")
		} else if m.Voucher.Code == "" {
			c.missing("voucher.code")
		}
	}
	if m.Product != nil && m.Product.ProductID == "" {
		c.missing("product.productId")
	}
	c.amounts(m.Amounts)
	c.tenders(m.Tenders)
	c.uuid("id", m.ID)
	return c.result()
}

func (a *advice) check(do action) *refusal {
	var c checker
	c.id("id", a.ID)
	c.id("requestId", a.RequestID)
	c.time("time", a.Time)
	c.identifiers(a.ThirdPartyIdentifiers)
	if do == reverse {
		switch a.ReversalReason {
		case "TIMEOUT", "CANCELLED", "RESPONSE_NOT_FINAL":
		case "":
			c.missing("reversalReason")
		default:
			c.say("reversalReason", "reversalReason has the wrong type")
		}
	}
	c.amounts(a.Amounts)
	c.tenders(a.Tenders)
	c.uuid("id", a.ID)
	c.uuid("requestId", a.RequestID)
	return c.result()
}

func digits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func uuidShaped(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
		default:
			return false
		}
	}
	return true
}
