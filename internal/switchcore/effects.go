package switchcore

import (
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// carryOut does in the same commit what a transition asks for.
func (c *Core) carryOut(s *Set, t *transactions.Transaction, then []transactions.Effect, cause string) {
	for _, effect := range then {
		switch effect {
		case transactions.Close:
			c.close(s, t)
		case transactions.OpenBreak:
			if t.Decision == transactions.Confirm || t.MaybeSent {
				s.requireRecon(t, cause)
			}
		case transactions.ReleaseAdvice:
			c.release(s, t)
		case transactions.ConsumeAdvice:
			if e := s.entryOf[t.ID]; e != nil && (e.State == saf.Queued || e.State == saf.Leased) {
				if err := e.Step(saf.NothingToSend, s.Now); err != nil {
					panic(err) // both states list it
				}
				s.touchEntry(e)
			}
		}
	}
}

// close ends a transaction with the sum it settles at (console-and-finance.md 9.6).
func (c *Core) close(s *Set, t *transactions.Transaction) {
	t.ClosedAt = s.Now
	switch {
	case t.Final == transactions.FinalDeclined:
		zero := int64(0)
		t.FinalAmount = &zero
	case t.FinalAmount == nil && (t.Final == transactions.Completed || t.Final == transactions.Confirmed):
		t.FinalAmount = t.ApprovedAmount
	}
	s.touchTransaction(t)
}

// release makes the stored advice due now that the attempt it waited for has ended (I11), or ends it on the spot when
// the provider takes no such advice (I12).
func (c *Core) release(s *Set, t *transactions.Transaction) {
	e := s.entryOf[t.ID]
	if e == nil || e.State != saf.Queued {
		return
	}
	p, _ := c.Directory().Provider(t.ProviderID)
	if !c.takes(t, p, t.Decision) {
		then, err := s.move(t, transactions.AdviceConsumed, "the provider takes no such advice", "")
		if err != nil {
			panic(err) // every stage with a decision lists it
		}
		c.carryOut(s, t, then, "reversal consumed: the provider may still hold the effect")
		return
	}
	e.NextAt = s.Now
	s.touchEntry(e)
}
