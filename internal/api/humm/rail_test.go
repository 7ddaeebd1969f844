package humm

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	rail "github.com/signalboxhq/signalbox/internal/humm"
)

// farSide plays the rail for one test, by the rules of spec/humm.md 6: its books are what the tests compare with.
type farSide struct {
	*httptest.Server
	mu       sync.Mutex
	messages map[rail.Operation]int
	keys     map[string]string
	codes    map[string]sale   // by normalised code
	refs     map[string]string // of a sale -> code
	refunds  map[string]refund // by reference
	silent   int               // so many answers are lost, after the work
	pending  int               // so many payments wait for their buyer
}

type sale struct {
	signature string
	left      int64
	number    string
}

type refund struct {
	signature, code string
	amount          int64
	reversal        string
}

func newFarSide(t *testing.T) *farSide {
	t.Helper()
	f := &farSide{
		messages: map[rail.Operation]int{}, keys: map[string]string{}, codes: map[string]sale{}, refs: map[string]string{}, refunds: map[string]refund{},
	}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

// ServeHTTP answers one message; a lost answer closes the connection after the work was done.
func (f *farSide) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	op := rail.Operation(strings.TrimPrefix(r.URL.Path, "/webapi/v1/"))
	body, _ := io.ReadAll(r.Body)
	m, err := rail.Parse(body)
	if err != nil {
		http.Error(w, "no", http.StatusBadRequest)
		return
	}
	f.messages[op]++
	code, more := f.work(op, m)
	if f.silent > 0 {
		f.silent--
		panic(http.ErrAbortHandler)
	}
	key := f.keys[m.Text("x_device_id")]
	if op == rail.CreateKey {
		key = m.Text("x_device_token")
	}
	meaning, _ := rail.MeaningOf(op, code)
	fields := append([]rail.Field{{Name: "x_status", Value: meaning.Status}, {Name: "x_code", Value: code}, {Name: "x_message", Value: meaning.Text}}, more...)
	_, _ = w.Write(rail.Compose(key, fields...))
}

func (f *farSide) work(op rail.Operation, m *rail.Message) (code string, more []rail.Field) {
	if op == rail.CreateKey {
		key := "key-" + strconv.Itoa(len(f.keys))
		f.keys[m.Text("x_device_id")] = key
		return "SCRK01", []rail.Field{{Name: "x_key", Value: key}}
	}
	if !m.Verify(f.keys[m.Text("x_device_id")]) {
		return "ESIG01", nil
	}
	switch op {
	case rail.ProcessAuthorisation:
		return f.authorise(m)
	case rail.SendReceipt:
		return f.attach(m), nil
	case rail.ProcessAdjustment:
		return f.adjust(m), nil
	case rail.ReverseAdjustment:
		return f.reverse(m), nil
	default:
		return "SINV01", nil
	}
}

func (f *farSide) authorise(m *rail.Message) (string, []rail.Field) {
	code := rail.NormalCode(m.Text("x_pre_approval_code"))
	known, used := f.codes[code]
	switch {
	case strings.HasPrefix(code, "19"):
		return "FPRA22", nil
	case strings.HasPrefix(code, "10"):
		return "FPRA01", nil
	case f.pending > 0:
		f.pending--
		return "SPND01", []rail.Field{{Name: "retry_duration", Raw: []byte("1")}}
	case used && known.signature != m.Signature():
		return "FPRA22", nil
	case !used:
		left, _ := strconv.ParseInt(m.Text("x_finance_amount"), 10, 64)
		known = sale{m.Signature(), left, "H" + strconv.Itoa(7000000+len(f.codes))}
		f.codes[code] = known
		f.refs[m.Text("x_pos_transaction_ref")], f.refs[known.number] = code, code
	}
	return "SPRA01", []rail.Field{{Name: "x_purchase_number", Value: known.number}}
}

func (f *farSide) attach(m *rail.Message) string {
	code, found := f.refs[m.Text("x_pos_transaction_ref")]
	held, used := f.refs[m.Text("x_receipt_number")]
	switch {
	case !found:
		return "FSER01"
	case used && held != code:
		return "FSER02"
	}
	f.refs[m.Text("x_receipt_number")] = code
	return "SSER01"
}

func (f *farSide) adjust(m *rail.Message) string {
	amount, _ := strconv.ParseInt(m.Text("x_amount"), 10, 64)
	code, found := f.refs[m.Text("x_purchase_ref")]
	known, again := f.refunds[m.Text("x_pos_transaction_ref")]
	s := f.codes[code]
	switch {
	case again && known.amount == amount:
		return "SPSA01"
	case again:
		return "FPSA08"
	case !found:
		return "FPSA01"
	case s.left == 0:
		return "FPSA03"
	case amount > s.left:
		return "FPSA04"
	}
	s.left -= amount
	f.codes[code] = s
	f.refunds[m.Text("x_pos_transaction_ref")] = refund{signature: m.Signature(), code: code, amount: amount}
	return "SPSA01"
}

func (f *farSide) reverse(m *rail.Message) string {
	for ref, r := range f.refunds {
		if !strings.EqualFold(r.signature, m.Text("x_adjustment_signature")) {
			continue
		}
		if r.reversal != "" && r.reversal != m.Text("x_pos_transaction_ref") {
			return "FPAR08"
		}
		if r.reversal == "" {
			s := f.codes[r.code]
			s.left += r.amount
			f.codes[r.code] = s
			r.reversal = m.Text("x_pos_transaction_ref")
			f.refunds[ref] = r
		}
		return "SPAR01"
	}
	return "FPAR01"
}

// left is what may still be refunded of a code's sale; -1: there is none.
func (f *farSide) left(code string) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s, ok := f.codes[code]; ok {
		return s.left
	}
	return -1
}

func (f *farSide) count(op rail.Operation) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.messages[op]
}

// lose makes the next answers get lost after their work was done.
func (f *farSide) lose(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.silent = n
}
