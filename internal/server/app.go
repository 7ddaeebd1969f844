// Package server runs the two web servers of the program, the operators' console and the channel API, each on a listener
// of its own: limits, headers, request ids, access log, health, error answers and draining (guarantees.md A8, C4).
// What they serve is registered by the packages console and api.
package server

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"
)

// Options are the settings both servers share. Zero limits stand for those of guarantees.md C4.
type Options struct {
	Log *slog.Logger
	// Secure tells that browsers and clients arrive over TLS, here or at a proxy in front: it turns HSTS on.
	Secure bool
	// TrustedProxies may say on whose behalf they call, in X-Forwarded-For. Nobody else is believed.
	TrustedProxies []netip.Prefix
	// Ready tells what keeps the program from serving; nil error: ready. It must answer within a second or two.
	Ready func(context.Context) error
	// Registry receives the request metrics and, on the console, is shown under /metrics.
	Registry *prometheus.Registry
	// MetricsFrom lists who may read /metrics; empty: this machine only.
	MetricsFrom []netip.Prefix
	// DrainDelay is the time between "not ready" and closing the listener (guarantees.md A8: 5 s).
	DrainDelay time.Duration

	ReadTimeout time.Duration // for a whole request, head and body; 10 s
	IdleTimeout time.Duration // between requests; 60 s
	// WriteTimeout is how long a caller may take over each piece of an answer, a page or some kilobytes of a file; 30 s.
	WriteTimeout time.Duration
	HeaderLimit  int // bytes of a request's head; 16 KiB
	BodyLimit    int // bytes of a request's body; 256 KiB
	// Wide tells of which paths bodies may have WideLimit bytes (guarantees.md C4: consumer finance, 2 MiB); nil: of none.
	Wide      func(path string) bool
	WideLimit int
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	if o.Ready == nil {
		o.Ready = func(context.Context) error { return nil }
	}
	o.ReadTimeout = orDefault(o.ReadTimeout, 10*time.Second)
	o.IdleTimeout = orDefault(o.IdleTimeout, 60*time.Second)
	o.WriteTimeout = orDefault(o.WriteTimeout, 30*time.Second)
	o.HeaderLimit = orDefault(o.HeaderLimit, 16<<10)
	o.BodyLimit = orDefault(o.BodyLimit, 256<<10)
	if len(o.MetricsFrom) == 0 {
		o.MetricsFrom = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	return o
}

func orDefault[T int | time.Duration](value, otherwise T) T {
	if value == 0 {
		return otherwise
	}
	return value
}

// App is one of the two servers.
type App struct {
	// Fiber is the underlying application, for tests that call it without a listener.
	Fiber *fiber.App

	options  Options
	name     string // "console" or "api", for logs and metrics
	csp      string
	draining atomic.Bool
}

// newApp builds a server around an error answer; mount registers what it serves.
func newApp(name, csp string, o Options, answerError fiber.ErrorHandler, mount func(*App)) *App {
	a := &App{options: o.withDefaults(), name: name, csp: csp}
	a.Fiber = fiber.New(fiber.Config{
		AppName:       "signalbox " + name,
		Immutable:     true, // strings outlive the request's buffer (guarantees.md A9)
		CaseSensitive: true,
		// No forwarding header is believed by the framework: realAddress alone reads one, from configured proxies.
		EnableTrustedProxyCheck: true,
		DisableStartupMessage:   true,
		// Nothing here takes multipart forms; a broken one is refused like any other body, after its sender is known.
		DisablePreParseMultipartForm: true,
		ReadTimeout:                  a.options.ReadTimeout,
		IdleTimeout:                  a.options.IdleTimeout,
		ReadBufferSize:               a.options.HeaderLimit,
		BodyLimit:                    a.options.BodyLimit,
		ReduceMemoryUsage:            true, // idle connections hold no buffers (F11)
		ErrorHandler: func(c *fiber.Ctx, err error) error {
			a.logFailure(c, err)
			err = answerError(c, err)
			a.secure(&c.Response().Header)
			return err
		},
	})
	a.wrapHandler()
	a.Fiber.Server().HeaderReceived = a.bodyLimit
	a.Fiber.Use(a.observe(newRequestMetrics(a.options.Registry, name)), recoverPanic)
	a.Fiber.Get("/healthz", a.healthz)
	a.Fiber.Get("/readyz", a.readyz)
	mount(a)
	return a
}

// bodyLimit gives a request the wider limit on the paths that have it, as soon as its head is read.
func (a *App) bodyLimit(h *fasthttp.RequestHeader) (c fasthttp.RequestConfig) {
	if a.options.Wide != nil && a.options.Wide(string(h.RequestURI())) {
		c.MaxRequestBodySize = a.options.WideLimit
	}
	return c
}

// wrapHandler puts a last hand around the whole application: headers on every answer, whoever made it, and a
// designed answer to methods the router does not know.
func (a *App) wrapHandler() {
	inner, fiberServer := a.Fiber.Server().Handler, a.Fiber.Server()
	fiberServer.Handler = func(rc *fasthttp.RequestCtx) {
		a.realAddress(rc)
		if slices.Contains(fiber.DefaultMethods, string(rc.Method())) {
			inner(rc)
		} else {
			c := a.Fiber.AcquireCtx(rc)
			_ = a.Fiber.ErrorHandler(c, fiber.ErrMethodNotAllowed)
			a.Fiber.ReleaseCtx(c)
		}
		a.secure(&rc.Response.Header)
		oneAtATime(rc)
		if a.draining.Load() {
			rc.Response.SetConnectionClose()
		}
	}
}

// Serve answers requests from the listener until Drain; the listener may be a TLS one.
func (a *App) Serve(ln net.Listener) error {
	return a.Fiber.Listener(impatientListener{Listener: ln, patience: a.options.ReadTimeout, answering: a.options.WriteTimeout})
}

// impatientListener gives a fresh connection a deadline for its first byte. With ReduceMemoryUsage the server sets
// none before that byte, so a silent connection would stay for ever (guarantees.md F11). So would one that does not read its
// answers: each piece of them has a deadline as well.
type impatientListener struct {
	net.Listener
	patience, answering time.Duration
}

// Accept waits for a connection and starts its clock.
func (l impatientListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if err := conn.SetReadDeadline(time.Now().Add(l.patience)); err != nil {
		_ = conn.Close() // gone already; the server notices at its first read
	}
	return watch(conn, l.answering), nil
}

// Drain reports "not ready" at once, stops accepting after the drain delay, and waits for running requests
// until ctx ends, which is an error.
func (a *App) Drain(ctx context.Context) error {
	a.draining.Store(true)
	select {
	case <-time.After(a.options.DrainDelay):
	case <-ctx.Done():
	}
	return a.Fiber.ShutdownWithContext(ctx)
}
