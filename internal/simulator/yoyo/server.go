package yoyo

import (
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// paths of the two APIs below the base address; advise is also printed with the singular
const (
	issuerPath = "/cvs-issuer/rest/"
	enginePath = "/wigroup-transactionengine/pos-providers/"
	advisePath = "/wigroup-transactionengine/pos-provider/"
)

// Server plays Yoyo.
type Server struct {
	*stage.Ledger
	cfg    stage.Config
	items  *stage.Table[item]
	trades *stage.Table[trade]
	byCode map[string]*item
}

// New makes a Yoyo with empty books, kept in memory until its Store is opened.
func New(cfg stage.Config) *Server {
	s := &Server{Ledger: stage.NewLedger(cfg.Log, cfg.Now), cfg: cfg, byCode: map[string]*item{}}
	s.items = stage.NewTable(s.Store, "item", stage.Index(s.byCode, func(i *item) string { return i.Code }))
	s.trades = stage.NewTable[trade](s.Store, "trade", nil)
	return s
}

// ServeHTTP answers one message.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x, ok := s.cfg.Enter(w, r)
	if !ok {
		return
	}
	path := strings.TrimSuffix(r.URL.Path, "/")
	if rest, is := strings.CutPrefix(path, issuerPath); is {
		s.serveIssuer(x, rest)
		return
	}
	rest, is := strings.CutPrefix(path, enginePath)
	if !is {
		rest, is = strings.CutPrefix(path, advisePath)
		is = is && rest == "advise"
	}
	if !is {
		x.Send(stage.Answer{Status: http.StatusNotFound})
		return
	}
	s.serveEngine(x, rest)
}

// reply is what a call leads to, before it is encoded.
type reply struct {
	status int // default 200
	code   int // -1 is success
	text   string
	fields map[string]any
}

const success = -1

func refuse(code int, text string) reply { return reply{code: code, text: text} }

func done(fields map[string]any) reply { return reply{code: success, text: "Success", fields: fields} }

// play is one call after its shape was found good.
type play struct {
	kind   string
	advice bool
	book   string // operation in the books; empty for a call that makes no entry
	ref    string
	user   string
	amount int64
	code   string              // of the item a redemption is about
	about  func() *stage.Entry // of an advice
	work   func(f stage.Fault) reply
	encode func(reply) stage.Answer
}

// run finds the fault of the call, does the work, and answers.
func (s *Server) run(x *stage.Exchange, p play) {
	s.Lock()
	f := x.Fault(p.kind, p.advice, len(s.Uses(p.book, p.ref)) == 0, p.amount, p.code)
	if f.Name != "" && f.When == stage.BeforeWork {
		s.drop(p)
		s.Unlock()
		x.Deliver(f, p.instead(f))
		return
	}
	var r reply
	if f.Name == "decline" {
		r = s.decline(p, f)
	} else {
		r = p.work(f)
	}
	if f.Name == "no-code" {
		hideCode(r.fields)
	}
	a := p.encode(r) // shows rows of the books, so under the lock
	s.Commit()
	s.Unlock()
	status, _ := f.Instead()
	if f.Name == "soft-error" || f.Name == "unknown-code" || status != 0 {
		a = p.instead(f)
	}
	x.Deliver(f, a)
}

func (p play) instead(f stage.Fault) stage.Answer {
	status, header := f.Instead()
	switch {
	case f.Name == "soft-error":
		return p.encode(refuse(codeFailed, "Transaction timed out or failed"))
	case f.Name == "unknown-code":
		return p.encode(refuse(99321, "Unexpected"))
	case status == 0:
		return stage.Answer{Status: http.StatusOK}
	}
	return stage.Answer{Status: status, Header: header, Body: []byte(`{"error":"fault of the provider"}`)}
}

// drop books a call that reached Yoyo and no further. The caller holds the lock.
func (s *Server) drop(p play) {
	defer s.Commit()
	if p.advice {
		s.count(p)
		return
	}
	if p.book != "" {
		e := s.entry(p)
		e.State = stage.Unprocessed
		s.Keep(e)
	}
}

// count notes that an advice came.
func (s *Server) count(p play) {
	if e := p.about(); e != nil {
		e.Advices++
		s.Keep(e)
	}
}

// entry is a new entry for the call, or the one that a fault dropped before.
func (s *Server) entry(p play) *stage.Entry {
	if e := s.Find(p.ref, p.book); e != nil && e.State == stage.Unprocessed {
		e.Received++
		e.At = s.Now().UTC()
		return e
	}
	e := s.Add(p.book, p.ref, p.user)
	e.Currency, e.Amount = "710", p.amount
	return e
}

// decline refuses by the code that the fault names, or by a limit.
func (s *Server) decline(p play, f stage.Fault) reply {
	if p.advice {
		s.count(p)
		return refuse(f.Number(codeNotAllowed), "Not allowed")
	}
	return s.refused(p, refuse(f.Number(codeLimit), "Limit exceeded"))
}
