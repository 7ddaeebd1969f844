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
)

// Config says where the simulator listens and keeps its books.
type Config struct {
	Addr      string            // listen address of Run; port 0 picks a free one
	DataDir   string            // journals; empty keeps the books in memory only
	Log       *slog.Logger      // nil logs nothing
	Ready     func(addr string) // called by Run once the server answers
	StopOnEOF io.Reader         // when set, Run ends as soon as this reader does
	Now       func() time.Time  // nil is the system clock
}

// Server plays all providers. Its handler may be served by Run or by a test.
type Server struct {
	log      *slog.Logger
	houses   map[string]*house
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
	s := &Server{log: cfg.Log, houses: map[string]*house{}, routes: voucherRoutes(), stopping: make(chan struct{})}
	for i, p := range Providers() {
		s.houses[p.ID] = newHouse(p, 10+i, cfg.Now, cfg.Log)
		s.order = append(s.order, p.ID)
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
	v, err := openVault(filepath.Join(dir, "vault.key"))
	if err != nil {
		return err
	}
	for id, h := range s.houses {
		if h.journal, err = openJournal(filepath.Join(dir, id+".jsonl"), v, h.apply); err != nil {
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
			err = errors.Join(err, h.journal.close())
			h.mu.Unlock()
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
		s.serveService(w, r, h, rest)
		return
	}
	switch first {
	case "":
		s.serveIndex(w, r)
		return
	case "healthz":
		writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
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
		writeProblem(w, http.StatusNotFound, "no such page or provider")
	case first == "control" && more == "":
		s.serveControl(w, r, h)
	case first == "books" && more == "":
		h.serveBooks(w, r)
	case first == "statements":
		h.serveStatements(w, r, more)
	default:
		writeProblem(w, http.StatusNotFound, "no such page")
	}
}
