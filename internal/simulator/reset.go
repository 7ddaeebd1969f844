package simulator

import (
	"encoding/json"
	"net/http"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// resetOrder must say TRUE twice before anything is forgotten.
type resetOrder struct {
	UserDataWillBeLost string `json:"userDataWillBeLost"`
	ResetUserData      string `json:"resetUserData"`
}

func (o resetOrder) given() bool {
	return o.UserDataWillBeLost == "TRUE" && o.ResetUserData == "TRUE"
}

// serveReset restarts the books of the caller at this provider.
func (c *call) serveReset() {
	var order resetOrder
	if err := json.Unmarshal(c.body.Bytes(), &order); err != nil || !order.given() {
		badFormat(formatError{Msg: "userDataWillBeLost and resetUserData must be TRUE"}).answer().write(c.w)
		return
	}
	if !c.h.reset(c.account) {
		refuse(http.StatusBadRequest, errNotFound, "user has no data").answer().write(c.w)
		return
	}
	stage.WriteJSON(c.w, http.StatusOK, map[string]string{"outcome": "books of the user restarted"})
}

func (h *house) reset(a *account) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(a.records)+len(a.tombstones)+len(a.strays) == 0 {
		return false
	}
	h.record(&event{Kind: "reset", User: a.name})
	return true
}

// serveResetEverywhere restarts the caller's books at every provider that knows
// the caller by this password.
func (s *Server) serveResetEverywhere(w http.ResponseWriter, r *http.Request) {
	var order resetOrder
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, stage.MaxBody)).Decode(&order)
	if err != nil || !order.given() {
		badFormat(formatError{Msg: "userDataWillBeLost and resetUserData must be TRUE"}).answer().write(w)
		return
	}
	name, password, _ := r.BasicAuth()
	known, done := false, false
	for _, h := range s.houses {
		h.mu.Lock()
		a := h.accounts[name]
		h.mu.Unlock()
		if a != nil && a.knows(password) {
			known = true
			done = h.reset(a) || done
		}
	}
	switch {
	case !known:
		w.Header().Set("WWW-Authenticate", `Basic realm="simulator"`)
		refuse(http.StatusUnauthorized, errAuthentication, "credentials unknown").answer().write(w)
	case !done:
		refuse(http.StatusBadRequest, errNotFound, "user has no data").answer().write(w)
	default:
		stage.WriteJSON(w, http.StatusOK, map[string]string{"outcome": "books of the user restarted"})
	}
}
