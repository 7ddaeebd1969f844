// Package flash speaks the partner API of Flash, a distributor of prepaid vouchers (spec/providers.md 4). Prepare and Read
// are pure; Send puts one message on the wire. Every write is idempotent by its reference, so an unknown outcome is asked
// about by sending the same bytes again.
package flash

import (
	"context"
	"net/http"
	"strings"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Config is how to reach Flash.
type Config struct {
	// Config reaches it: BaseURL is scheme and host, for the paths of the API bring their own prefix. Its limits, TLS and guard
	// hold for the token address too.
	wire.Config
	// Key gives the API key, ready encoded as Flash issues it, at every fetch of a token. nil: Options.APIKeySecret.
	Key func() string
	// Secret resolves the name of a secret in Options.
	Secret  func(name string) func() string
	Options Options
}

// Connector is the client of one Flash account. It is safe for concurrent use.
type Connector struct {
	options Options
	client  *wire.Client
	tokens  *wire.TokenSource
}

var _ switchcore.Connector = (*Connector)(nil)

// New makes the client of one account; it connects to nothing yet. An error is apperr.Invalid and names no secret.
func New(cfg Config) (*Connector, error) {
	if err := cfg.Options.check(); err != nil {
		return nil, err
	}
	key := cfg.Key
	if name := cfg.Options.APIKeySecret; name != "" && cfg.Secret != nil {
		key = cfg.Secret(name)
	}
	if key == nil {
		return nil, apperr.Errorf(apperr.Invalid, "no API key is configured for Flash")
	}
	client, err := wire.New(cfg.Config)
	if err != nil {
		return nil, err
	}
	address := cfg.Options.TokenURL
	if address == "" {
		address = strings.TrimRight(cfg.BaseURL, "/") + "/token"
	}
	tokens, err := wire.NewTokenSource(wire.TokenConfig{URL: address, Key: key, DialTimeout: cfg.DialTimeout, TLS: cfg.TLS, Guard: cfg.Guard})
	if err != nil {
		client.Close()
		return nil, err
	}
	return &Connector{options: cfg.Options, client: client, tokens: tokens}, nil
}

// Close gives idle connections back.
func (c *Connector) Close() {
	c.client.Close()
	c.tokens.Close()
}

// Send sends the message once (I2). Without a token nothing is sent; a token that Flash refuses is not used again.
func (c *Connector) Send(ctx context.Context, m switchcore.Message) switchcore.Answer {
	token, err := c.tokens.Token(ctx)
	if err != nil {
		return wire.Untokened(err)
	}
	a := c.client.Send(ctx, wire.Exchange{
		Method: m.Method, Path: m.Path, Body: m.Body, Mask: masked, Header: http.Header{"Authorization": {"Bearer " + token}},
	})
	if refusesToken(a) {
		c.tokens.Forget(token)
	}
	return a
}

// refusesToken tells whether an answer is about the token: nothing was done then (4.1).
func refusesToken(a switchcore.Answer) bool {
	if a.Err != nil {
		return false
	}
	r := parse(a.Body)
	defer r.Release()
	code, _ := r.code()
	return a.Status == http.StatusUnauthorized || aboutToken(code)
}
