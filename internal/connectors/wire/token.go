package wire

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Why there is no token. Either way nothing was sent to the provider.
var (
	// ErrTokenUnavailable: the token address was not reached, or gave no usable answer. Read it as NOT_SENT.
	ErrTokenUnavailable = errors.New("no access token: the token address gave none")
	// ErrTokenRefused: the token address refused our key. Read it as a decline with an alarm.
	ErrTokenRefused = errors.New("no access token: the key was refused")
)

const (
	tokenTimeout = 10 * time.Second
	tokenMargin  = 300 * time.Second // before its expiry a token is no longer used
	tokenLife    = time.Minute       // of one that does not say how long it lives
	longestLife  = 24 * time.Hour
	refusedFor   = 5 * time.Second // a refused key is not tried again: providers lock keys that keep failing
)

// TokenConfig is where access tokens come from and what they are asked with.
type TokenConfig struct {
	// URL is the whole token address.
	URL string
	// Key gives an API key that is ready to stand behind "Authorization: Basic"; nil: ID and Secret are encoded instead.
	Key func() string
	// ID and Secret give the client's credentials (RFC 6749 2.3.1); asked at every fetch, so that a changed one counts.
	ID, Secret func() string
	Scope      string // empty: not sent
	// Timeout bounds one fetch; 0: ten seconds.
	Timeout, DialTimeout time.Duration
	TLS                  *tls.Config
	Guard                func(netip.Addr) error
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// TokenSource keeps one OAuth2 client-credentials token. However many ask at once, one fetch runs. It is safe for
// concurrent use.
type TokenSource struct {
	cfg    TokenConfig
	client *Client
	path   string
	body   []byte
	flight singleflight.Group

	mu           sync.Mutex
	token        string
	until        time.Time // used up to here
	refusedUntil time.Time
}

// NewTokenSource makes a source; it asks for nothing yet. An error is apperr.Invalid and names no secret.
func NewTokenSource(cfg TokenConfig) (*TokenSource, error) {
	if cfg.Key == nil && (cfg.ID == nil || cfg.Secret == nil) {
		return nil, apperr.Errorf(apperr.Invalid, "a token address needs a key, or an id and a secret")
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = tokenTimeout
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if _, err := baseOf(cfg.URL); err != nil {
		return nil, apperr.Errorf(apperr.Invalid, "the token address must be an http or https address without credentials and query")
	}
	u, _ := url.Parse(cfg.URL) // baseOf has parsed it
	path := u.EscapedPath()
	client, err := New(Config{
		BaseURL: u.Scheme + "://" + u.Host, Timeout: cfg.Timeout, DialTimeout: cfg.DialTimeout,
		Connections: 1, TLS: cfg.TLS, Guard: cfg.Guard,
	})
	if err != nil {
		return nil, err
	}
	form := url.Values{"grant_type": {"client_credentials"}}
	if cfg.Scope != "" {
		form.Set("scope", cfg.Scope)
	}
	return &TokenSource{cfg: cfg, client: client, path: path, body: []byte(form.Encode())}, nil
}

// Close gives idle connections back.
func (t *TokenSource) Close() { t.client.Close() }

// Token gives a token that is good for some time yet. The error is ErrTokenUnavailable or ErrTokenRefused. A fetch goes on
// for those who still wait when one caller's context ends.
func (t *TokenSource) Token(ctx context.Context) (string, error) {
	if token, err := t.kept(); token != "" || err != nil {
		return token, err
	}
	select {
	case r := <-t.flight.DoChan("", func() (any, error) { return t.fetch() }):
		if r.Err != nil {
			return "", r.Err
		}
		return r.Val.(string), nil
	case <-ctx.Done():
		return "", ErrTokenUnavailable
	}
}

// Forget drops a token that the provider refused. Another one, fetched meanwhile, stays.
func (t *TokenSource) Forget(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token == token {
		t.token = ""
	}
}

// kept gives the token in memory, or the refusal that is still fresh.
func (t *TokenSource) kept() (string, error) {
	now := t.cfg.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.token != "" && now.Before(t.until):
		return t.token, nil
	case now.Before(t.refusedUntil):
		return "", ErrTokenRefused
	}
	return "", nil
}

// fetch asks the token address, unless the flight before brought one while this caller was on its way.
func (t *TokenSource) fetch() (string, error) {
	if token, err := t.kept(); token != "" || err != nil {
		return token, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), t.cfg.Timeout)
	defer cancel()
	began := t.cfg.Now()
	a := t.client.Send(ctx, Exchange{
		Method: http.MethodPost, Path: t.path, Body: t.body, ContentType: "application/x-www-form-urlencoded",
		Header: http.Header{"Authorization": {"Basic " + t.key()}},
	})
	token, life, err := grantOf(a)
	t.mu.Lock()
	defer t.mu.Unlock()
	if errors.Is(err, ErrTokenRefused) {
		t.refusedUntil = t.cfg.Now().Add(refusedFor)
	}
	if err != nil {
		return "", err
	}
	t.token, t.until = token, began.Add(usable(life))
	return token, nil
}

func (t *TokenSource) key() string {
	if t.cfg.Key != nil {
		return t.cfg.Key()
	}
	// RFC 6749 2.3.1: both are form-encoded before they are joined
	return base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(t.cfg.ID()) + ":" + url.QueryEscape(t.cfg.Secret())))
}

// usable is how long a token with a given lifetime is used: up to five minutes before its end, a short one for half of it.
func usable(life time.Duration) time.Duration { return max(life-tokenMargin, life/2, 0) }

// Untokened is the answer of an exchange that was not begun because there is no token.
func Untokened(err error) switchcore.Answer { return switchcore.Answer{Err: err} }

// bearer tells whether a text can stand in an Authorization header as it is.
func bearer(token string) bool {
	const longest = 8 << 10
	return token != "" && len(token) <= longest && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}
