package ott

import (
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// Server plays OTT. Paths are those below the base address: /api/reseller/v1/... and /api/v1/...
type Server struct {
	*stage.Ledger
	cfg      stage.Config
	vouchers *stage.Table[voucher]
	byPIN    map[string]*voucher
	routes   map[string]operation
}

// New makes an OTT with empty books, kept in memory until its Store is opened.
func New(cfg stage.Config) *Server {
	s := &Server{Ledger: stage.NewLedger(cfg.Log, cfg.Now), cfg: cfg, byPIN: map[string]*voucher{}, routes: routes()}
	s.Confirms = true
	s.vouchers = stage.NewTable(s.Store, "voucher", stage.Index(s.byPIN, func(v *voucher) string { return v.PIN }))
	return s
}

// operation is one call of either API.
type operation struct {
	kind     string // for faults
	required []string
	optional []string
	serve    func(*Server, *message) reply
	advice   bool
}

// routes are the calls by path. The field vendorID of the redemption API and vendorCode of the issuing one are both
// numbers that OTT gave to the caller.
func routes() map[string]operation {
	one := []string{"uniqueReference"}
	return map[string]operation{
		"/api/reseller/v1/GetVoucher": {
			"provision",
			[]string{"branch", "cashier", "uniqueReference", "value", "vendorCode"},
			[]string{"till", "mobileForSMS"},
			(*Server).getVoucher, false,
		},
		"/api/reseller/v1/CheckVoucher":   {"retry", one, nil, (*Server).checkSale, false},
		"/api/reseller/v1/ConfirmVoucher": {"confirm", one, nil, (*Server).confirm, true},
		"/api/reseller/v1/RejectVoucher":  {"reverse", one, nil, (*Server).reject, true},
		"/api/reseller/v1/GetBalance":     {"lookup", one, nil, (*Server).balance, false},
		"/api/v1/CheckVoucher":            {"lookup", []string{"vendorID", "voucherPIN"}, nil, (*Server).checkPIN, false},
		"/api/v1/RemitVoucher": {
			"redeem",
			[]string{"amount", "pin", "uniqueReference", "vendorID"},
			[]string{"mobile", "clientID", "account"},
			(*Server).remit, false,
		},
		"/api/v1/CheckRemitVoucher": {"retry", one, nil, (*Server).checkRemit, false},
	}
}

// ServeHTTP answers one message.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x, ok := s.cfg.Enter(w, r)
	if !ok {
		return
	}
	path := strings.TrimSuffix(r.URL.Path, "/")
	op, ok := s.routes[path]
	switch {
	case !ok:
		x.Send(stage.Answer{Status: http.StatusNotFound})
		return
	case r.Method != http.MethodPost:
		x.Send(stage.Answer{Status: http.StatusMethodNotAllowed})
		return
	}
	m := &message{op: op, path: path}
	if !s.signIn(r, m) {
		x.Send(stage.Answer{Status: http.StatusUnauthorized})
		return
	}
	if bad := m.read(r, x.Body); bad != nil {
		x.Send(bad.encode(0))
		return
	}
	s.play(x, m)
}

// signIn checks the Basic user. The two APIs have separate credentials.
func (s *Server) signIn(r *http.Request, m *message) bool {
	name, password, ok := r.BasicAuth()
	api, _, _ := strings.Cut(strings.TrimPrefix(m.path, "/api/"), "/")
	m.user = name
	return ok && name != "" && s.SignIn(api+":"+name, password)
}
