package stage

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // statements are cut by local days, also where the system has no zone files
)

// defaultZone is where the played providers close their day.
const defaultZone = "Africa/Johannesburg"

// StatementLine is one line of a provider's daily file. Amount is in minor units.
type StatementLine struct {
	ProviderRef string    `json:"provider_ref"`
	SwitchRef   string    `json:"switch_ref"`
	Serial      string    `json:"serial"`
	Product     string    `json:"product"`
	Kind        string    `json:"kind"`  // SALE, REDEMPTION, REFUND, or the operation in capitals
	State       string    `json:"state"` // SUCCESS, REVERSED
	Amount      int64     `json:"amount_minor"`
	Currency    string    `json:"currency"`
	At          time.Time `json:"at"`

	settled bool // no advice is expected any more
}

func statementLine(l Line) StatementLine {
	s := StatementLine{
		ProviderRef: l.ProviderRef, SwitchRef: l.Ref, Serial: l.Serial, Product: l.Product,
		Kind: strings.ToUpper(l.Operation), State: "SUCCESS",
		Amount: l.FinalAmount, Currency: l.Currency, At: l.At, settled: l.Settled,
	}
	if l.Operation == "provision" {
		s.Kind = "SALE"
	}
	if l.Advice == Reversed && l.FinalAmount == 0 {
		s.State, s.Amount = "REVERSED", l.Amount
	}
	return s
}

// day is one business day of a zone.
type day struct {
	date string
	win  Window
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
	return day{date, Window{From: start, To: start.AddDate(0, 0, 1), User: user}}, nil
}

// Statements is a provider's statement counter: the daily file made of its books, and the breaks that a test has put
// into it.
type Statements struct {
	Sources []Source
	Breaks  Breaks
}

// trueLines are the approved entries of the day as the books have them.
func (s Statements) trueLines(d day) []StatementLine {
	var lines []StatementLine
	for _, src := range s.Sources {
		src.Lines(d.win, func(part []Line) {
			for _, l := range part {
				if l.State == Approved {
					lines = append(lines, statementLine(l))
				}
			}
		})
	}
	return lines
}

// Serve answers /statements/{provider}/{more}: GET ?date=, POST plant, GET or DELETE planted.
func (s Statements) Serve(w http.ResponseWriter, r *http.Request, more string) {
	switch {
	case more == "" && r.Method == http.MethodGet:
		s.serveDay(w, r)
	case more == "plant" && r.Method == http.MethodPost:
		s.servePlant(w, r)
	case more == "planted" && (r.Method == http.MethodGet || r.Method == http.MethodDelete):
		s.servePlanted(w, r)
	default:
		Problem(w, http.StatusNotFound, "use GET ?date=, POST plant, GET or DELETE planted?date=")
	}
}

// serveDay writes header, lines and a trailer with the number of lines and the sum of their amounts, reversed ones
// included.
func (s Statements) serveDay(w http.ResponseWriter, r *http.Request) {
	d, err := dayOf(r.URL.Query())
	if err != nil {
		Problem(w, http.StatusBadRequest, err.Error())
		return
	}
	lines := spoil(s.trueLines(d), s.plantedOn(d.date))
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
