package humm

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// ID is the name in the simulator's paths.
const ID = "humm"

// currency of the books, ISO numeric: Australian dollars.
const currency = "036"

// Config says how the finance company works. Of the embedded part all may be left out: good behaviour, no log, the system clock.
type Config struct {
	stage.Config
	Chain   func(merchant string) string // of sellers that share references; nil: the first five characters
	Minimum int64                        // smallest finance amount in minor units; 0: 100
}

// Server is the finance company at work. The lock of the Ledger guards everything; it is held for map work and one buffered
// file write, never while a caller is waited for.
type Server struct {
	*stage.Ledger
	cfg        Config
	operations map[string]operation

	tokens      *stage.Table[string]     // spent device tokens -> device
	keys        *stage.Table[string]     // merchant and device -> signing key
	uses        *stage.Table[use]        // code -> its one use
	receipts    *stage.Table[string]     // chain and receipt number -> code
	adjustments *stage.Table[adjustment] // chain and reference
	heard       *stage.Table[int]        // messages so far, for faults that strike once

	running map[string]chan struct{} // code -> closed when decided
	numbers map[string]string        // purchase number -> code
	refs    map[string][]string      // chain and till reference -> codes
	signed  map[string]string        // signature of an adjustment -> its key
}

// New makes a finance company with empty books, kept in memory until its Store is opened.
func New(cfg Config) *Server {
	if cfg.Chain == nil {
		cfg.Chain = func(merchant string) string { return merchant[:min(5, len(merchant))] }
	}
	if cfg.Minimum == 0 {
		cfg.Minimum = 100
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Control == nil {
		cfg.Control = stage.NewControl(Faults(), Kinds()...)
	}
	s := &Server{Ledger: stage.NewLedger(cfg.Log, cfg.Now), cfg: cfg, operations: operations(), running: map[string]chan struct{}{}}
	s.clearIndex()
	s.tokens = stage.NewTable[string](s.Store, "token", nil)
	s.keys = stage.NewTable[string](s.Store, "key", nil)
	s.uses = stage.NewTable(s.Store, "use", s.seenUse)
	s.receipts = stage.NewTable[string](s.Store, "receipt", nil)
	s.adjustments = stage.NewTable(s.Store, "adjustment", s.seenAdjustment)
	s.heard = stage.NewTable[int](s.Store, "heard", nil)
	return s
}

func (s *Server) clearIndex() {
	s.numbers, s.refs, s.signed = map[string]string{}, map[string][]string{}, map[string]string{}
}

func (s *Server) seenUse(code string, u *use) {
	if u == nil {
		s.clearIndex()
		return
	}
	if u.Number != "" {
		s.numbers[u.Number] = code
	}
	if ref := s.chained(u.Merchant, u.Ref); !slices.Contains(s.refs[ref], code) {
		s.refs[ref] = append(s.refs[ref], code)
	}
}

func (s *Server) seenAdjustment(key string, a *adjustment) {
	if a == nil {
		s.clearIndex()
		return
	}
	for _, signature := range a.Signatures {
		s.signed[signature] = key
	}
}

// chained makes a key of what is unique in the chain of a seller.
func (s *Server) chained(merchant, ref string) string { return s.cfg.Chain(merchant) + "\x00" + ref }

// operation is one of the interface.
type operation struct {
	kind   string // for control scripts
	book   string // operation in the books
	advice bool
	moves  bool // may show faults by chance
	fields []field
	mark   string // member whose value tells the first message from repeats
	serve  func(*call, stage.Fault) answer
}

func operations() map[string]operation {
	return map[string]operation{
		"CreateKey": {
			kind: "key", mark: "x_device_token", serve: (*call).createKey,
			fields: []field{text("x_device_token", 64), text("x_pos_vendor", 100)},
		},
		"Invite": {
			kind: "invite", book: "invite", mark: "x_mobile", serve: (*call).invite,
			fields: []field{{"x_mobile", 10, isDigits}, amount("x_purchase_amount")},
		},
		"ProcessAuthorisation": {
			kind: "authorise", book: "authorisation", moves: true, mark: "x_pre_approval_code", serve: (*call).authorise,
			fields: []field{
				text("x_pos_transaction_ref", 64), amount("x_purchase_amount"), amount("x_finance_amount"), printable("x_pre_approval_code"),
			},
		},
		"SendReceipt": {
			kind: "receipt", book: "receipt", advice: true, moves: true, mark: "x_receipt_number", serve: (*call).receipt,
			fields: []field{text("x_pos_transaction_ref", 64), text("x_receipt_number", 64)},
		},
		"ProcessSalesAdjustment": {
			kind: "adjust", book: "adjustment", moves: true, mark: "x_pos_transaction_ref", serve: (*call).adjust,
			fields: []field{text("x_pos_transaction_ref", 64), text("x_purchase_ref", 64), amount("x_amount")},
		},
		"ProcessSalesAdjustmentReversal": {
			kind: "reverse", advice: true, moves: true, mark: "x_pos_transaction_ref", serve: (*call).reverse,
			fields: []field{text("x_pos_transaction_ref", 64), text("x_adjustment_signature", 200)},
		},
	}
}

// ServeHTTP plays {base}/webapi/v1/{Operation} and, with fixed answers, {base}/webapi/v1/Test/{Operation}; doubled
// slashes do no harm.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Call: stage.Call{W: w, R: r, Stopping: s.cfg.Stopping}, s: s, plan: s.cfg.Control.Plan()}
	segments := strings.FieldsFunc(r.URL.Path, func(r rune) bool { return r == '/' })
	if len(segments) == 4 && segments[2] == "Test" {
		c.dummy, segments = true, slices.Delete(segments, 2, 3)
	}
	var known bool
	if len(segments) == 3 && segments[0] == "webapi" && segments[1] == "v1" {
		c.op, known = s.operations[segments[2]]
	}
	switch {
	case c.down():
	case !known:
		stage.Problem(w, http.StatusNotFound, "no such operation")
	case r.Method != http.MethodPost:
		stage.Problem(w, http.StatusMethodNotAllowed, "use POST")
	case !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		stage.Problem(w, http.StatusUnsupportedMediaType, "use application/json")
	default:
		c.play()
	}
}
