package stage

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync/atomic"
)

// Control is the control side of one provider: it holds the faults, delays and outages asked for.
// The zero value is not usable; see NewControl.
type Control struct {
	plan   atomic.Pointer[Plan]
	faults Catalogue
	kinds  []string
}

// NewControl makes a control side that knows the given faults, and whose script steps may name the given kinds of
// messages ("any" and "advice" are always known).
func NewControl(faults Catalogue, kinds ...string) *Control {
	return &Control{faults: faults, kinds: append([]string{"", "any", "advice"}, kinds...)}
}

// Plan is what to do at present; nil, which every method of Plan accepts, is good behaviour. A message
// takes it once and keeps it to its end.
func (c *Control) Plan() *Plan { return c.plan.Load() }

// Parse reads a fault of this provider.
func (c *Control) Parse(text string) (Fault, error) { return c.faults.Parse(text) }

// ServeHTTP answers GET, PUT and DELETE of /control/{provider}.
func (c *Control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
	case http.MethodDelete:
		c.plan.Store(nil)
	case http.MethodPut:
		var set Settings
		dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, MaxBody))
		dec.DisallowUnknownFields()
		err := dec.Decode(&set)
		var p *Plan
		if err == nil {
			p, err = c.newPlan(set)
		}
		if err != nil {
			Problem(w, http.StatusBadRequest, err.Error())
			return
		}
		c.plan.Store(p)
	default:
		Problem(w, http.StatusMethodNotAllowed, "use GET, PUT or DELETE")
		return
	}
	WriteJSON(w, http.StatusOK, c.Plan().current())
}

func (c *Control) knows(kind string) bool { return slices.Contains(c.kinds, kind) }
