package humm

import "github.com/signalboxhq/signalbox/internal/simulator/stage"

// receipt attaches one more reference to an authorisation. None is ever taken off again.
func (c *call) receipt(f stage.Fault) answer {
	s, number := c.s, c.m.text["x_receipt_number"]
	s.Lock()
	defer s.Unlock()
	defer s.Commit()
	switch {
	case f.Name == "internal-error" && f.Arg != "processed":
		return say(internalFailure)
	case f.Name == "decline":
		return say(argument(f, noSale))
	}
	code, result := c.attach(number)
	if f.Name == "internal-error" {
		return say(internalFailure)
	}
	if result != attached {
		return say(result)
	}
	e := s.Find(number, c.op.book)
	if e == nil || e.Ref != number || e.User != c.merchant() {
		e = s.Add(c.op.book, number, c.merchant())
		e.State, e.Currency, e.ProviderRef = stage.Approved, currency, s.uses.Of(code).Number
	} else {
		e.Retries++
	}
	s.Keep(e)
	return say(attached)
}

// attach gives the code of the authorisation and what to answer.
func (c *call) attach(number string) (code, result string) {
	s := c.s
	for _, candidate := range s.refs[s.chained(c.merchant(), c.m.text["x_pos_transaction_ref"])] {
		if s.uses.Of(candidate).Code == approved {
			code = candidate
		}
	}
	if code == "" {
		return "", noSale
	}
	key := s.chained(c.merchant(), number)
	if held := s.receipts.Of(key); held != nil && *held == code {
		return code, attached
	}
	for _, holder := range s.holders(c.merchant(), number) {
		if holder != code {
			return code, receiptTaken
		}
	}
	s.receipts.Set(key, &code)
	return code, attached
}

// holders are the codes of approved authorisations of the seller's chain that a reference may mean: the one of that
// purchase number, or else those of that till reference or receipt number.
func (s *Server) holders(merchant, ref string) []string {
	chain := s.cfg.Chain(merchant)
	if code, ok := s.numbers[ref]; ok && s.cfg.Chain(s.uses.Of(code).Merchant) == chain {
		return []string{code}
	}
	var codes []string
	for _, code := range s.refs[s.chained(merchant, ref)] {
		if s.uses.Of(code).Code == approved {
			codes = append(codes, code)
		}
	}
	if held := s.receipts.Of(s.chained(merchant, ref)); held != nil && (len(codes) == 0 || codes[0] != *held) {
		codes = append(codes, *held)
	}
	return codes
}
