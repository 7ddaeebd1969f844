package simulator

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

// planted is one break put into the statement of a date. Line is the line as
// the statement shows it (for a missing one, as it would have).
type planted struct {
	Date       string        `json:"date"`
	Kind       string        `json:"kind"`
	SwitchRef  string        `json:"switch_ref"`
	By         int64         `json:"by,omitempty"` // amount: minor units added
	TrueAmount int64         `json:"true_amount_minor"`
	Line       statementLine `json:"line"`
	Seq        int64         `json:"seq"` // entry it concerns; 0 for an extra line
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

func (h *house) servePlant(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	if bad := readBody(w, r, &body); bad != nil {
		writeProblem(w, bad.status, bad.Message)
		return
	}
	orders, err := readOrders(body.Bytes())
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	var list []planted
	for _, o := range orders {
		more, err := h.choose(o, list)
		if err != nil {
			writeProblem(w, http.StatusConflict, err.Error())
			return
		}
		list = append(list, more...)
	}
	h.mu.Lock()
	h.record(&event{Kind: "plant", Planted: list})
	h.mu.Unlock()
	writeJSON(w, http.StatusCreated, map[string]any{"planted": list})
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
func spoil(lines []statementLine, breaks []planted) []statementLine {
	bySeq := make(map[int64]planted, len(breaks))
	for _, b := range breaks {
		bySeq[b.Seq] = b
	}
	out := make([]statementLine, 0, len(lines)+len(breaks))
	for _, l := range lines {
		switch b := bySeq[l.seq]; b.Kind {
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

func (h *house) servePlanted(w http.ResponseWriter, r *http.Request) {
	date := r.URL.Query().Get("date")
	if r.Method == http.MethodDelete {
		h.mu.Lock()
		h.record(&event{Kind: "unplant", Date: date})
		h.mu.Unlock()
	}
	writeJSON(w, http.StatusOK, map[string]any{"planted": h.plantedOn(date)})
}

// plantedOn lists the breaks of a date, of all dates when it is empty.
func (h *house) plantedOn(date string) []planted {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := []planted{}
	for _, b := range h.planted {
		if date == "" || b.Date == date {
			list = append(list, b)
		}
	}
	return list
}

func (h *house) unplant(date string) {
	h.planted = slices.DeleteFunc(h.planted, func(b planted) bool { return date == "" || b.Date == date })
}
