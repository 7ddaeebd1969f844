// Package serviceinterface speaks the switch's own voucher interface as a client: whoever is upstream implements the
// server side (spec/providers.md 3). Prepare and Read are pure; Send puts one message on the wire.
package serviceinterface

import (
	"context"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Config is how to reach one provider; BaseURL includes the prefix, such as https://hub.example/suv/v1.
type Config = family.Config

// Options are the settings of one provider, as JSON in the provider's record.
type Options = family.Options

// ParseOptions reads a provider's options; an empty text means the defaults, an unknown key is apperr.Invalid.
func ParseOptions(text string) (Options, error) { return family.ParseOptions(text) }

// Connector is the client of one provider.
type Connector struct{ client *family.Client }

var _ switchcore.Connector = (*Connector)(nil)

// New makes the client of one provider; it connects to nothing yet. An error is apperr.Invalid and names no secret.
func New(cfg Config) (*Connector, error) {
	client, err := family.New(cfg)
	if err != nil {
		return nil, err
	}
	return &Connector{client: client}, nil
}

// Close gives idle connections back.
func (c *Connector) Close() { c.client.Close() }

// Send sends the message once and reads the whole answer (I2).
func (c *Connector) Send(ctx context.Context, m switchcore.Message) switchcore.Answer {
	return c.client.Send(ctx, m, mask.Voucher().Body)
}
