package humm

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// maxBody in bytes: tracking_data alone may have a million characters.
const maxBody = 2 << 20

// call is one message on its way through.
type call struct {
	stage.Call
	s    *Server
	plan *stage.Plan
	op   operation
	m    *message
	key  string // that signs the answer; empty: none

	dummy bool // at the dummy service
}

// down shows an outage.
func (c *call) down() bool {
	mode, down := c.plan.Down()
	if down && mode != "503" {
		c.Reset()
	}
	if down {
		stage.Problem(c.W, http.StatusServiceUnavailable, "down")
	}
	return down
}

// play checks in the order of the interface, so that a bad message changes nothing: parse, key, signature, members; then
// the rules.
func (c *call) play() {
	body, err := io.ReadAll(http.MaxBytesReader(c.W, c.R.Body, maxBody))
	if err != nil {
		status := http.StatusBadRequest
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		stage.Problem(c.W, status, "body too large or unreadable")
		return
	}
	c.Work(c.plan.Delay())
	if bad := c.admit(body); bad != nil {
		c.Send(bad.encode(c.key, c.tracking()))
		return
	}
	if c.dummy {
		c.Send(c.dummyAnswer().encode(c.key, c.m.tracking))
		return
	}
	f := c.fault()
	if f.Name != "" && f.When == stage.BeforeWork {
		c.drop()
		c.deliver(f, answer{})
		return
	}
	a := c.op.serve(c, f)
	c.deliver(f, a)
}

func (c *call) tracking() json.RawMessage {
	if c.m == nil {
		return nil
	}
	return c.m.tracking
}

// admit does all checks that need no books; nil lets the message in.
func (c *call) admit(body []byte) *answer {
	m, err := parse(body)
	if err != nil {
		return &answer{code: invalid, message: err.Error()}
	}
	c.m = m
	switch {
	case c.op.kind == "key":
		c.key = m.text["x_device_token"]
	case c.dummy:
		c.key = dummyKey
	default:
		c.key = c.deviceKey()
	}
	switch {
	case c.key == "":
		return &answer{code: unknownDevice, message: "Merchant or device not recognised"}
	case !verify(c.key, m.signed, m.text["signature"]):
		return &answer{code: badSignature, message: "Signature mismatch"}
	}
	if err := m.check(c.op.fields); err != nil {
		return &answer{code: invalid, message: err.Error()}
	}
	return c.limits()
}

// limits checks the amounts of an authorisation.
func (c *call) limits() *answer {
	if c.op.kind != "authorise" || c.dummy {
		return nil
	}
	finance := c.m.amount("x_finance_amount")
	switch {
	case finance > c.m.amount("x_purchase_amount"):
		return &answer{code: invalid, message: "x_finance_amount is above x_purchase_amount"}
	case finance < c.s.cfg.Minimum:
		return &answer{code: belowMinimum, message: "x_finance_amount is below the minimum"}
	}
	return nil
}

func (c *call) deviceKey() string {
	c.s.Lock()
	defer c.s.Unlock()
	if key := c.s.keys.Of(deviceOf(c.m)); key != nil {
		return *key
	}
	return ""
}

func deviceOf(m *message) string { return m.text["x_merchant_id"] + "\x00" + m.text["x_device_id"] }

func (c *call) merchant() string { return c.m.text["x_merchant_id"] }

// signature is the one of the message, as it is compared.
func (c *call) signature() string { return strings.ToLower(c.m.text["signature"]) }

// fault picks the fault of the message: the one that its code or reference asks for, then what the control side says.
func (c *call) fault() stage.Fault {
	value := c.m.text[c.op.mark]
	var f stage.Fault
	var times int
	if c.op.kind == "authorise" {
		value = normalise(value)
		f, times = byCode(value)
	}
	if f.Name == "" {
		ref := c.m.text["x_pos_transaction_ref"]
		if c.op.kind == "receipt" {
			ref = value
		}
		f, times = byReference(ref)
	}
	if f.Name != "" && (times == 0 || c.count(value) <= times) {
		return f
	}
	return c.plan.Draw(c.op.kind, c.op.advice, c.op.moves && f.Name == "")
}

// count tells how many messages asked for a fault in the same way, this one included.
func (c *call) count(value string) int {
	c.s.Lock()
	defer c.s.Unlock()
	defer c.s.Commit()
	key := c.op.kind + "\x00" + value
	if c.op.kind != "authorise" { // codes are unique everywhere, references in a chain
		key += "\x00" + c.s.cfg.Chain(c.merchant())
	}
	n := 1
	if before := c.s.heard.Of(key); before != nil {
		n += *before
	}
	c.s.heard.Set(key, &n)
	return n
}

// entry books a message of this operation: a new entry, or the one that a fault dropped before. The caller holds the lock,
// fills in the rest and calls Keep.
func (c *call) entry(ref, code string) *stage.Entry {
	s := c.s
	if e := s.Find(ref, c.op.book); e != nil && e.State == stage.Unprocessed && e.Ref == ref && e.User == c.merchant() && e.Code == code {
		e.Retries++
		e.At = s.Now().UTC()
		return e
	}
	e := s.Add(c.op.book, ref, c.merchant())
	e.Code, e.Currency = code, currency
	return e
}

// drop books a message that arrived and got no further.
func (c *call) drop() {
	s := c.s
	s.Lock()
	defer s.Unlock()
	defer s.Commit()
	switch c.op.kind {
	case "authorise":
		if code := normalise(c.m.text["x_pre_approval_code"]); s.uses.Of(code) == nil {
			c.dropNew(code, c.m.amount("x_finance_amount"))
		}
	case "adjust":
		if s.adjustments.Of(s.chained(c.merchant(), c.m.text["x_pos_transaction_ref"])) == nil {
			c.dropNew("", c.m.amount("x_amount"))
		}
	case "reverse":
		if a := c.target(); a != nil {
			e := s.Entries()[a.Seq-1]
			e.Advices++
			s.Keep(e)
		}
	}
}

func (c *call) dropNew(code string, amount int64) {
	e := c.entry(c.m.text["x_pos_transaction_ref"], code)
	e.State, e.Amount = stage.Unprocessed, amount
	c.s.Keep(e)
}
