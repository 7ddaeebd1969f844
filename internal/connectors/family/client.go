package family

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Config is how to reach one provider.
type Config struct {
	// Config reaches it: BaseURL is scheme, host and path prefix, such as https://hub.example/suv/v1; without TLS, the files of
	// Options count, else the system's.
	wire.Config
	// User is our institution id at the provider and the name we sign in with.
	User string
	// Password gives the secret at every send, so that a changed one needs no restart; a function never prints it.
	Password func() string
	// Options are the provider's own settings.
	Options Options
	// Secret resolves the names of secrets in Options; needed with OAuth2 only.
	Secret func(name string) func() string
}

// Client signs in and sends to one provider. It is safe for concurrent use.
type Client struct {
	wire     *wire.Client
	user     string
	password func() string
	tokens   *wire.TokenSource // nil: Basic
	ownIDs   bool
}

// New makes the client of one provider; it connects to nothing yet. An error is apperr.Invalid and names no secret.
func New(cfg Config) (*Client, error) {
	if cfg.User == "" || strings.Contains(cfg.User, ":") {
		return nil, apperr.Errorf(apperr.Invalid, "the user name at a provider must be given and hold no colon")
	}
	if cfg.Password == nil && cfg.Options.Auth != authOAuth2 {
		return nil, apperr.Errorf(apperr.Invalid, "no password is configured for user %s", cfg.User)
	}
	if err := cfg.Options.check(); err != nil {
		return nil, err
	}
	if cfg.TLS == nil {
		files, err := cfg.Options.files().TLS()
		if err != nil {
			return nil, err
		}
		cfg.TLS = files
	}
	w, err := wire.New(cfg.Config)
	if err != nil {
		return nil, err
	}
	c := &Client{wire: w, user: cfg.User, password: cfg.Password, ownIDs: cfg.Options.NewUpstreamIDs.on()}
	if cfg.Options.Auth == authOAuth2 {
		c.tokens, err = tokens(cfg)
	}
	return c, err
}

// Close gives idle connections back.
func (c *Client) Close() {
	c.wire.Close()
	if c.tokens != nil {
		c.tokens.Close()
	}
}

// Send sends the message once and reads the whole answer (I2); see wire.Client.Send. mask gives the form of the answer
// that may be stored. Without a token nothing is sent. A token that the provider refuses is forgotten, so that the next
// message goes out with a fresh one: this one is not repeated (I10).
func (c *Client) Send(ctx context.Context, m switchcore.Message, mask func([]byte) []byte) switchcore.Answer {
	start := time.Now()
	authorization, token, err := c.authorization(ctx, m.User)
	if err != nil {
		return switchcore.Answer{Err: err, Latency: time.Since(start)}
	}
	answer := c.wire.Send(ctx, wire.Exchange{
		Method: m.Method, Path: m.Path, Body: m.Body, Header: http.Header{"Authorization": {authorization}}, Mask: mask,
	})
	if token != "" && answer.Status == http.StatusUnauthorized {
		c.tokens.Forget(token)
	}
	answer.Latency = time.Since(start)
	return answer
}

// authorization gives the header to sign in with, and the token in it.
func (c *Client) authorization(ctx context.Context, user string) (header, token string, err error) {
	if c.tokens != nil {
		token, err = c.tokens.Token(ctx)
		return "Bearer " + token, token, err
	}
	if user == "" {
		user = c.user
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+c.password())), "", nil
}
