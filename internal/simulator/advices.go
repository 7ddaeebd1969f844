package simulator

import (
	"net/http"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// serveAdvice plays one of the six advice paths.
func (c *call) serveAdvice(op operation, do action) {
	adv := new(advice)
	r := decodeStrict(c.body.Bytes(), adv)
	if r == nil {
		r = adv.check(do)
	}
	if r != nil {
		r.answer().write(c.w)
		return
	}
	f := c.faultOfAdvice(keyOf(op, adv.RequestID), do)
	if f.Name != "" && f.When != stage.AfterWork {
		c.h.mu.Lock()
		c.h.record(&event{
			Kind: "advice", User: c.account.name, Op: op, Do: do, ID: adv.ID, Request: adv.RequestID, Result: unprocessed,
		})
		c.h.mu.Unlock()
		a := answer{status: http.StatusAccepted, raw: c.body.Bytes()}
		if r := refusalBy(f); r != nil {
			a = r.about(adv.ID, adv.RequestID).answer()
		}
		c.deliver(f, a, adv.ID, adv.RequestID)
		return
	}
	c.h.mu.Lock()
	r = c.h.advise(c.account, op, do, adv)
	c.h.mu.Unlock()
	a := answer{status: http.StatusAccepted, raw: c.body.Bytes()}
	if r != nil {
		a = r.answer()
	}
	c.deliver(f, a, adv.ID, adv.RequestID)
}

// faultOfAdvice follows the script of the request first: it covers the first
// deliveries of any advice about it.
func (c *call) faultOfAdvice(k recordKey, do action) stage.Fault {
	c.h.mu.Lock()
	var script string
	var delivered int
	if e := c.account.records[k]; e != nil {
		script, delivered = e.advicePlan, e.advices
	}
	c.h.mu.Unlock()
	if script != "" {
		asked, err := voucherFaults().ParseHint(script)
		if err == nil && asked != nil && (asked.Always || delivered < asked.Times) {
			return asked.Fault
		}
		return c.plan.Draw(string(do), true, false)
	}
	return c.plan.Draw(string(do), true, true)
}
