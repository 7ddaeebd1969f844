package message

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Received gives what arrived, masked by the rules of its service. Nothing of the result points into the web framework's
// buffers; the caller fills in what the message is. path may be shown.
func Received(c *fiber.Ctx, rules *mask.Rules, path string, start time.Time) switchcore.Inbound {
	body := c.Request().Body() // never decompressed: a compressed body is no JSON
	return switchcore.Inbound{
		Method: strings.Clone(c.Method()), Path: path, Headers: TracedHeaders(c),
		Body: string(rules.Body(body)), SHA256: transactions.Digest(body), Bytes: len(body), Start: start,
	}
}

// maxHeader bounds one traced header value, in bytes.
const maxHeader = 200

// TracedHeaders gives the headers of a message that may be stored, as a JSON object.
func TracedHeaders(c *fiber.Ctx) string {
	w := ObjectWriter{}
	c.Request().Header.VisitAll(func(name, value []byte) {
		if mask.KeepHeader(string(name)) {
			w.Raw(string(name), jsonedit.AppendString(nil, value[:min(len(value), maxHeader)]))
		}
	})
	if out := w.Bytes(); out != nil {
		return string(out)
	}
	return "{}"
}

// Send writes an answer of the switch.
func Send(c *fiber.Ctx, out switchcore.Outbound) error {
	if out.Headers != "" {
		var headers map[string]string
		if err := json.Unmarshal([]byte(out.Headers), &headers); err != nil {
			return err
		}
		for name, value := range headers {
			c.Set(name, value)
		}
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Status(out.Status).Send(out.Body)
}
