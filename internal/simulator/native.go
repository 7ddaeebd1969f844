package simulator

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/blu"
	"github.com/signalboxhq/signalbox/internal/simulator/flash"
	"github.com/signalboxhq/signalbox/internal/simulator/ott"
	"github.com/signalboxhq/signalbox/internal/simulator/stage"
	"github.com/signalboxhq/signalbox/internal/simulator/yoyo"
)

// native is the API of a provider's own, played below {provider}/native with
// books of its own. Its lines stand in the provider's books and statements
// beside those of the voucher service.
type native interface {
	http.Handler
	stage.Source
	Open(path string, v *stage.Vault) error
	Close() error
	Reset()
}

// natives are the providers that have one.
func natives() map[string]func(stage.Config) native {
	return map[string]func(stage.Config) native{
		"flash": func(c stage.Config) native { return flash.New(c) },
		"ott":   func(c stage.Config) native { return ott.New(c) },
		"yoyo":  func(c stage.Config) native { return yoyo.New(c) },
		"blu":   func(c stage.Config) native { return blu.New(c) },
	}
}

// nativeBases are the base addresses of the native interfaces.
func nativeBases() [][2]string {
	return [][2]string{
		{"/flash/native", "Flash: token and aggregation/4.0 below it; any API key"},
		{"/ott/native", "OTT: api/reseller/v1 and api/v1 below it; any Basic user, API key " + ott.SandboxKey},
		{"/yoyo/native/cvs-issuer/rest", "Yoyo issuing; any apiId and apiPassword"},
		{"/yoyo/native/wigroup-transactionengine/pos-providers", "Yoyo redeeming; any id with the SHA-1 of its password"},
		{"/blu/native/v2/trade", "Blu Voucher; any apikey of eight characters, one for selling, another for redeeming"},
	}
}

// sources are all the books of the provider.
func (h *house) sources() []stage.Source {
	if h.native == nil {
		return []stage.Source{h}
	}
	return []stage.Source{h, h.native}
}

// serveNative plays the provider's own API. The sandbox reset beside it
// restarts the books of that API, whoever filled them: they belong to one
// caller, the switch.
func (h *house) serveNative(w http.ResponseWriter, r *http.Request, path string) {
	if strings.TrimSuffix(path, "/") != "testServerAdmin/reset" {
		below := r.Clone(r.Context())
		below.URL.Path, below.URL.RawPath = "/"+path, ""
		h.native.ServeHTTP(w, below)
		return
	}
	var order resetOrder
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, stage.MaxBody)).Decode(&order)
	if r.Method != http.MethodPost || err != nil || !order.given() {
		stage.Problem(w, http.StatusBadRequest, "POST userDataWillBeLost and resetUserData, both TRUE")
		return
	}
	h.native.Reset()
	stage.WriteJSON(w, http.StatusOK, map[string]string{"outcome": "books of the native interface restarted"})
}
