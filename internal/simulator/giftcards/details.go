package giftcards

import "github.com/signalboxhq/signalbox/internal/simulator/stage"

// sent is a card of a message for an answer, without PINs; nil when there was none.
func sent(f *cardField) any {
	if f == nil {
		return nil
	}
	out := object{"pan": f.PAN}
	if f.Expiry != "" {
		out["expiryDate"] = f.Expiry
	}
	return out
}

func notActiveDetail(c *card, f *cardField) object {
	d := object{"card": sent(f)}
	if a := c.activation; a != nil {
		d["activationId"], d["requestTime"] = a.id, a.time
		if a.advice == stage.Reversed {
			d["reversalId"], d["reversalTime"] = a.adviceID, a.adviceTime
		}
	}
	return d
}

func activeDetail(c *card, shown any) object {
	d := object{"card": shown}
	if a := c.activation; a != nil {
		d["activationId"] = a.id
		if a.advice == stage.Confirmed {
			d["confirmationId"] = a.adviceID
		}
	}
	return d
}

func voidedDetail(c *card, shown any) object {
	d := object{"card": shown}
	if v := c.void; v != nil {
		d["voidId"] = v.id
		if v.advice == stage.Confirmed {
			d["confirmationId"] = v.adviceID
		}
	}
	return d
}

// bothAdvices names the advice that came first and the one refused for it.
func bothAdvices(r *request, m *message, do action) object {
	mine, other := "confirmationId", "reversalId"
	mineAt, otherAt := "confirmDate", "reversalTime"
	if do == reverse {
		mine, other, mineAt, otherAt = other, mine, otherAt, mineAt
	}
	return object{mine: m.ID, mineAt: m.Time, other: r.adviceID, otherAt: r.adviceTime}
}
