package yoyo

import (
	"strconv"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// trade is one transaction of the engine, kept under its wiTrxId. Amounts are cents.
type trade struct {
	ID       string    `json:"id"`
	Store    string    `json:"store"`
	Basket   string    `json:"basket"`
	Item     string    `json:"item"`
	Asked    int64     `json:"asked"`
	Amount   int64     `json:"amount"`
	State    string    `json:"state"` // S, F, R
	Code     int       `json:"code"`
	Advised  string    `json:"advised,omitempty"`
	Seq      int64     `json:"seq"`
	Happened time.Time `json:"happened"`
}

// judge says why an item cannot be redeemed; code 0 when it can.
func judge(i *item) (code int, text string) {
	switch {
	case i == nil:
		return codeInvalid, "Token not valid"
	case i.State == expired:
		return codeExpired, "Token has expired"
	case i.State == redeemed || i.Balance == 0:
		return codeUsed, "Token has been redeemed"
	case i.State != active:
		return 1008, "Token is not active"
	}
	return 0, ""
}

func (s *Server) tokenInfo(m request) reply {
	i := s.holder(m.Token.ID)
	if code, text := judge(i); code != 0 {
		return refuse(code, text)
	}
	fields := map[string]any{
		"hasVoucher": i.Kind == coupons, "hasCoupon": false, "hasWallet": false, "hasGiftCard": i.Kind == giftcards,
	}
	if i.Kind == coupons {
		fields["vsp"] = map[string]any{"coupons": []any{map[string]any{"id": i.ID, "value": i.Balance, "expiryDate": iso(i.Expires)}}}
	} else {
		fields["vsp"] = map[string]any{"balances": []any{map[string]any{"id": i.ID, "balance": i.Balance, "expiryDate": iso(i.Expires)}}}
	}
	return done(fields)
}

func (s *Server) tradeEntry(id string) *stage.Entry {
	t := s.trades.Of(id)
	if t == nil {
		return nil
	}
	return s.Entries()[t.Seq-1]
}

// pay takes what the item holds, at most what was asked.
func (s *Server) pay(p play, m request) reply {
	i := s.holder(m.Token.ID)
	if code, text := judge(i); code != 0 {
		return s.refusedTrade(p, m, refuse(code, text))
	}
	if i.Kind == coupons && len(m.Products) == 0 {
		return s.refusedTrade(p, m, refuse(codeNeedsGoods, "Coupon does not fit the basket"))
	}
	e := s.entry(p)
	t := s.newTrade(m, e.Seq)
	t.Amount, t.Item = min(i.Balance, *m.TotalAmount), i.ID
	i.Balance -= t.Amount
	if i.Balance == 0 {
		i.State = redeemed
	}
	e.State, e.Amount, e.FinalAmount, e.Code = stage.Approved, t.Amount, t.Amount, i.Code
	e.Product, e.Serial, e.ProviderRef = strconv.Itoa(i.Campaign), i.ID, t.ID
	s.items.Set(i.ID, i)
	s.trades.Set(t.ID, t)
	s.Keep(e)
	return done(t.result())
}

func (s *Server) newTrade(m request, seq int64) *trade {
	return &trade{
		ID: strconv.FormatInt(91_000_000+seq, 10), Store: m.Store.name(), Basket: m.Store.BasketID,
		Asked: *m.TotalAmount, State: "S", Code: success, Seq: seq, Happened: s.Now(),
	}
}

// refusedTrade books a declined transaction, which the history shows as failed.
func (s *Server) refusedTrade(p play, m request, r reply) reply {
	s.refused(p, r)
	t := s.newTrade(m, s.Find(p.ref, p.book).Seq)
	t.State, t.Code = "F", r.code
	s.trades.Set(t.ID, t)
	return r
}

func (t *trade) result() map[string]any {
	out := map[string]any{
		"wiTrxId": t.ID, "totalAmountProcessed": t.Amount, "amountToSettle": t.Amount, "discount": []any{},
		"redemptions": []any{map[string]any{"amount": t.Amount, "itemId": t.Item}},
		"vsp":         map[string]any{"responseCode": "-1", "responseDesc": "Success", "trxId": "V" + t.ID},
	}
	if t.Seq%2 == 1 {
		out["wiTrxId"], _ = strconv.Atoi(t.ID)
	}
	if t.Seq%4 == 3 {
		out["totalAmountProcessed"], out["storeMessage"] = strconv.FormatInt(t.Amount, 10), "Thank you"
	}
	return out
}
