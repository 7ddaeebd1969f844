package giftcards

import (
	"net/http"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// serveAdvice plays a confirmation or reversal.
func (c *call) serveAdvice() {
	m, r := c.read()
	if r != nil {
		c.Send(r.answer())
		return
	}
	echo := stage.JSON(http.StatusAccepted, echoOf(m))
	f := c.faultOfAdvice(m)
	if f.Name != "" && f.When != stage.AfterWork {
		c.i.mu.Lock()
		c.i.open(c.user)
		e := c.adviceEvent(m)
		e.Result = stage.Unprocessed
		c.i.record(e)
		c.i.mu.Unlock()
		if f.When == stage.InWork {
			echo = declineOf(f).about(requestTypeOf(c.to.op, c.to.do), m.ID, m.RequestID).answer()
		}
		c.deliver(f, echo, m)
		return
	}
	if r := c.advise(m); r != nil {
		echo = r.about(requestTypeOf(c.to.op, c.to.do), m.ID, m.RequestID).answer()
	}
	c.deliver(f, echo, m)
}

// echoOf is the 202 of an advice: four members, nothing else.
func echoOf(m *message) object {
	out := object{"id": m.ID, "requestId": m.RequestID, "time": m.Time, "thirdPartyIdentifiers": []any{}}
	if ids, present := m.known["thirdPartyIdentifiers"]; present {
		out["thirdPartyIdentifiers"] = ids
	}
	return out
}

func (c *call) adviceEvent(m *message) *event {
	return &event{Kind: adviceCame, User: c.user, Op: c.to.op, Do: c.to.do, ID: m.ID, Request: m.RequestID, Time: m.Time}
}

// advise judges and books an advice (giftcard-rules.md 8.2, 12). A nil refusal
// is an acceptance, also when nothing was left to do.
func (c *call) advise(m *message) *refusal {
	c.i.mu.Lock()
	defer c.i.mu.Unlock()
	s := c.i.open(c.user)
	e := c.adviceEvent(m)
	e.Print, e.Result = m.print(c.to.op, c.to.do), repeated
	if before, taken := s.ids[m.ID]; taken {
		if before.print == e.Print {
			c.i.record(e)
			return nil
		}
		e.Result, e.Error = refused, errDuplicate
		c.i.record(e)
		return bad(errDuplicate, "Repeated UUID", "the id is used up", nil)
	}
	v := s.judgeAdvice(c.to.op, c.to.do, m)
	switch {
	case v.refusal != nil:
		e.Result, e.Error = refused, v.refusal.ErrorType
	case v.change:
		e.Result, e.Final = applied, v.final
	}
	c.i.record(e)
	return v.refusal
}

// faultOfAdvice follows the script of the request first: it covers the first
// deliveries of any advice about it.
func (c *call) faultOfAdvice(m *message) stage.Fault {
	var script string
	var delivered int
	c.i.mu.Lock()
	if a := c.i.accounts[c.user]; a.set != nil {
		if r := a.set.requests[key{c.to.op, m.RequestID}]; r != nil {
			script, delivered = r.hint, r.advices
		}
	}
	c.i.mu.Unlock()
	if script == "" {
		return c.plan.Draw(string(c.to.do), true, true)
	}
	asked, err := Faults().ParseHint(script)
	if err == nil && asked != nil && (asked.Always || delivered < asked.Times) {
		return asked.Fault
	}
	return c.plan.Draw(string(c.to.do), true, false)
}
