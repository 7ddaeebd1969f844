package simulator

import (
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/giftcards"
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
	return nil
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
