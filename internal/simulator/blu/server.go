package blu

import (
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// Server plays Blu Voucher. Paths are those below the base address: /v2/trade/... or /v2/api/trade/...
type Server struct {
	*stage.Ledger
	cfg      stage.Config
	keys     *stage.Table[string] // hash of an API key -> what it is for
	replies  *stage.Table[remembered]
	vouchers *stage.Table[voucher]
	byPIN    map[string]*voucher
}

// New makes a Blu Voucher with empty books, kept in memory until its Store is opened.
func New(cfg stage.Config) *Server {
	s := &Server{Ledger: stage.NewLedger(cfg.Log, cfg.Now), cfg: cfg, byPIN: map[string]*voucher{}}
	s.keys = stage.NewTable[string](s.Store, "key", nil)
	s.replies = stage.NewTable[remembered](s.Store, "reply", nil)
	s.vouchers = stage.NewTable(s.Store, "voucher", stage.Index(s.byPIN, func(v *voucher) string { return v.PIN }))
	return s
}

// ServeHTTP answers one message.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x, ok := s.cfg.Enter(w, r)
	if !ok {
		return
	}
	path := strings.TrimSuffix(r.URL.Path, "/")
	rest, ok := strings.CutPrefix(path, "/v2/trade/voucher/variable/")
	if !ok {
		rest, ok = strings.CutPrefix(path, "/v2/api/trade/voucher/variable/")
	}
	c := call{path: r.URL.Path, now: s.Now()}
	method := http.MethodPost
	var serve func(*stage.Exchange, call)
	switch rest {
	case "sales":
		c.role, c.kind, c.book, serve = selling, "provision", "provision", s.serveMove
	case "redemptions":
		c.role, c.kind, c.book, serve = redeeming, "redeem", "redemption", s.serveMove
	case "vouchers", "vouchers/full":
		method, serve = http.MethodGet, s.serveLookup
	}
	switch {
	case !ok || serve == nil:
		x.Send(c.refuse(http.StatusNotFound, "No such resource"))
	case r.Method != method:
		x.Send(c.refuse(http.StatusMethodNotAllowed, "Method not allowed"))
	default:
		if bad := s.admit(r, &c); bad != nil {
			x.Send(*bad)
			return
		}
		serve(x, c)
	}
}

// what an API key is for
const (
	selling   = "selling"
	redeeming = "redeeming"
)

// admit checks the headers. Any key of eight characters is taken when it is seen first, and is then good for what it was
// used for: selling and redeeming have different keys.
func (s *Server) admit(r *http.Request, c *call) *stage.Answer {
	key := r.Header.Get("apikey")
	refuse := func(status int, text string) *stage.Answer { a := c.refuse(status, text); return &a }
	if len(key) < 8 {
		return refuse(http.StatusUnauthorized, "Invalid API key")
	}
	c.user = "key-" + stage.HashCode(key)[:8]
	if user, password, given := r.BasicAuth(); given {
		if !s.SignIn(user, password) {
			return refuse(http.StatusUnauthorized, "Invalid credentials")
		}
		c.user = user
	}
	if r.Header.Get("Trade-Vend-Channel") != "API" {
		return refuse(http.StatusBadRequest, "Trade-Vend-Channel is required")
	}
	if c.role == "" {
		return nil
	}
	s.Lock()
	defer s.Unlock()
	role := s.keys.Of(stage.HashCode(key))
	if role == nil {
		role = &c.role
		s.keys.Set(stage.HashCode(key), role)
		s.Commit()
	}
	if *role != c.role {
		return refuse(http.StatusForbidden, "Account is not authorised for "+c.role)
	}
	return nil
}
