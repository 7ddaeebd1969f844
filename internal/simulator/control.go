package simulator

import (
	"encoding/json"
	"net/http"
)

// settings is the body of PUT /control/{provider}. It holds until it is changed
// and is not journalled: a restarted simulator behaves well.
type settings struct {
	Down     bool               `json:"down"`
	DownMode string             `json:"down_mode,omitempty"` // reset (default) or 503
	Delay    *delay             `json:"delay,omitempty"`
	Faults   map[string]float64 `json:"faults,omitempty"` // fault -> share of messages, advice-<fault> for advices
	Script   []step             `json:"script,omitempty"` // used up in order before faults are drawn
	Seed     uint64             `json:"seed,omitempty"`   // makes the draws repeatable
}

// delay is fixed, or log-normal when a median is given.
type delay struct {
	MS       float64 `json:"ms,omitempty"`
	MedianMS float64 `json:"median_ms,omitempty"`
	Sigma    float64 `json:"sigma,omitempty"`
}

// step is one scripted fault: after Skip messages of the kind On, the next
// Times of them (default 1) show Fault.
type step struct {
	On    string `json:"on,omitempty"` // provision, retry, redeem, refund, confirm, reverse, advice, lookup, products; default any
	Fault string `json:"fault"`
	Skip  int    `json:"skip,omitempty"`
	Times int    `json:"times,omitempty"`
}

// current is a copy of the settings as they stand, used-up script steps
// included with no times left.
func (c *control) current() settings {
	p := c.plan.Load()
	if p == nil {
		return settings{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.set
	out.Script = append([]step(nil), p.set.Script...)
	return out
}

func (s *Server) serveControl(w http.ResponseWriter, r *http.Request, h *house) {
	switch r.Method {
	case http.MethodGet:
	case http.MethodDelete:
		h.control.plan.Store(nil)
	case http.MethodPut:
		var set settings
		dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		dec.DisallowUnknownFields()
		err := dec.Decode(&set)
		var p *plan
		if err == nil {
			p, err = newPlan(set)
		}
		if err != nil {
			writeProblem(w, http.StatusBadRequest, err.Error())
			return
		}
		h.control.plan.Store(p)
	default:
		writeProblem(w, http.StatusMethodNotAllowed, "use GET, PUT or DELETE")
		return
	}
	writeJSON(w, http.StatusOK, h.control.current())
}

// writeProblem answers a failed call of the control side.
func writeProblem(w http.ResponseWriter, status int, text string) {
	writeJSON(w, status, map[string]string{"error": text})
}
