// Package serviceinterface speaks the switch's own voucher interface as a client: whoever is upstream implements the
// server side (spec/providers.md 3). Prepare and Read are pure; Send puts one message on the wire.
package serviceinterface

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

const (
	dialTimeout     = 3 * time.Second // guarantees.md A5
	longestExchange = 2 * time.Minute // above provider time-out and late window together
	// idleTimeout is below what servers commonly keep an idle connection for (5 s and more), so that few messages are
	// lost to a connection closed in the same moment.
	idleTimeout  = 4 * time.Second
	idlePerHost  = 64
	maxHeader    = 64 << 10
	maxBody      = 1 << 20 // guarantees.md A5
	switchsName  = "Signalbox"
	userAgent    = "Signalbox"
	jsonMimeType = "application/json"
)

// Config is how to reach one provider.
type Config struct {
	// BaseURL is scheme, host and path prefix, such as https://hub.example/suv/v1.
	BaseURL string
	// User is our institution id at the provider and the name we sign in with.
	User string
	// Password gives the secret at every send, so that a changed one needs no restart; a function never prints it.
	Password func() string
	// Timeout bounds one exchange whatever the caller's context allows; 0: two minutes. The provider's own time-out is
	// the caller's, who goes on listening for a late answer.
	Timeout time.Duration
	// DialTimeout bounds connecting, TLS included; 0: three seconds.
	DialTimeout time.Duration
	// Connections is how many are kept for the next messages; give the provider's in-flight limit. 0: 64.
	Connections int
	// TLS holds a client certificate or own authorities; nil: the system's.
	TLS *tls.Config
}

// Connector is the client of one provider.
type Connector struct {
	base     string
	user     string
	password func() string
	timeout  time.Duration
	writes   *http.Transport
	// reads has no keep-alive: net/http repeats a GET on a reused connection that dies (guarantees.md A9).
	reads *http.Transport
}

var _ switchcore.Connector = (*Connector)(nil)

// New makes the client of one provider; it connects to nothing yet. An error is apperr.Invalid and names no secret.
func New(cfg Config) (*Connector, error) {
	base, err := baseOf(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	if cfg.User == "" || strings.Contains(cfg.User, ":") {
		return nil, apperr.Errorf(apperr.Invalid, "the user name at a provider must be given and hold no colon")
	}
	if cfg.Password == nil {
		return nil, apperr.Errorf(apperr.Invalid, "no password is configured for user %s", cfg.User)
	}
	c := &Connector{base: base, user: cfg.User, password: cfg.Password, timeout: cfg.Timeout}
	if c.timeout <= 0 {
		c.timeout = longestExchange
	}
	c.writes, c.reads = transport(cfg, true), transport(cfg, false)
	return c, nil
}

// Close gives idle connections back.
func (c *Connector) Close() {
	c.writes.CloseIdleConnections()
	c.reads.CloseIdleConnections()
}

// baseOf checks the address; it is never quoted in an error, should somebody have put a password into it.
func baseOf(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return "", apperr.Errorf(apperr.Invalid, "a provider's base address must be an http or https address")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", apperr.Errorf(apperr.Invalid, "a provider's base address may hold no credentials, query or fragment")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// transport speaks HTTP/1.1 only, ignores proxies of the environment and leaves bodies as sent: nothing between the
// connector and the wire may repeat, redirect or rewrite.
func transport(cfg Config, keepAlive bool) *http.Transport {
	limit := cfg.DialTimeout
	if limit <= 0 {
		limit = dialTimeout
	}
	kept := cfg.Connections
	if kept <= 0 {
		kept = idlePerHost
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	secure := &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg.TLS != nil {
		if secure = cfg.TLS.Clone(); secure.MinVersion < tls.VersionTLS12 {
			secure.MinVersion = tls.VersionTLS12
		}
	}
	d := &dialer{limit: limit, secure: secure}
	return &http.Transport{
		DialContext: d.plain, DialTLSContext: d.tls, Protocols: protocols, ReadBufferSize: readAhead,
		DisableKeepAlives: !keepAlive, DisableCompression: true, MaxIdleConnsPerHost: kept,
		IdleConnTimeout: idleTimeout, MaxResponseHeaderBytes: maxHeader,
	}
}
