package simulator

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// bookLine is one entry of GET /books/{provider}. Amounts are minor units.
type bookLine struct {
	Ref         string    `json:"ref"`
	ProviderRef string    `json:"provider_ref"`
	User        string    `json:"user"`
	Operation   operation `json:"operation"`
	Product     string    `json:"product"`
	Amount      int64     `json:"amount"`
	Currency    string    `json:"currency"`
	CodeHash    string    `json:"code_hash"`
	Serial      string    `json:"serial"`
	State       string    `json:"state"`
	ErrorType   string    `json:"error_type,omitempty"`
	Advice      string    `json:"advice"`
	AdviceID    string    `json:"advice_id"`
	AdviceAt    string    `json:"advice_at,omitempty"`
	FinalAmount int64     `json:"final_amount"`
	Received    int       `json:"received"`
	Retries     int       `json:"retries"`
	Advices     int       `json:"advices_received"`
	At          string    `json:"at"`
}

// unmatchedLine is an advice that found no approved request; a reversal among
// them refuses the request when it comes late.
type unmatchedLine struct {
	Ref       string    `json:"ref"`
	User      string    `json:"user"`
	Operation operation `json:"operation"`
	Action    action    `json:"action"`
	AdviceID  string    `json:"advice_id"`
	Answer    string    `json:"answer"`
	Received  int       `json:"received"`
	At        string    `json:"at"`
}

// tally counts entries and sums what they stand for. NetAmount is what the
// provider holds to be sold (or redeemed, refunded) after all advices.
type tally struct {
	Entries         int   `json:"entries"`
	Approved        int   `json:"approved"`
	ApprovedAmount  int64 `json:"approved_amount"`
	Declined        int   `json:"declined"`
	Unprocessed     int   `json:"unprocessed"`
	Confirmed       int   `json:"confirmed"`
	ConfirmedAmount int64 `json:"confirmed_amount"`
	Reversed        int   `json:"reversed"`
	ReversedAmount  int64 `json:"reversed_amount"`
	Open            int   `json:"open"`
	OpenAmount      int64 `json:"open_amount"`
	NetAmount       int64 `json:"net_amount"`
}

func (t *tally) add(e *entry) {
	t.Entries++
	switch e.state {
	case declined:
		t.Declined++
		return
	case unprocessed:
		t.Unprocessed++
		return
	}
	t.Approved++
	t.ApprovedAmount += e.amount
	t.NetAmount += e.final
	switch e.advice {
	case confirmed:
		t.Confirmed++
		t.ConfirmedAmount += e.final
	case reversed:
		t.Reversed++
		t.ReversedAmount += e.amount - e.final
	default:
		t.Open++
		t.OpenAmount += e.amount
	}
}

func (h *house) lineOf(e *entry) bookLine {
	l := bookLine{
		Ref: e.id, ProviderRef: h.profile.reference(e.seq), User: e.user, Operation: e.op, Product: e.product,
		Amount: e.amount, Currency: e.currency, State: e.state, ErrorType: e.errorType,
		Advice: e.advice, AdviceID: e.adviceID, FinalAmount: e.final,
		Received: e.received, Retries: e.retries, Advices: e.advices, At: micros(e.at).Format(time.RFC3339Nano),
	}
	if e.adviceAt != 0 {
		l.AdviceAt = micros(e.adviceAt).Format(time.RFC3339Nano)
	}
	if e.code != "" {
		sum := sha256.Sum256([]byte(e.code))
		l.CodeHash = hex.EncodeToString(sum[:])
	}
	if e.op == provision && e.state == approved {
		l.Serial = h.profile.serial(e.seq)
	}
	return l
}

// window filters the books: from is included, to is not.
type window struct {
	from, to  int64
	user, ref string
}

func windowOf(q url.Values) (window, error) {
	w := window{to: 1<<63 - 1, user: q.Get("user"), ref: q.Get("ref")}
	for name, into := range map[string]*int64{"from": &w.from, "to": &w.to} {
		if text := q.Get(name); text != "" {
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				return w, err
			}
			*into = at.UnixMicro()
		}
	}
	return w, nil
}

func (w window) holds(e *entry) bool {
	return e.at >= w.from && e.at < w.to && (w.user == "" || w.user == e.user) && (w.ref == "" || w.ref == e.id)
}

// serveBooks writes the books in pieces, so that a long day neither holds the
// lock nor piles up in memory. Entries that change meanwhile show either state.
func (h *house) serveBooks(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		writeProblem(w, http.StatusMethodNotAllowed, "use GET")
		return
	}
	win, err := windowOf(r.URL.Query())
	if err != nil {
		writeProblem(w, http.StatusBadRequest, "from and to must be RFC 3339 times")
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	put := func(text string) { _, _ = w.Write([]byte(text)) } // the reader may be gone
	put(`{"provider":"` + h.profile.ID + `","entries":[`)
	totals := map[operation]*tally{provision: {}, redemption: {}, refund: {}}
	comma := ""
	h.eachEntry(win, func(part []entry) {
		var buf bytes.Buffer
		enc := json.NewEncoder(&buf)
		for i := range part {
			totals[part[i].op].add(&part[i])
			buf.WriteString(comma)
			comma = ","
			_ = enc.Encode(h.lineOf(&part[i])) // plain values into memory: cannot fail
		}
		_, _ = w.Write(buf.Bytes())
	})
	put(`],"totals":`)
	_ = json.NewEncoder(w).Encode(totals)
	put(`,"unmatched_advices":`)
	_ = json.NewEncoder(w).Encode(h.unmatched(win))
	put("}\n")
}

// eachEntry hands out copies of the entries in the window, some thousand at a
// time, outside the lock.
func (h *house) eachEntry(win window, do func([]entry)) {
	const chunk = 4096
	after := int64(0)
	for more := true; more; {
		part := make([]entry, 0, chunk)
		h.mu.Lock()
		i := h.position(after + 1)
		for ; i < len(h.entries) && len(part) < chunk; i++ {
			e := h.entries[i]
			after = e.seq
			if win.holds(e) {
				part = append(part, *e)
			}
		}
		more = i < len(h.entries)
		h.mu.Unlock()
		do(part)
	}
}

func (h *house) unmatched(win window) []unmatchedLine {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := []unmatchedLine{}
	for _, a := range h.accounts {
		for _, s := range a.strays {
			if s.at < win.from || s.at >= win.to || win.user != "" && win.user != s.user || win.ref != "" && win.ref != s.request {
				continue
			}
			list = append(list, unmatchedLine{s.request, s.user, s.op, s.do, s.adviceID, s.errorType, s.received, micros(s.at).Format(time.RFC3339Nano)})
		}
	}
	return list
}
