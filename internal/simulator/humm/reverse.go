package humm

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// target is the adjustment of the seller's chain that a reversal names by signature; nil if there is none that moved
// money. The caller holds the lock.
func (c *call) target() *adjustment {
	key, ok := c.s.signed[strings.ToLower(c.m.text["x_adjustment_signature"])]
	if !ok || !strings.HasPrefix(key, c.s.chained(c.merchant(), "")) {
		return nil
	}
	if a := c.s.adjustments.Of(key); a.Code == refunded {
		return a
	}
	return nil
}

// reverse undoes a whole adjustment, once.
func (c *call) reverse(f stage.Fault) answer {
	s := c.s
	s.Lock()
	defer s.Unlock()
	defer s.Commit()
	if f.Name == "internal-error" && f.Arg != "processed" {
		return say(internalFailure)
	}
	code := c.undo(f)
	if f.Name == "internal-error" {
		return say(internalFailure)
	}
	return say(code)
}

func (c *call) undo(f stage.Fault) string {
	s, ref := c.s, c.m.text["x_pos_transaction_ref"]
	a := c.target()
	if a == nil {
		name := c.m.text["x_adjustment_signature"]
		s.Stray("adjustment", "reverse", name[:min(16, len(name))], c.merchant(), ref, noAdjustment)
		return noAdjustment
	}
	e, u := s.Entries()[a.Seq-1], s.uses.Of(a.Sale)
	e.Advices++
	s.Keep(e)
	switch {
	case a.Reversed && a.Undone == ref:
		return undone
	case a.Reversed:
		return undoneBefore
	case f.Name == "decline":
		return argument(f, notUndone)
	case strings.HasPrefix(u.Bar, "FPAR"):
		return u.Bar
	}
	a.Reversed, a.Undone = true, ref
	u.Refunded -= a.Amount
	s.adjustments.Set(s.signed[a.Signatures[0]], a)
	s.uses.Set(a.Sale, u)
	s.Decide(e, stage.Reversed, ref, 0)
	return undone
}
