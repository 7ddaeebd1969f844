package server

import (
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// healthz tells that the process answers.
func (a *App) healthz(c *fiber.Ctx) error { return c.SendString("ok\n") }

// readyz tells whether new work should be sent here. The reason for "no" is in the log only.
func (a *App) readyz(c *fiber.Ctx) error {
	if a.draining.Load() {
		return c.Status(fiber.StatusServiceUnavailable).SendString("draining\n")
	}
	if err := a.options.Ready(c.UserContext()); err != nil {
		a.options.Log.Warn("not ready", "server", a.name, "error", err)
		return c.Status(fiber.StatusServiceUnavailable).SendString("not ready\n")
	}
	return c.SendString("ready\n")
}

// metrics shows the registry to listed addresses. A forwarded request from a proxy nobody configured is refused even
// when the proxy runs on this machine.
func (a *App) metrics() fiber.Handler {
	show := adaptor.HTTPHandler(promhttp.HandlerFor(a.options.Registry, promhttp.HandlerOpts{}))
	return func(c *fiber.Ctx) error {
		forwarded := c.Get(fiber.HeaderXForwardedFor) != "" || c.Get(fiber.HeaderForwarded) != ""
		unconfigured := forwarded && len(a.options.TrustedProxies) == 0
		if unconfigured || !within(c.Context().RemoteIP(), a.options.MetricsFrom) {
			return fiber.ErrNotFound
		}
		return show(c)
	}
}
