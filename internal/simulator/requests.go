package simulator

import (
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// serveRequest plays a provision, retry, redemption or refund: shape first, then
// the fault asked for, then the state rules.
func (c *call) serveRequest(op operation, kind string) {
	m := new(message)
	if r := c.readRequest(m, op); r != nil {
		r.answer().write(c.w)
		return
	}
	asked, err := voucherFaults().ParseHint(m.BasketRef)
	if err != nil {
		badFormat(formatError{Field: "basketRef", Msg: err.Error()}).about(m.ID, "").answer().write(c.w)
		return
	}
	f, later := c.faultOfRequest(m.ID, op, kind, asked, m.BasketRef)
	if f.Name != "" && f.When == stage.BeforeWork {
		c.h.mu.Lock()
		c.h.record(c.dropped(op, kind, m, later))
		c.h.mu.Unlock()
		c.deliver(f, answer{status: http.StatusCreated, msg: m}, m.ID, "")
		return
	}
	id := m.ID
	c.deliver(f, c.work(m, kind, later, refusalBy(f)), id, "")
}

func (c *call) readRequest(m *message, op operation) *refusal {
	if r := decodeStrict(c.body.Bytes(), m); r != nil {
		return r
	}
	if r := m.check(op); r != nil {
		return r
	}
	if c.id != "" && !strings.EqualFold(c.id, m.ID) {
		return badFormat(formatError{Field: "id", Msg: "id must equal the id in the path"})
	}
	if *m.Client.ID != c.account.name {
		r := refuse(http.StatusBadRequest, errAuthentication, "client.id is not the user").about(m.ID, "")
		r.Detail = &detail{Client: m.Client}
		return r
	}
	return nil
}

// faultOfRequest picks the fault of this attempt; later is the script kept for
// the advices about the request.
func (c *call) faultOfRequest(id string, op operation, kind string, asked *stage.Hint, script string) (f stage.Fault, later string) {
	if asked == nil {
		return c.plan.Draw(kind, false, true), ""
	}
	if asked.Advice {
		return c.plan.Draw(kind, false, false), script
	}
	if !asked.Always && c.seen(keyOf(op, id)) {
		return c.plan.Draw(kind, false, false), ""
	}
	return asked.Fault, ""
}

func (c *call) seen(k recordKey) bool {
	c.h.mu.Lock()
	defer c.h.mu.Unlock()
	return c.account.records[k] != nil
}

// dropped is the trace of a request that reached the provider and no further.
func (c *call) dropped(op operation, kind string, m *message, later string) *event {
	ev := &event{
		Kind: "request", User: c.account.name, Op: op, ID: m.ID, Retry: kind == "retry",
		Result: unprocessed, Hint: later,
	}
	if a := requested(m); a != nil {
		ev.Amount, ev.Currency = *a.Amount, string(a.Currency)
	}
	if m.Product != nil {
		ev.Product = m.Product.ProductID
	}
	return ev
}

// work runs the state rules under the lock and builds the answer outside it.
func (c *call) work(m *message, kind, later string, decline *refusal) answer {
	do := c.h.provision
	switch kind {
	case "retry":
		do = c.h.retry
	case "redeem":
		do = c.h.redeem
	case "refund":
		do = c.h.refund
	}
	c.h.mu.Lock()
	i, r := do(c.account, m, later, decline)
	c.h.mu.Unlock()
	if r != nil {
		return r.answer()
	}
	if kind == "provision" || kind == "retry" {
		c.h.completeSale(m, i)
	} else {
		c.h.complete(m, i)
	}
	return answer{status: http.StatusCreated, msg: m}
}
