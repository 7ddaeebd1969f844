package yoyo

import (
	"fmt"
	mathrand "math/rand/v2"
	"strconv"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// states of an item
const (
	active      = "A"
	deactivated = "D"
	expired     = "E"
	redeemed    = "R"
)

// kinds of items, as paths name them
const (
	coupons   = "coupons"
	giftcards = "giftcards"
)

// item is one gift card or coupon. It is kept under its id. Amounts are cents.
type item struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Code     string    `json:"code,omitempty"`
	UserRef  string    `json:"userRef"`
	Campaign int       `json:"campaign"`
	Issued   int64     `json:"issued"`
	Balance  int64     `json:"balance"`
	State    string    `json:"state"`
	From     time.Time `json:"from"`
	Expires  time.Time `json:"expires"`
	Seq      int64     `json:"seq,omitempty"` // entry that issued it
}

// newItem makes an item; withCode gives it a code no other has.
func (s *Server) newItem(c campaign, amount int64, days int, withCode bool) *item {
	if days == 0 {
		days = c.ExpiryDays
	}
	now := s.Now()
	i := &item{
		ID: strconv.Itoa(640001 + s.items.Len()), Kind: c.kind, Campaign: c.ID, Issued: amount, Balance: amount,
		State: active, From: now, Expires: now.AddDate(0, 0, days),
	}
	if withCode {
		i.Code = s.newCode(c.kind)
	}
	return i
}

// newCode draws a wiCode: nine digits for gift cards, seven for coupons.
func (s *Server) newCode(kind string) (code string) {
	for code == "" || s.byCode[code] != nil || stage.TestPIN(code) {
		if kind == coupons {
			code = fmt.Sprintf("%07d", mathrand.Int64N(1e7))
		} else {
			code = fmt.Sprintf("%09d", mathrand.Int64N(1e9))
		}
	}
	return code
}

// holder finds the item of a code. A test code that was never issued is made on the spot.
func (s *Server) holder(code string) *item {
	i := s.byCode[code]
	if i == nil && stage.TestPIN(code) {
		c, _ := campaignOf(giftcards, 7001)
		i = s.newItem(c, 10000, 0, false)
		i.Code = code
		s.items.Set(i.ID, i)
	}
	if i != nil && i.State == active && i.Expires.Before(s.Now()) {
		i.State = expired
		s.items.Set(i.ID, i)
	}
	return i
}

// show is the item as the issuer API answers it. Ids and codes come as numbers or as text.
func (i *item) show() map[string]any {
	out := map[string]any{
		"id": i.ID, "campaignId": i.Campaign, "userRef": i.UserRef, "stateId": i.State, "createDate": iso(i.From),
	}
	if i.Seq%2 == 1 {
		out["id"], _ = strconv.Atoi(i.ID)
	}
	if i.Kind == coupons {
		out["voucherAmount"], out["campaignType"] = i.Issued, "VOUCHER"
		out["redeemFromDate"], out["redeemToDate"] = iso(i.From), iso(i.Expires)
		out["description"], out["termsAndConditions"] = "Breakfast voucher", "One per visit."
	} else {
		out["balance"], out["issuedAmount"], out["redeemedAmount"] = i.Balance, i.Issued, i.Issued-i.Balance
		out["expiryDate"] = iso(i.Expires)
	}
	if i.Code == "" {
		return out
	}
	name := "wicode"
	if i.Kind == coupons {
		name = "wiCode"
	}
	out[name] = i.Code
	if n, err := strconv.Atoi(i.Code); err == nil && i.Code[0] != '0' && i.Seq%3 == 0 {
		out[name] = n
	}
	return out
}

func hideCode(fields map[string]any) {
	for _, name := range []string{"giftcard", "coupon"} {
		if one, ok := fields[name].(map[string]any); ok {
			delete(one, "wicode")
			delete(one, "wiCode")
		}
	}
}

// campaign is what items are issued from. Amounts are cents.
type campaign struct {
	ID          int    `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Min         int64  `json:"minValue"`
	Max         int64  `json:"maxValue"`
	ExpiryDays  int    `json:"expiryDays"`
	State       string `json:"stateId"`
	kind        string
}

// campaigns fill two pages; most of those for gift cards have ended.
func campaigns(kind string) []campaign {
	if kind == coupons {
		return []campaign{
			{8001, "Breakfast", "Breakfast for one", 8500, 8500, 90, active, coupons},
			{8002, "Coffee", "Any coffee", 3000, 3000, 30, active, coupons},
		}
	}
	list := []campaign{
		{7001, "Any store", "Gift card for any store", 100, 1000000, 1095, active, giftcards},
		{7002, "Books", "Gift card for books", 5000, 200000, 365, active, giftcards},
	}
	for n := range 19 {
		list = append(list, campaign{7100 + n, fmt.Sprint("Past ", n), "Has ended", 1000, 10000, 30, deactivated, giftcards})
	}
	return append(list, campaign{7003, "Toys", "Gift card for toys", 1000, 500000, 365, active, giftcards})
}

func campaignOf(kind string, id int) (campaign, bool) {
	for _, c := range campaigns(kind) {
		if c.ID == id && c.State == active {
			return c, true
		}
	}
	return campaign{}, false
}
