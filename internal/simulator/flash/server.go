package flash

import (
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// Server plays Flash. Paths are those below the base address: /token and /aggregation/4.0/...
type Server struct {
	*stage.Ledger
	cfg      stage.Config
	tokens   *stage.Table[token]
	accounts *stage.Table[string] // user -> account number it works with
	replies  *stage.Table[reply]  // reference -> first message and its answer
	vouchers *stage.Table[voucher]
	byPIN    map[string]*voucher
	routes   map[string]operation
}

// New makes a Flash with empty books, kept in memory until its Store is opened.
func New(cfg stage.Config) *Server {
	cfg.Tokens = true
	s := &Server{Ledger: stage.NewLedger(cfg.Log, cfg.Now), cfg: cfg, byPIN: map[string]*voucher{}, routes: routes()}
	s.tokens = stage.NewTable[token](s.Store, "token", nil)
	s.accounts = stage.NewTable[string](s.Store, "account", nil)
	s.replies = stage.NewTable[reply](s.Store, "reply", nil)
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
	if path == "/token" {
		s.serveToken(x)
		return
	}
	below, ok := strings.CutPrefix(path, "/aggregation/4.0/")
	if !ok {
		x.Send(stage.JSON(http.StatusNotFound, map[string]string{"message": "no such resource"}))
		return
	}
	user, ok := s.bearer(x)
	if !ok {
		return
	}
	if rest, list := strings.CutPrefix(below, "accounts/"); list && r.Method == http.MethodGet {
		s.serveProducts(x, rest)
		return
	}
	op, ok := s.routes[below]
	switch {
	case !ok:
		x.Send(stage.JSON(http.StatusNotFound, map[string]string{"message": "no such resource"}))
	case r.Method != http.MethodPost:
		x.Send(stage.JSON(http.StatusMethodNotAllowed, map[string]string{"message": "use POST"}))
	default:
		s.serveWrite(x, op, user)
	}
}

// operation is one POST of a voucher group.
type operation struct {
	path   string
	group  string
	kind   string // for faults: provision, redeem, refund, reverse, lookup
	book   string // operation in the books; empty for those that change another entry
	serve  func(*Server, *write) answer
	advice bool
}

func routes() map[string]operation {
	list := []operation{
		{"1voucher/purchase", oneVoucher, "provision", "provision", (*Server).purchase, false},
		{"1voucher/disburse", oneVoucher, "provision", "provision", (*Server).purchase, false},
		{"1voucher/redeem", oneVoucher, "redeem", "redemption", (*Server).redeem, false},
		{"1voucher/refund", oneVoucher, "refund", "refund", (*Server).refund, false},
		{"1voucher/reverse", oneVoucher, "reverse", "", (*Server).reverse, true},
		{"gift-voucher/purchase", giftVoucher, "provision", "provision", (*Server).purchase, false},
		{"cash-out-pin/purchase", cashOut, "provision", "provision", (*Server).purchase, false},
		{"cash-out-pin/reverse", cashOut, "reverse", "", (*Server).reverse, true},
		{"cash-out-pin/cancel", cashOut, "reverse", "", (*Server).cancel, true},
		{"cash-out-pin/lookup", cashOut, "lookup", "", (*Server).lookup, false},
		{"exclusive-voucher/purchase", exclusive, "provision", "provision", (*Server).purchase, false},
		{"exclusive-voucher/redeem", exclusive, "redeem", "redemption", (*Server).redeem, false},
		{"exclusive-voucher/reverse", exclusive, "reverse", "", (*Server).reverse, true},
		{"exclusive-voucher/cancel", exclusive, "reverse", "", (*Server).cancel, true},
		{"flash-token/purchase", flashToken, "provision", "provision", (*Server).purchase, false},
		{"flash-token/reverse", flashToken, "reverse", "", (*Server).reverse, true},
		{"eezi-voucher/purchase", eezi, "provision", "provision", (*Server).purchase, false},
		{"eezi-voucher/reverse", eezi, "reverse", "", (*Server).reverse, true},
	}
	byPath := make(map[string]operation, len(list))
	for _, op := range list {
		byPath[op.path] = op
	}
	return byPath
}
