package simulator

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// call is one message of the voucher service on its way through.
type call struct {
	s       *Server
	h       *house
	plan    *stage.Plan
	w       http.ResponseWriter
	r       *http.Request
	account *account
	id      string // of the path, retries only
	body    *bytes.Buffer
}

type route struct {
	method string
	serve  func(*call)
}

// voucherRoutes is the voucher service by path below its base. The two methods
// of /vouchers are told apart by name.
func voucherRoutes() map[string]route {
	request := func(op operation, kind string) route {
		return route{http.MethodPost, func(c *call) { c.serveRequest(op, kind) }}
	}
	about := func(op operation, do action) route {
		return route{http.MethodPost, func(c *call) { c.serveAdvice(op, do) }}
	}
	return map[string]route{
		"vouchers":                  request(provision, "provision"),
		"vouchers/{id}/retry":       request(provision, "retry"),
		"vouchers/confirmations":    about(provision, confirm),
		"vouchers/reversals":        about(provision, reverse),
		"GET vouchers":              {http.MethodGet, (*call).serveLookup},
		"redemptions":               request(redemption, "redeem"),
		"redemptions/confirmations": about(redemption, confirm),
		"redemptions/reversals":     about(redemption, reverse),
		"refunds":                   request(refund, "refund"),
		"refunds/confirmations":     about(refund, confirm),
		"refunds/reversals":         about(refund, reverse),
		"products":                  {http.MethodGet, (*call).serveProducts},
		"testServerAdmin/reset":     {http.MethodPost, (*call).serveReset},
	}
}

// match finds the route of a path; id is the provision a retry names.
func (s *Server) match(method, path string) (rt route, id string, ok bool) {
	path = strings.TrimSuffix(path, "/")
	path = strings.TrimPrefix(path, "suv/v1/")
	if path == "vouchers" && method == http.MethodGet {
		path = "GET vouchers"
	}
	if rest, cut := strings.CutPrefix(path, "vouchers/"); cut {
		if before, last, two := strings.Cut(rest, "/"); two && (last == "retry" || last == "retries") {
			id, path = before, "vouchers/{id}/retry"
		}
	}
	rt, ok = s.routes[path]
	return rt, id, ok
}

// serveService plays one provider's voucher service.
func (s *Server) serveService(w http.ResponseWriter, r *http.Request, h *house, path string) {
	c := &call{s: s, h: h, w: w, r: r, plan: h.control.Plan()}
	if mode, down := c.plan.Down(); down {
		c.serveDown(mode)
		return
	}
	rt, id, ok := s.match(r.Method, path)
	if !ok {
		refuse(http.StatusNotFound, errNotSupported, "no such resource").answer().write(w)
		return
	}
	if r.Method != rt.method {
		refuse(http.StatusMethodNotAllowed, errNotSupported, "method not allowed").answer().write(w)
		return
	}
	c.id = id
	var bad *refusal
	if c.account, bad = h.signIn(r); bad != nil {
		w.Header().Set("WWW-Authenticate", `Basic realm="`+h.profile.ID+`"`)
		bad.answer().write(w)
		return
	}
	c.body = buffers.Get().(*bytes.Buffer)
	defer buffers.Put(c.body)
	if bad = readBody(w, r, c.body); bad != nil {
		bad.answer().write(w)
		return
	}
	c.wire().Work(c.plan.Delay())
	rt.serve(c)
}

func (c *call) serveDown(mode string) {
	if mode == "503" {
		refuse(http.StatusServiceUnavailable, errUpstream, "provider is down").answer().write(c.w)
		return
	}
	c.wire().Reset()
}

func (c *call) serveLookup() {
	f := c.plan.Draw("lookup", false, false)
	c.deliver(f, c.h.lookup(c.account, c.r.URL.Query()), "", "")
}

func (c *call) serveProducts() {
	f := c.plan.Draw("products", false, false)
	c.deliver(f, c.h.products(c.r.URL.Query()), "", "")
}
