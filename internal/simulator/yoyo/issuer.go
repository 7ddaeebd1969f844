package yoyo

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// issue is the body of POST /giftcards and /coupons; what has no bearing on the books is only read.
type issue struct {
	CampaignID int    `json:"campaignId"`
	Balance    *int64 `json:"balance"`
	UserRef    string `json:"userRef"`
	Days       int    `json:"numExpiryDays"`
	StateID    string `json:"stateId"`
}

// serveIssuer plays the issuer API.
func (s *Server) serveIssuer(x *stage.Exchange, path string) {
	id := x.R.Header.Get("apiId")
	if !s.SignIn("issuer:"+id, x.R.Header.Get("apiPassword")) || id == "" {
		x.Send(issuerAnswer(reply{status: http.StatusUnauthorized, code: 3001, text: "Authentication failed"}))
		return
	}
	parts := strings.Split(path, "/")
	kind := parts[0]
	base := play{user: id, encode: issuerAnswer}
	switch method := x.R.Method; {
	case (kind == "users" || kind == "user") && len(parts) == 3 && method == http.MethodGet:
		s.serveUser(x, base, parts[1], parts[2])
	case (path == "giftcardcampaigns" || path == "couponcampaigns") && method == http.MethodGet:
		s.serveCampaigns(x, base, strings.TrimSuffix(path, "campaigns")+"s")
	case kind != coupons && kind != giftcards:
		x.Send(stage.Answer{Status: http.StatusNotFound})
	case len(parts) == 1 && method == http.MethodPost:
		s.serveIssue(x, base, kind)
	case len(parts) == 2 && (method == http.MethodGet || method == http.MethodDelete):
		s.serveItem(x, base, kind, parts[1])
	case len(parts) == 3 && parts[2] == "wicode" && kind == giftcards && method == http.MethodPost:
		s.serveCode(x, base, parts[1])
	default:
		x.Send(stage.Answer{Status: http.StatusMethodNotAllowed})
	}
}

// serveIssue issues another item, whatever came before under the user reference.
func (s *Server) serveIssue(x *stage.Exchange, p play, kind string) {
	var m issue
	if err := json.Unmarshal(x.Body, &m); err != nil || m.UserRef == "" || m.CampaignID == 0 || kind == giftcards && m.Balance == nil {
		x.Send(issuerAnswer(refuse(codeFormat, "campaignId, userRef and, for a gift card, balance are required")))
		return
	}
	c, known := campaignOf(kind, m.CampaignID)
	p.kind, p.book, p.ref, p.amount = "provision", "provision", m.UserRef, c.Min
	if kind == giftcards {
		p.amount = *m.Balance
	}
	p.work = func(f stage.Fault) reply {
		if !known {
			return s.refused(p, refuse(codeNotFound, "Campaign not found"))
		}
		if p.amount < c.Min || p.amount > c.Max {
			return s.refused(p, refuse(codeLow, "Amount outside the limits of the campaign"))
		}
		i := s.newItem(c, p.amount, m.Days, x.R.URL.Query().Get("issueWiCode") == "true")
		if m.StateID == deactivated {
			i.State = deactivated
		}
		return s.issued(p, i, f.Name == "late-reversal")
	}
	s.run(x, p)
}

func (s *Server) issued(p play, i *item, hold bool) reply {
	e := s.entry(p)
	i.UserRef, i.Seq = p.ref, e.Seq
	e.State, e.Amount, e.FinalAmount, e.Hold = stage.Approved, i.Issued, i.Issued, hold
	e.Product, e.Code, e.Serial, e.ProviderRef = strconv.Itoa(i.Campaign), i.Code, i.ID, i.ID
	s.items.Set(i.ID, i)
	s.Keep(e)
	return done(i.fields())
}

func (i *item) fields() map[string]any {
	return map[string]any{strings.TrimSuffix(i.Kind, "s"): i.show()}
}

