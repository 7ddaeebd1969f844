package console

import (
	"encoding/json"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/web/static"
)

// static serves the stylesheet, the script and the icon.
func (a *App) static(c *fiber.Ctx) error {
	f, ok := static.Open(c.Path())
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderContentType, f.ContentType)
	c.Set(fiber.HeaderCacheControl, f.CacheControl())
	return c.Send(f.Body)
}

// policyReport is the part of a browser's report that is worth a line.
type policyReport struct {
	Report struct {
		Directive string `json:"effective-directive"`
		Blocked   string `json:"blocked-uri"`
	} `json:"csp-report"`
}

// reportPolicy logs what a browser refused to load. Anybody can post here, so only a directive and a host are kept.
func (a *App) reportPolicy(c *fiber.Ctx) error {
	var r policyReport
	if len(c.Body()) > 16<<10 || json.Unmarshal(c.Body(), &r) != nil {
		return c.SendStatus(fiber.StatusBadRequest)
	}
	blocked := r.Report.Blocked
	if u, err := url.Parse(blocked); err == nil && u.Host != "" {
		blocked = u.Scheme + "://" + u.Host
	}
	a.Log.Warn("content policy refused", "directive", short(r.Report.Directive), "blocked", short(blocked), "request_id", requestID(c))
	return c.SendStatus(fiber.StatusNoContent)
}

func short(s string) string {
	if len(s) > 100 {
		return s[:100]
	}
	return s
}
