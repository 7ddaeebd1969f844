package simulator

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
	_ "time/tzdata" // statements are cut by local days, also where the system has no zone files
)

// defaultZone is where the played providers close their day.
const defaultZone = "Africa/Johannesburg"

// statementLine is one line of a provider's daily file. Amounts are minor units.
type statementLine struct {
	ProviderRef string    `json:"provider_ref"`
	SwitchRef   string    `json:"switch_ref"`
	Serial      string    `json:"serial"`
	Product     string    `json:"product"`
	Kind        string    `json:"kind"`  // SALE, REDEMPTION, REFUND
	State       string    `json:"state"` // SUCCESS, REVERSED
	Amount      int64     `json:"amount_minor"`
	Currency    string    `json:"currency"`
	At          time.Time `json:"at"`

	settled bool // no advice can change it any more
	seq     int64
}

func (h *house) statementLine(e *entry) statementLine {
	l := statementLine{
		ProviderRef: h.profile.reference(e.seq), SwitchRef: e.id, Product: e.product, Kind: "SALE", State: "SUCCESS",
		Amount: e.final, Currency: e.currency, At: micros(e.at), seq: e.seq,
		settled: e.advice == confirmed || !h.profile.Advices,
	}
	switch e.op {
	case provision:
		l.Serial = h.profile.serial(e.seq)
	case redemption:
		l.Kind = "REDEMPTION"
	case refund:
		l.Kind = "REFUND"
	}
	if e.advice == reversed && e.final == 0 {
		l.State, l.Amount = "REVERSED", e.amount
	}
	return l
}

// day is one business day of a zone.
type day struct {
	date string
	win  window
}

func dayOf(q url.Values) (day, error) {
	zone := q.Get("zone")
	if zone == "" {
		zone = defaultZone
	}
	return newDay(q.Get("date"), zone, q.Get("user"))
}

func newDay(date, zone, user string) (day, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return day{}, fmt.Errorf("zone %q is not known", zone)
	}
	start, err := time.ParseInLocation(time.DateOnly, date, loc)
	if err != nil {
		return day{}, fmt.Errorf("date %q: want YYYY-MM-DD", date)
	}
	w := window{from: start.UnixMicro(), to: start.AddDate(0, 0, 1).UnixMicro(), user: user}
	return day{date, w}, nil
}

// trueLines are the approved entries of the day as the books have them.
func (h *house) trueLines(d day) []statementLine {
	var lines []statementLine
	h.eachEntry(d.win, func(part []entry) {
		for i := range part {
			if part[i].state == approved {
				lines = append(lines, h.statementLine(&part[i]))
			}
		}
	})
	return lines
}

// serveStatements plays the provider's statement counter: the daily file, and
// the breaks a test has put into it.
func (h *house) serveStatements(w http.ResponseWriter, r *http.Request, more string) {
	switch {
	case more == "" && r.Method == http.MethodGet:
		h.serveStatement(w, r)
	case more == "plant" && r.Method == http.MethodPost:
		h.servePlant(w, r)
	case more == "planted" && (r.Method == http.MethodGet || r.Method == http.MethodDelete):
		h.servePlanted(w, r)
	default:
		writeProblem(w, http.StatusNotFound, "use GET ?date=, POST plant, GET or DELETE planted?date=")
	}
}

// serveStatement writes header, lines and a trailer with the number of lines
// and the sum of their amounts, reversed ones included.
func (h *house) serveStatement(w http.ResponseWriter, r *http.Request) {
	d, err := dayOf(r.URL.Query())
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	lines := spoil(h.trueLines(d), h.plantedOn(d.date))
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	out := csv.NewWriter(w)
	put := func(fields ...string) { _ = out.Write(fields) } // errors stay in out; the reader may be gone
	put("provider_ref", "switch_ref", "serial", "product", "kind", "state", "amount_minor", "currency", "at")
	var sum int64
	for _, l := range lines {
		sum += l.Amount
		put(l.ProviderRef, l.SwitchRef, l.Serial, l.Product, l.Kind, l.State,
			strconv.FormatInt(l.Amount, 10), l.Currency, l.At.UTC().Format(time.RFC3339))
	}
	put("TRAILER", strconv.Itoa(len(lines)), strconv.FormatInt(sum, 10))
	out.Flush()
}
