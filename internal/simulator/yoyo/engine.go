package yoyo

import (
	"encoding/json"
	"net/http"
	"regexp"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

var sha1Shape = regexp.MustCompile(`^[0-9a-f]{40}$`)

// serveEngine plays the transaction engine.
func (s *Server) serveEngine(x *stage.Exchange, path string) {
	h := x.R.Header
	id, password := h.Get("id"), h.Get("password")
	m := request{}
	switch {
	case x.R.Method != http.MethodPost:
		x.Send(stage.Answer{Status: http.StatusMethodNotAllowed})
		return
	case id == "" || !sha1Shape.MatchString(password) || !s.SignIn("engine:"+id, password):
		x.Send(engineAnswer(refuse(codeCredentials, "Invalid credentials")))
		return
	case h.Get("apiClientVersion") == "" || h.Get("apiServerVersion") == "":
		x.Send(engineAnswer(refuse(codeFormat, "apiClientVersion and apiServerVersion are required")))
		return
	case json.Unmarshal(x.Body, &m) != nil:
		x.Send(engineAnswer(refuse(codeFormat, "Body cannot be read")))
		return
	}
	p := play{user: id, encode: engineAnswer, ref: m.Store.BasketID}
	switch path {
	case "token-info":
		p.kind, p.work = "lookup", func(stage.Fault) reply { return s.tokenInfo(m) }
	case "transaction":
		if bad, ok := m.checkPayment(); !ok {
			x.Send(engineAnswer(bad))
			return
		}
		p.kind, p.book, p.amount, p.code = "redeem", "redemption", *m.TotalAmount, m.Token.ID
		p.work = func(stage.Fault) reply { return s.pay(p, m) }
	case "advise":
		p.kind, p.advice = "confirm", true
		if m.Action == "REVERSE" {
			p.kind = "reverse"
		}
		p.about = func() *stage.Entry { return s.tradeEntry(string(m.Original.WiTrxID)) }
		p.work = func(f stage.Fault) reply { return s.advise(p, m, f) }
	case "transaction-history":
		p.kind, p.work = "retry", func(stage.Fault) reply { return s.history(m) }
	case "transaction-history/v2":
		p.kind, p.work = "retry", func(stage.Fault) reply { return s.one(m) }
	default:
		x.Send(stage.Answer{Status: http.StatusNotFound})
		return
	}
	s.run(x, p)
}
