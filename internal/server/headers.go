package server

import (
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

const (
	// basePolicy allows a page nothing but its own files (guarantees.md C4); no inline script or style.
	basePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	// ReportPath receives what browsers refused under the console's policy.
	ReportPath = "/csp-report"
)

// secure sets the headers every response carries, errors and files included. Cache-Control is left alone where a
// handler chose one; everything else is not to be stored.
func (a *App) secure(h *fasthttp.ResponseHeader) {
	h.Set(fiber.HeaderContentSecurityPolicy, a.csp)
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderReferrerPolicy, "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if a.options.Secure {
		h.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000; includeSubDomains")
	}
	if len(h.Peek(fiber.HeaderCacheControl)) == 0 {
		h.Set(fiber.HeaderCacheControl, "no-store")
	}
}
