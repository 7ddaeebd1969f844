package server

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// requestMetrics count and time the answers of one server.
type requestMetrics struct {
	total    *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newRequestMetrics(r *prometheus.Registry, server string) requestMetrics {
	labels := prometheus.Labels{"server": server}
	m := requestMetrics{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "signalbox_http_requests_total", Help: "Answered requests.", ConstLabels: labels,
		}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "signalbox_http_request_seconds", Help: "Time to answer.", ConstLabels: labels,
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"route"}),
	}
	r.MustRegister(m.total, m.duration)
	return m
}

// observe gives each request its id, then counts and logs the answer. Routes are logged as registered, never as
// called: a path can hold the token of a link, a query can hold anything.
func (a *App) observe(m requestMetrics) fiber.Handler {
	return func(c *fiber.Ctx) error {
		began := time.Now()
		id := newRequestID()
		c.Set(fiber.HeaderXRequestID, id)
		first := c.Route()
		if err := c.Next(); err != nil {
			if err := c.App().ErrorHandler(c, err); err != nil {
				_ = c.SendStatus(fiber.StatusInternalServerError)
			}
		}
		route := c.Route().Path
		if c.Route() == first || route == "/" && c.Path() != "/" {
			route = "unmatched"
		}
		took, status := time.Since(began), c.Response().StatusCode()
		m.total.WithLabelValues(c.Method(), route, strconv.Itoa(status)).Inc()
		m.duration.WithLabelValues(route).Observe(took.Seconds())
		level := slog.LevelInfo
		if route == "/healthz" || route == "/readyz" || route == "/metrics" {
			level = slog.LevelDebug
		}
		a.options.Log.Log(c.UserContext(), level, "request", "server", a.name, "method", c.Method(), "route", route,
			"status", status, "ms", float64(took.Microseconds())/1000, "bytes", len(c.Response().Body()), "from", c.IP(), "request_id", id)
		return nil
	}
}

func newRequestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	return "rq-" + hex.EncodeToString(b[:])
}

// requestID is the id observe gave; the header is where handlers read it too.
func requestID(c *fiber.Ctx) string { return c.GetRespHeader(fiber.HeaderXRequestID) }

// panicError is a panic turned into an error. It keeps no value: a panic may carry what must not be logged.
type panicError struct {
	what  string
	stack []byte
}

func (e *panicError) Error() string { return e.what }

func recoverPanic(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &panicError{what: apperr.Panicked(r), stack: debug.Stack()}
		}
	}()
	return c.Next()
}

// logFailure writes down in full what the caller will only see as "internal".
func (a *App) logFailure(c *fiber.Ctx, err error) {
	var known *fiber.Error
	if errors.As(err, &known) && known.Code < fiber.StatusInternalServerError {
		return
	}
	if code := apperr.CodeOf(err); code != apperr.Internal && code != apperr.Unavailable {
		return
	}
	attrs := []any{"server", a.name, "request_id", requestID(c), "error", err}
	var pe *panicError
	if errors.As(err, &pe) {
		attrs = append(attrs, "stack", string(pe.stack))
	}
	a.options.Log.Error("request failed", attrs...)
}