// serveCode gives a code to a gift card issued without one.
func (s *Server) serveCode(x *stage.Exchange, p play, id string) {
	p.kind = "lookup"
	p.work = func(stage.Fault) reply {
		i := s.items.Of(id)
		if i == nil || i.Kind != giftcards {
			return reply{status: http.StatusNotFound, code: codeNotFound, text: "Item not found"}
		}
		if i.Code == "" {
			i.Code = s.newCode(i.Kind)
			s.items.Set(id, i)
			e := s.Entries()[i.Seq-1]
			e.Code = i.Code
			s.Keep(e)
		}
		return done(i.fields())
	}
	s.run(x, p)
}

// serveItem shows or expires an item. The id must stand in the path and in a header.
func (s *Server) serveItem(x *stage.Exchange, p play, kind, id string) {
	if x.R.Header.Get("id") != id {
		x.Send(issuerAnswer(refuse(codeFormat, "header id is missing")))
		return
	}
	p.kind = "lookup"
	p.work = func(stage.Fault) reply {
		i := s.items.Of(id)
		if i == nil || i.Kind != kind {
			return reply{status: http.StatusNotFound, code: codeNotFound, text: "Item not found"}
		}
		s.holder(i.Code) // notices that its time is over
		return done(i.fields())
	}
	if x.R.Method == http.MethodDelete {
		p.kind, p.advice = "reverse", true
		p.about = func() *stage.Entry { return s.issueOf(id) }
		p.work = func(f stage.Fault) reply { return s.expire(p, kind, id, f) }
	}
	s.run(x, p)
}

func (s *Server) issueOf(id string) *stage.Entry {
	i := s.items.Of(id)
	if i == nil || i.Seq == 0 {
		return nil
	}
	return s.Entries()[i.Seq-1]
}

// expire ends an item; its value goes back to the campaign.
func (s *Server) expire(p play, kind, id string, f stage.Fault) reply {
	i, e := s.items.Of(id), s.issueOf(id)
	if i == nil || e == nil || i.Kind != kind {
		s.Stray("provision", "reverse", id, p.user, "", strconv.Itoa(codeNotFound))
		return reply{status: http.StatusNotFound, code: codeNotFound, text: "Item not found"}
	}
	s.count(p)
	by, _ := stage.ByAmount(e.Amount)
	if e.Hold || f.Name == "late-reversal" || by.Name == "late-reversal" {
		i.State = redeemed // somebody was faster
		s.items.Set(id, i)
	}
	switch {
	case i.State == expired:
		return reply{status: http.StatusNotFound, code: codeExpired, text: "Item has expired"}
	case i.State == redeemed || i.Balance < i.Issued:
		return refuse(codeUsed, "Item has been redeemed")
	}
	i.State = expired
	s.items.Set(id, i)
	s.Decide(e, stage.Reversed, "", 0)
	return done(i.fields())
}

// serveUser lists what was issued under a user reference, whatever became of it.
func (s *Server) serveUser(x *stage.Exchange, p play, userRef, what string) {
	p.kind = "retry"
	p.work = func(stage.Fault) reply {
		if what == "transactions" {
			return done(map[string]any{what: s.tradesOf(userRef)})
		}
		list := []any{}
		for _, e := range s.Uses("provision", userRef) {
			if i := s.items.Of(e.Serial); i != nil && i.Kind == what {
				list = append(list, i.show())
			}
		}
		return done(map[string]any{what: list})
	}
	if what != coupons && what != giftcards && what != "transactions" {
		x.Send(stage.Answer{Status: http.StatusNotFound})
		return
	}
	s.run(x, p)
}

// serveCampaigns lists a page of campaigns; pageOffset counts campaigns.
func (s *Server) serveCampaigns(x *stage.Exchange, p play, kind string) {
	all := campaigns(kind)
	number := func(name string, otherwise int) int {
		n, err := strconv.Atoi(x.R.URL.Query().Get(name))
		if err != nil || n < 0 {
			return otherwise
		}
		return n
	}
	from := min(number("pageOffset", 0), len(all))
	to := min(from+number("pageSize", 20), from+20, len(all))
	p.kind = "products"
	p.work = func(stage.Fault) reply {
		return done(map[string]any{strings.TrimSuffix(kind, "s") + "campaigns": all[from:to], "total": len(all)})
	}
	s.run(x, p)
}
