package stage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// kinds of planted breaks
const (
	plantMissing   = "missing"   // a line left out
	plantAmount    = "amount"    // a line with another amount
	plantExtra     = "extra"     // a line nobody sold
	plantState     = "state"     // a reversed line shown as success
	plantDuplicate = "duplicate" // a line shown twice
)

// Breaks keeps the breaks put into statements; an empty date means all of them. It must be safe for concurrent use.
type Breaks interface {
	Planted() []Break
	Plant(list []Break)
	Unplant(date string)
}

// Break is one error put into the statement of a date. Line is the line as
// the statement shows it (for a missing one, as it would have).
type Break struct {
	Date       string        `json:"date"`
	Kind       string        `json:"kind"`
	SwitchRef  string        `json:"switch_ref"`
	By         int64         `json:"by,omitempty"` // amount: minor units added
	TrueAmount int64         `json:"true_amount_minor"`
	Line       StatementLine `json:"line"`
}

// plantOrder asks for one named break, or for a number of each kind picked by
// seed.
type plantOrder struct {
	Date      string `json:"date"`
	Zone      string `json:"zone"`
	Kind      string `json:"kind"`
	SwitchRef string `json:"switch_ref"`
	By        int64  `json:"by"`
	Seed      uint64 `json:"seed"`
	Missing   int    `json:"missing"`
	Amount    int    `json:"amount"`
	Extra     int    `json:"extra"`
	State     int    `json:"state"`
	Duplicate int    `json:"duplicate"`
}

func (s Statements) servePlant(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	if status := ReadBody(w, r, &body); status != 0 {
		Problem(w, status, "body too large or unreadable")
		return
	}
	orders, err := readOrders(body.Bytes())
	if err != nil {
		Problem(w, http.StatusBadRequest, err.Error())
		return
	}
	var list []Break
	for _, o := range orders {
		more, err := s.choose(o, list)
		if err != nil {
			Problem(w, http.StatusConflict, err.Error())
			return
		}
		list = append(list, more...)
	}
	s.Breaks.Plant(list)
	WriteJSON(w, http.StatusCreated, map[string]any{"planted": list})
}

// readOrders takes one order or a list of them.
func readOrders(body []byte) ([]plantOrder, error) {
	body = bytes.TrimSpace(body)
	if len(body) > 0 && body[0] != '[' {
		body = slices.Concat([]byte("["), body, []byte("]"))
	}
	var orders []plantOrder
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&orders); err != nil {
		return nil, fmt.Errorf("planting order: %w", err)
	}
	return orders, nil
}

// spoil applies the breaks to the true lines.
func spoil(lines []StatementLine, breaks []Break) []StatementLine {
	byRef := make(map[string]Break, len(breaks))
	for _, b := range breaks {
		byRef[b.Line.ProviderRef] = b
	}
	out := make([]StatementLine, 0, len(lines)+len(breaks))
	for _, l := range lines {
		switch b := byRef[l.ProviderRef]; b.Kind {
		case plantMissing:
		case plantAmount:
			l.Amount += b.By
			out = append(out, l)
		case plantState:
			l.State = "SUCCESS"
			out = append(out, l)
		case plantDuplicate:
			out = append(out, l, l)
		default:
			out = append(out, l)
		}
	}
	for _, b := range breaks {
		if b.Kind == plantExtra {
			out = append(out, b.Line)
		}
	}
	return out
}

func (s Statements) servePlanted(w http.ResponseWriter, r *http.Request) {
	date := r.URL.Query().Get("date")
	if r.Method == http.MethodDelete {
		s.Breaks.Unplant(date)
	}
	WriteJSON(w, http.StatusOK, map[string]any{"planted": s.plantedOn(date)})
}

// plantedOn lists the breaks of a date, of all dates when it is empty.
func (s Statements) plantedOn(date string) []Break {
	list := []Break{}
	for _, b := range s.Breaks.Planted() {
		if date == "" || b.Date == date {
			list = append(list, b)
		}
	}
	return list
}
