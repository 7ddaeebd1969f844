package simulator

import (
	"fmt"
	"html"
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/giftcards"
	"github.com/signalboxhq/signalbox/internal/simulator/humm"
	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// rail is an interface that belongs to no voucher provider, played below
// {name} with books, statements and a control side of that name.
type rail interface {
	http.Handler
	Open(path string, v *stage.Vault) error
	Close() error
	ServeBooks(w http.ResponseWriter, r *http.Request)
	ServeStatements(w http.ResponseWriter, r *http.Request, more string)
}

// mounted is a rail with the control side that it listens to.
type mounted struct {
	rail
	control *stage.Control
}

// mountRails makes the rails that are played beside the voucher providers.
func (s *Server) mountRails(cfg Config) error {
	give := func(faults stage.Catalogue, kinds []string) stage.Config {
		return stage.Config{
			Control: stage.NewControl(faults, kinds...), Log: cfg.Log, Now: cfg.Now, Stopping: s.stopping,
		}
	}
	cards := give(giftcards.Faults(), giftcards.Kinds())
	issuer, err := giftcards.New(giftcards.Config{Config: cards, Cards: cfg.Cards, Products: cfg.CardProducts})
	if err != nil {
		return err
	}
	s.rails[giftcards.ID] = mounted{issuer, cards.Control}
	finance := give(humm.Faults(), humm.Kinds())
	s.rails[humm.ID] = mounted{humm.New(humm.Config{Config: finance}), finance.Control}
	return nil
}

// writeRails explains consumer finance: where it is and how to ask it for faults.
func writeRails(b *strings.Builder) {
	b.WriteString("<h2>Consumer finance</h2>\n<p>/humm/webapi/v1: any seller, any device token that begins with GUDID-. " +
		"<a href=\"/books/humm\">books</a> <a href=\"/control/humm\">control</a> (kinds " + strings.Join(humm.Kinds(), ", ") + "). " +
		"Pre-approval codes that begin with 777, six characters or more, show by their last two digits:</p>\n<dl>\n")
	for _, t := range humm.Triggers() {
		fmt.Fprintf(b, "<dt>777..%s<dd>%s\n", t.Digits, t.Help)
	}
	b.WriteString("</dl>\n<p>Any other code approves. x_pos_transaction_ref (x_receipt_number of receipts) of the form " +
		"sim:&lt;fault&gt;[:argument]#anything, or sim:always-&lt;fault&gt;..., shows a fault as well:</p>\n<dl>\n")
	for _, k := range humm.Faults() {
		fmt.Fprintf(b, "<dt>%s<dd>%s\n", html.EscapeString(k.Name), html.EscapeString(k.Help))
	}
	b.WriteString("</dl>\n")
}

// serveRail plays a rail, or a page about one: first and rest are the first
// segment of the path and what follows it. It reports false when no rail is
// meant.
func (s *Server) serveRail(w http.ResponseWriter, r *http.Request, first, rest string) bool {
	if m, is := s.rails[first]; is {
		http.StripPrefix("/"+first, m).ServeHTTP(w, r)
		return true
	}
	name, more, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	m, is := s.rails[name]
	if !is {
		return false
	}
	switch {
	case first == "control" && more == "":
		m.control.ServeHTTP(w, r)
	case first == "books" && more == "":
		m.ServeBooks(w, r)
	case first == "statements":
		m.ServeStatements(w, r, more)
	default:
		return false
	}
	return true
}
