package yoyo

import (
	"strconv"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// advise ends a transaction or takes it back. Saying the same again changes nothing.
func (s *Server) advise(p play, m request, f stage.Fault) reply {
	if m.Action != "FINALISE" && m.Action != "REVERSE" || m.Original.WiTrxID == "" {
		return refuse(codeFormat, "Action or original transaction missing")
	}
	t := s.trades.Of(string(m.Original.WiTrxID))
	if t == nil || t.State == "F" {
		s.Stray("redemption", p.kind, string(m.Original.WiTrxID), p.user, "", strconv.Itoa(codeNoOriginal))
		return refuse(codeNoOriginal, "Original transaction not found")
	}
	s.count(p)
	e := s.Entries()[t.Seq-1]
	by, _ := stage.ByAmount(e.Amount)
	switch {
	case t.Advised == m.Action:
		return done(nil)
	case t.Advised != "":
		return refuse(codeNotAllowed, "Transaction was advised otherwise")
	case m.Action == "REVERSE" && (f.Name == "late-reversal" || by.Name == "late-reversal"):
		return refuse(codeNotAllowed, "Too late to reverse")
	}
	t.Advised = m.Action
	if m.Action == "REVERSE" {
		s.giveBack(t)
		s.Decide(e, stage.Reversed, "", 0)
	} else {
		s.Decide(e, stage.Confirmed, "", e.Amount)
	}
	s.trades.Set(t.ID, t)
	return done(nil)
}

// giveBack returns the amount to the item; an item that expired meanwhile stays so.
func (s *Server) giveBack(t *trade) {
	t.State = "R"
	i := s.items.Of(t.Item)
	i.Balance += t.Amount
	if i.State == redeemed {
		i.State = active
	}
	s.items.Set(i.ID, i)
}

// history lists the transactions of a basket in a store.
func (s *Server) history(m request) reply {
	if m.Store.name() == "" {
		return refuse(codeStore, "Store not known")
	}
	list := []any{}
	for _, e := range s.Uses("redemption", m.Store.BasketID) {
		if t := s.tradeBy(e.Seq); t != nil && t.Store == m.Store.name() {
			list = append(list, t.show())
		}
	}
	return done(map[string]any{"transactions": list})
}

// one shows a transaction by its id.
func (s *Server) one(m request) reply {
	t := s.trades.Of(string(m.TransactionID))
	if t == nil {
		return refuse(codeNoOriginal, "Transaction not found")
	}
	return done(map[string]any{"transaction": t.show()})
}

func (s *Server) tradeBy(seq int64) *trade { return s.trades.Of(strconv.FormatInt(91_000_000+seq, 10)) }

// tradesOf lists what was redeemed of the items of a user reference.
func (s *Server) tradesOf(userRef string) []any {
	list := []any{}
	for _, e := range s.Entries() {
		if t := s.tradeBy(e.Seq); t != nil && e.Operation == "redemption" {
			if i := s.items.Of(t.Item); i != nil && i.UserRef == userRef {
				list = append(list, t.show())
			}
		}
	}
	return list
}

func (t *trade) show() map[string]any {
	out := map[string]any{
		"id": t.ID, "type": "PAYMENT", "state": t.State, "totalAmount": t.Asked, "totalAmountProcessed": t.Amount,
		"responseCode": strconv.Itoa(t.Code), "date": iso(t.Happened),
		"storeTrxDetails": map[string]any{"storeId": t.Store, "basketId": t.Basket},
	}
	if t.Advised != "" {
		out["adviceResponseCode"] = "-1"
	}
	return out
}
