// Package blu speaks Blue Label's trade API for its variable voucher, Blu Voucher (spec/providers.md 7): sell, look up and
// redeem. The API has no confirmation, and neither a reversal nor a question by request is public, so that an unknown sale
// is left to people and the provider's file. Prepare and Read are pure; Send puts one message on the wire.
package blu

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Config is how to reach the trade API.
type Config struct {
	// Config reaches it; BaseURL is scheme, host and prefix, such as https://trade.example/v2/trade.
	wire.Config
	// SellKey and RedeemKey give the API keys, asked at every send; a nil one is named in Options. One of them is enough for
	// an account that does only the one thing; it then serves for everything.
	SellKey   func() string
	RedeemKey func() string
	// Password is that of Options.User; nil: the secret that Options names.
	Password func() string
	// Secret resolves the name of a secret in Options.
	Secret  func(name string) func() string
	Options Options
}

// Connector is the client of one account. It is safe for concurrent use.
type Connector struct {
	options   Options
	sellKey   func() string
	redeemKey func() string
	password  func() string
	client    *wire.Client
}

var _ switchcore.Connector = (*Connector)(nil)

// New makes the client of one account; it connects to nothing yet. An error is apperr.Invalid and names no secret.
func New(cfg Config) (*Connector, error) {
	if err := cfg.Options.check(); err != nil {
		return nil, err
	}
	named := func(given func() string, name string) func() string {
		if name != "" && cfg.Secret != nil {
			return cfg.Secret(name)
		}
		return given
	}
	c := &Connector{
		options: cfg.Options, sellKey: named(cfg.SellKey, cfg.Options.SellKeySecret),
		redeemKey: named(cfg.RedeemKey, cfg.Options.RedeemKeySecret), password: named(cfg.Password, cfg.Options.PasswordSecret),
	}
	switch {
	case c.sellKey == nil && c.redeemKey == nil:
		return nil, apperr.Errorf(apperr.Invalid, "no API key is configured for Blu Voucher")
	case c.sellKey == nil:
		c.sellKey = c.redeemKey
	case c.redeemKey == nil:
		c.redeemKey = c.sellKey
	}
	if cfg.Options.User != "" && c.password == nil {
		return nil, apperr.Errorf(apperr.Invalid, "no password is configured for the Blu Voucher user")
	}
	client, err := wire.New(cfg.Config)
	if err != nil {
		return nil, err
	}
	c.client = client
	return c, nil
}

// Close gives idle connections back.
func (c *Connector) Close() { c.client.Close() }

// Send sends the message once (I2). The query of a look-up travels as the body of its message: bodies are kept sealed,
// addresses are not, and the query holds the code.
func (c *Connector) Send(ctx context.Context, m switchcore.Message) switchcore.Answer {
	x := wire.Exchange{Method: m.Method, Path: m.Path, Body: m.Body, Mask: masked, Header: c.credentials(m)}
	if asks(m) {
		x.Path, x.Body = m.Path+"?"+string(m.Body), nil
	}
	return c.client.Send(ctx, x)
}

// credentials signs a message in: redeeming and looking up have a key of their own.
func (c *Connector) credentials(m switchcore.Message) http.Header {
	key := c.sellKey
	if asks(m) || m.Path == pathRedemptions {
		key = c.redeemKey
	}
	h := http.Header{"Apikey": {key()}, "Trade-Vend-Channel": {c.options.channel()}}
	if c.options.User != "" {
		h["Authorization"] = []string{"Basic " + base64.StdEncoding.EncodeToString([]byte(c.options.User+":"+c.password()))}
	}
	return h
}
