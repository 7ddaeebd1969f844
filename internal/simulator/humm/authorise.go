package humm

import (
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// longestAsk bounds how long an identical message waits for the first one's decision.
const longestAsk = 20 * time.Second

// authorise finances a purchase. Code and signature are the identity: a used code answers its first message only, with
// the status of now, and nobody else ever.
func (c *call) authorise(f stage.Fault) answer {
	s, code := c.s, normalise(c.m.text["x_pre_approval_code"])
	s.Lock()
	defer s.Unlock()
	defer s.Commit()
	u := s.uses.Of(code)
	switch {
	case u == nil:
		u = c.consume(code, f)
		if f.Name == "deciding" {
			c.decide(code, time.Duration(f.Number(3000))*time.Millisecond)
		}
	case u.Signature != c.signature():
		return c.refuseCode(code)
	default:
		e := s.Entries()[u.Seq-1]
		e.Retries++
		s.Keep(e)
		c.join(code)
		if f.Name == "internal-error" {
			return say(internalFailure)
		}
	}
	a := c.status(code, u)
	if f.Name == "internal-error" && f.Arg == "processed" {
		return say(internalFailure)
	}
	return a
}

// decide takes its time; identical messages meanwhile wait for the end of it.
func (c *call) decide(code string, d time.Duration) {
	done := make(chan struct{})
	c.s.running[code] = done
	c.s.Commit()
	c.s.Unlock()
	c.Work(d)
	c.s.Lock()
	delete(c.s.running, code)
	close(done)
}

// join waits for a decision under way.
func (c *call) join(code string) {
	done := c.s.running[code]
	if done == nil {
		return
	}
	c.s.Commit()
	c.s.Unlock()
	defer c.s.Lock()
	patience := time.NewTimer(longestAsk)
	defer patience.Stop()
	select {
	case <-done:
	case <-patience.C:
	case <-c.R.Context().Done():
	case <-c.Stopping:
	}
}

// status is what is known now of an authorisation; an open one comes nearer to its end with every ask.
func (c *call) status(code string, u *use) answer {
	s := c.s
	if u.Code == "" && s.running[code] == nil && u.Asks == 0 {
		s.settle(code, u)
	}
	if u.Code != "" {
		return answer{code: u.Code, number: u.Number}
	}
	if u.Asks > 0 && s.running[code] == nil {
		u.Asks--
		s.uses.Set(code, u)
	}
	if u.Buyer && c.m.confirms() {
		return answer{code: pending, wait: 1}
	}
	return say(internalFailure)
}

// refuseCode answers a message that comes second with a code.
func (c *call) refuseCode(code string) answer {
	e := c.s.Add(c.op.book, c.m.text["x_pos_transaction_ref"], c.merchant())
	e.Code, e.Currency, e.Amount = code, currency, c.m.amount("x_finance_amount")
	e.State, e.ErrorType = stage.Declined, codeUsed
	c.s.Keep(e)
	return answer{code: codeUsed, message: "Code already consumed"}
}
