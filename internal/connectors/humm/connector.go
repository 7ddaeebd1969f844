// Package humm speaks the consumer finance rail as its client (spec/humm.md): the till's own bytes go up, the signature of each
// answer decides whether it is believed. What the switch itself must say, the undoing of a sale or a refund, it signs with
// the till's key.
package humm

import (
	"context"
	"net/http"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Keys gives the signing keys of till devices.
type Keys interface {
	// DeviceKey gives the key of a device, perhaps as it was a moment ago; apperr.NotFound when there is none.
	DeviceKey(ctx context.Context, merchantID, deviceID string) (string, error)
}

// Config is how to reach the rail.
type Config struct {
	// Config reaches it; BaseURL ends in the version, such as https://pos.example/webapi/v1.
	wire.Config
	// Keys are needed: without them no answer can be believed.
	Keys Keys
	// Options are the rail's own settings.
	Options Options
}

// Options are the settings of the rail that are kept with the provider, as JSON.
type Options struct {
	// Reasks is how often a message without a result is sent again, unchanged, while its till waits; nil: three times, which
	// is the most (guarantees.md I10).
	Reasks *int `json:"reasks,omitempty"`
}

// maxReasks is the most that I10 allows.
const maxReasks = 3

// maxBody bounds an answer, which echoes the till's tracking data (guarantees.md C4), in bytes.
const maxBody = 2 << 20

// Connector is the client of the rail. It is safe for concurrent use.
type Connector struct {
	wire   *wire.Client
	keys   Keys
	reasks int
}

var _ switchcore.Connector = (*Connector)(nil)

// New makes the client; it connects to nothing yet. An error is apperr.Invalid and names no secret.
func New(cfg Config) (*Connector, error) {
	if cfg.Keys == nil {
		return nil, apperr.Errorf(apperr.Invalid, "the consumer finance rail needs the keys of its devices")
	}
	c := &Connector{keys: cfg.Keys, reasks: maxReasks}
	if n := cfg.Options.Reasks; n != nil {
		if *n < 0 || *n > maxReasks {
			return nil, apperr.Errorf(apperr.Invalid, "reasks must be 0 to %d", maxReasks)
		}
		c.reasks = *n
	}
	cfg.MaxBody = maxBody
	w, err := wire.New(cfg.Config)
	c.wire = w
	return c, err
}

// Close gives idle connections back.
func (c *Connector) Close() { c.wire.Close() }

// Send sends the message once; see wire.Client.Send. There are no credentials: the body is signed.
func (c *Connector) Send(ctx context.Context, m switchcore.Message) switchcore.Answer {
	return c.wire.Send(ctx, wire.Exchange{Method: http.MethodPost, Path: m.Path, Body: m.Body, Mask: mask.Humm})
}
