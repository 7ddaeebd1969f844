package humm

import "github.com/signalboxhq/signalbox/internal/simulator/stage"

// invite sends the customer a link. Every call sends one more, so every call is an entry of the books.
func (c *call) invite(f stage.Fault) answer {
	s := c.s
	s.Lock()
	defer s.Unlock()
	defer s.Commit()
	code := invited
	switch {
	case f.Name == "internal-error" && f.Arg != "processed":
		return say(internalFailure)
	case f.Name == "decline":
		code = argument(f, invalid)
	}
	e := s.Add(c.op.book, "", c.merchant())
	e.Code, e.Currency, e.Amount = c.m.text["x_mobile"], currency, c.m.amount("x_purchase_amount")
	e.State = stage.Approved
	if code != invited {
		e.State, e.ErrorType = stage.Declined, code
	}
	s.Keep(e)
	if f.Name == "internal-error" {
		return say(internalFailure)
	}
	return say(code)
}
