package giftcards

import (
	"net/http"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// serveRequest plays one of the seven requests: shape first, then the fault
// asked for, then the rules.
func (c *call) serveRequest() {
	m, r := c.read()
	if r != nil {
		c.Send(r.answer())
		return
	}
	asked, err := Faults().ParseHint(m.BasketRef)
	if err != nil {
		r := badFormat(formatError{Field: "basketRef", Msg: err.Error()})
		c.Send(r.about(requestTypeOf(c.to.op, ""), m.ID, "").answer())
		return
	}
	f, later := c.faultOfRequest(m, asked)
	if f.Name != "" && f.When == stage.BeforeWork {
		c.drop(m, later)
		c.deliver(f, stage.JSON(http.StatusCreated, object{}), m)
		return
	}
	c.deliver(f, c.work(m, f, later), m)
}

// read checks the shape of the message and that its ids agree with the path.
func (c *call) read() (*message, *refusal) {
	requestType := requestTypeOf(c.to.op, c.to.do)
	in, err := decode(c.body.Bytes())
	if err != nil {
		return nil, badFormat(formatError{Msg: err.Error()}).about(requestType, "", "")
	}
	var check checker
	known := check.read(c.i.shapes[requestType], "", in)
	if c.to.op == lookup && known["card"] == nil && known["cardHolder"] == nil && in["card"] == nil {
		check.say("card", "may not be null", nil, false)
	}
	id, _ := known["id"].(string)
	printable(&check, "id", id)
	original, _ := known["requestId"].(string)
	if len(check.faults) > 0 {
		return nil, badFormat(check.faults...).about(requestType, id, original)
	}
	m := newMessage(known)
	if r := c.agrees(m); r != nil {
		return nil, r.about(requestType, id, original)
	}
	return m, nil
}

// agrees compares the ids of the body with those of the path.
func (c *call) agrees(m *message) *refusal {
	name := map[action]string{"": "requestId", confirm: "confirmationId", reverse: "reversalId"}[c.to.do]
	if m.ID != c.to.id {
		return bad(errFormat, "UUID inconsistent", "id differs from the path", object{"pathId": c.to.id, name: m.ID})
	}
	if c.to.do != "" && m.RequestID != c.to.middle {
		return bad(errFormat, "UUID inconsistent", "requestId differs from the path", object{"pathId": c.to.middle, "requestId": m.RequestID})
	}
	return nil
}

// faultOfRequest picks the fault of this message; later is the script kept for
// the advices about it.
func (c *call) faultOfRequest(m *message, asked *stage.Hint) (f stage.Fault, later string) {
	kind := string(c.to.op)
	switch {
	case asked == nil:
		return c.plan.Draw(kind, false, true), ""
	case asked.Advice:
		return c.plan.Draw(kind, false, false), m.BasketRef
	case !asked.Always && c.seen(m.ID):
		return c.plan.Draw(kind, false, false), ""
	}
	return asked.Fault, ""
}

func (c *call) seen(id string) bool {
	c.i.mu.Lock()
	defer c.i.mu.Unlock()
	a := c.i.accounts[c.user]
	return a.set != nil && a.set.requests[key{c.to.op, id}] != nil
}

// drop books a request that reached the issuer and no further; its id stays free.
func (c *call) drop(m *message, later string) {
	c.i.mu.Lock()
	defer c.i.mu.Unlock()
	c.i.open(c.user)
	e := c.event(m)
	e.Result, e.Hint = stage.Unprocessed, later
	c.i.record(e)
}

func (c *call) event(m *message) *event {
	e := &event{Kind: requestCame, User: c.user, Op: c.to.op, ID: m.ID, Time: m.Time}
	if a, present := m.amount(); present {
		e.Amount = a.Amount
	}
	if m.Product != nil {
		e.Product = m.Product.ID
	}
	if f := m.first(); f != nil {
		e.secret.PAN = f.PAN
	}
	if f := m.second(); f != nil {
		e.secret.Target = f.PAN
	}
	return e
}

// work runs the rules and books the outcome under the lock, and builds the
// answer from what was copied there.
func (c *call) work(m *message, f stage.Fault, later string) stage.Answer {
	c.i.mu.Lock()
	s := c.i.open(c.user)
	e := c.event(m)
	e.Hint = later
	if _, taken := s.ids[m.ID]; taken {
		e.Result, e.Error = refused, errDuplicate
		c.i.record(e)
		c.i.mu.Unlock()
		return bad(errDuplicate, "Repeated UUID", "the id is used up", nil).about(requestTypeOf(c.to.op, ""), m.ID, "").answer()
	}
	try := &candidate{set: s, op: c.to.op, m: m, month: c.i.month()}
	r := try.judge()
	if r == nil && f.When == stage.InWork && f.Name != "" {
		r = declineOf(f)
	}
	if r != nil {
		e.Result, e.Error = stage.Declined, r.ErrorType
		c.i.record(e)
		c.i.mu.Unlock()
		return r.about(requestTypeOf(c.to.op, ""), m.ID, r.OriginalID).answer()
	}
	e.Result = stage.Approved
	if c.to.op == activation {
		e.secret.ClearPIN, e.secret.EncryptedPIN = m.Card.pins()
	}
	if c.to.op == replace { // the new card becomes what the old one was
		e.Product = try.card.product
	}
	c.i.record(e)
	out := outcomeOf(s, s.requests[key{c.to.op, m.ID}])
	c.i.mu.Unlock()
	return c.success(m, out)
}

// declineOf is the business refusal a fault asked for.
func declineOf(f stage.Fault) *refusal {
	errorType := f.Arg
	if errorType == "" {
		errorType = errDoNotHonour
	}
	return bad(errorType, "Declined", "declined by the issuer", nil)
}
