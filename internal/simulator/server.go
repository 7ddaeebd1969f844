package simulator

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/giftcards"
	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// Config says where the simulator listens and keeps its books.
type Config struct {
	Addr      string            // listen address of Run; port 0 picks a free one
	DataDir   string            // journals; empty keeps the books in memory only
	Log       *slog.Logger      // nil logs nothing
	Ready     func(addr string) // called by Run once the server answers
	StopOnEOF io.Reader         // when set, Run ends as soon as this reader does
	Now       func() time.Time  // nil is the system clock

	Cards        []giftcards.Card    // of the gift card issuer; nil: its own
	CardProducts []giftcards.Product // likewise
}

// Server plays all providers. Its handler may be served by Run or by a test.
type Server struct {
	log      *slog.Logger
	houses   map[string]*house
	rails    map[string]mounted
	order    []string
	routes   map[string]route
	lock     *os.File
	stopping chan struct{} // closed: no answer is held back any longer
	free     sync.Once
	stop     sync.Once
}

// New opens the books under cfg.DataDir and replays their journals. It fails
// when another simulator uses the directory or a journal is damaged before its
// last line. The caller must Close the server.
func New(cfg Config) (*Server, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Server{log: cfg.Log, houses: map[string]*house{}, rails: map[string]mounted{}, routes: voucherRoutes(), stopping: make(chan struct{})}
	for i, p := range Providers() {
		h := newHouse(p, 10+i, cfg.Now, cfg.Log)
		if play := natives()[p.ID]; play != nil {
			h.control = stage.NewControl(stage.NativeFaults(), stage.NativeKinds()...)
			h.native = play(stage.Config{Control: h.control, Log: cfg.Log, Now: cfg.Now, Stopping: s.stopping})
		}
		s.houses[p.ID] = h
		s.order = append(s.order, p.ID)
	}
	if err := s.mountRails(cfg); err != nil {
		return nil, err
	}
	if cfg.DataDir == "" {
		return s, nil
	}
	if err := s.openBooks(cfg.DataDir); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) openBooks(dir string) (err error) {
	if err = os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("simulator data directory: %w", err)
	}
	if s.lock, err = lockDir(dir, 5*time.Second); err != nil {
		return err
	}
	v, err := stage.OpenVault(filepath.Join(dir, "vault.key"))
	if err != nil {
		return err
	}
	for id, h := range s.houses {
		h.vault = v
		if h.journal, err = stage.OpenJournal(filepath.Join(dir, id+".jsonl"), h.replay); err != nil {
			return err
		}
		if h.native != nil {
			if err = h.native.Open(filepath.Join(dir, id+"-native.jsonl"), v); err != nil {
				return err
			}
		}
	}
	for name, m := range s.rails {
		if err = m.Open(filepath.Join(dir, name+".jsonl"), v); err != nil {
			return err
		}
	}
	return nil
}

// Close ends waiting answers and closes the journals. It does not stop a
// listener; Run does both.
func (s *Server) Close() error {
	var err error
	s.release()
	s.stop.Do(func() {
		for _, h := range s.houses {
			h.mu.Lock()
			err = errors.Join(err, h.journal.Close())
			h.mu.Unlock()
			if h.native != nil {
				err = errors.Join(err, h.native.Close())
			}
		}
		for _, m := range s.rails {
			err = errors.Join(err, m.Close())
		}
		if s.lock != nil {
			err = errors.Join(err, s.lock.Close())
		}
	})
	return err
}

// release lets go of the calls that hang or are delayed.
func (s *Server) release() { s.free.Do(func() { close(s.stopping) }) }

// Handler serves the providers' service paths and the control side: books,
// control, statements, the index and the health check.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if h := s.houses[first]; h != nil {
		if path, own := strings.CutPrefix(rest, "native/"); own && h.native != nil {
			h.serveNative(w, r, path)
			return
		}
		s.serveService(w, r, h, rest)
		return
	}
	if s.serveRail(w, r, first, rest) {
		return
	}
	switch first {
	case "":
		s.serveIndex(w, r)
		return
	case "healthz":
		stage.WriteJSON(w, http.StatusOK, map[string]string{"status": "ok"})
		return
	case "testServerAdmin":
		if strings.TrimSuffix(rest, "/") == "reset" && r.Method == http.MethodPost {
			s.serveResetEverywhere(w, r)
			return
		}
	}
	id, more, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	h := s.houses[id]
	switch {
	case h == nil:
		stage.Problem(w, http.StatusNotFound, "no such page or provider")
	case first == "control" && more == "":
		h.control.ServeHTTP(w, r)
	case first == "books" && more == "":
		stage.ServeBooks(w, r, id, operations(), h.sources()...)
	case first == "statements":
		stage.Statements{Sources: h.sources(), Breaks: h}.Serve(w, r, more)
	default:
		stage.Problem(w, http.StatusNotFound, "no such page")
	}
}
