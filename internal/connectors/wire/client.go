// Package wire exchanges one HTTP message with a provider: at most one leaves per Send, whatever net/http would like to do
// (guarantees.md I2, A9). Every connector sends through it and adds only its own words and its credentials.
package wire

import (
	"crypto/tls"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

const (
	dialTimeout     = 3 * time.Second // guarantees.md A5
	longestExchange = 2 * time.Minute // above provider time-out and late window together
	// idleTimeout is below what servers commonly keep an idle connection for (5 s and more), so that few messages are
	// lost to a connection closed in the same moment.
	idleTimeout  = 4 * time.Second
	idlePerHost  = 64
	maxHeader    = 64 << 10
	maxBody      = 1 << 20 // guarantees.md A5, unless Config says otherwise
	userAgent    = "Signalbox"
	jsonMimeType = "application/json"
)

// Config is how to reach one provider.
type Config struct {
	// BaseURL is scheme, host and path prefix, such as https://hub.example/suv/v1.
	BaseURL string
	// Timeout bounds one exchange whatever the caller's context allows; 0: two minutes. The provider's own time-out is
	// the caller's, who goes on listening for a late answer.
	Timeout time.Duration
	// DialTimeout bounds connecting, TLS included; 0: three seconds.
	DialTimeout time.Duration
	// Connections is how many are kept for the next messages; give the provider's in-flight limit. 0: 64.
	Connections int
	// MaxBody bounds an answer, in bytes; 0: 1 MiB.
	MaxBody int64
	// TLS holds a client certificate or own authorities; nil: the system's. Below TLS 1.2 nothing is spoken, whatever it says.
	TLS *tls.Config
	// Guard judges every address right before it is connected to, names resolved (S7); an error refuses it and nothing is
	// sent. nil: every address is allowed. See PublicOnly.
	Guard func(netip.Addr) error
}

// Client sends messages to one provider. It is safe for concurrent use.
type Client struct {
	limit   int64 // bytes of an answer
	base    string
	timeout time.Duration
	writes  *http.Transport
	// reads has no keep-alive: net/http repeats a GET on a reused connection that dies (guarantees.md A9).
	reads *http.Transport
}

// New makes the client of one provider; it connects to nothing yet. An error is apperr.Invalid and quotes no address.
func New(cfg Config) (*Client, error) {
	base, err := baseOf(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	c := &Client{base: base, timeout: cfg.Timeout, limit: cfg.MaxBody}
	if c.limit <= 0 {
		c.limit = maxBody
	}
	if c.timeout <= 0 {
		c.timeout = longestExchange
	}
	c.writes, c.reads = transport(cfg, true), transport(cfg, false)
	return c, nil
}

// Close gives idle connections back.
func (c *Client) Close() {
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
	kept := cfg.Connections
	if kept <= 0 {
		kept = idlePerHost
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	d := newDialer(cfg)
	return &http.Transport{
		DialContext: d.plain, DialTLSContext: d.tls, Protocols: protocols, ReadBufferSize: readAhead,
		DisableKeepAlives: !keepAlive, DisableCompression: true, MaxIdleConnsPerHost: kept,
		IdleConnTimeout: idleTimeout, MaxResponseHeaderBytes: maxHeader,
	}
}
