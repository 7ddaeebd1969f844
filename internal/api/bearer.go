package api

import (
	"crypto/rand"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// TokenLife is how long an access token lives unless set otherwise.
const TokenLife = 15 * time.Minute

// Keys gives keys that other nodes with the same master key get too; internal/seal's Vault is the real one.
type Keys interface {
	Derive(purpose string) []byte
}

// tokens signs and reads access tokens. They are kept nowhere: what ends one early is that the version of its client's
// credentials has moved on, which is looked up at every call.
type tokens struct {
	key    []byte
	life   time.Duration
	parser *jwt.Parser
}

// claims are what a token says. The user stands where a Basic user would.
type claims struct {
	jwt.RegisteredClaims
	Credential int64 `json:"ver"`
	// App is the client that asked on behalf of another one's user, with the version of its credentials.
	App           string `json:"app,omitempty"`
	AppCredential int64  `json:"appver,omitempty"`
}

const (
	tokenIssuer   = "signalbox"
	tokenAudience = "signalbox channel api"
)

// IssueTokens turns access tokens on; call it before anything is served. life 0: fifteen minutes.
func (a *Auth) IssueTokens(keys Keys, life time.Duration) error {
	if life == 0 {
		life = TokenLife
	}
	if life < time.Minute || life > 24*time.Hour {
		return apperr.Errorf(apperr.Invalid, "the lifetime of access tokens must be between 1m and 24h")
	}
	a.tokens = &tokens{
		key: keys.Derive("access tokens"), life: life,
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithIssuer(tokenIssuer), jwt.WithAudience(tokenAudience),
			jwt.WithExpirationRequired(), jwt.WithStrictDecoding(), jwt.WithTimeFunc(func() time.Time { return a.now() }),
		),
	}
	return nil
}

// sign makes a token for a user, asked for by an app; the two may be the same client.
func (t *tokens) sign(user, app Account, now time.Time) (string, error) {
	c := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: tokenIssuer, Subject: user.Client.ID, Audience: jwt.ClaimStrings{tokenAudience}, ID: rand.Text(),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(t.life)),
		},
		Credential: user.Credential,
	}
	if app.Client.ID != user.Client.ID {
		c.App, c.AppCredential = app.Client.ID, app.Credential
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, &c).SignedString(t.key)
}

// read checks a token's signature and time. genuine tells that the signature is ours, whatever else is wrong.
func (t *tokens) read(token string) (c *claims, genuine bool, err error) {
	c = &claims{}
	_, err = t.parser.ParseWithClaims(token, c, func(*jwt.Token) (any, error) { return t.key, nil })
	return c, err == nil || errors.Is(err, jwt.ErrTokenExpired), err
}

// bearer finds the client behind an access token. One of ours that is merely too old costs the address nothing: every till
// meets that; a forged one does.
func (a *Auth) bearer(token, source string) (identity, error) {
	c, genuine, err := a.tokens.read(token)
	switch {
	case err != nil && genuine:
		return identity{}, a.refused(reasonStale, c.Subject, source, badToken())
	case err != nil:
		return identity{}, a.slowed(reasonToken, "", source, badToken())
	}
	who, err := a.holder(c.Subject, c.Credential)
	if err == nil && c.App != "" {
		_, err = a.holder(c.App, c.AppCredential)
	}
	if errors.Is(err, errRevoked) {
		return identity{}, a.refused(reasonStale, c.Subject, source, badToken())
	}
	return who, err
}

var errRevoked = errors.New("the credentials behind the token have changed")

// holder gives the client of a token while its credentials are those that the token was given for.
func (a *Auth) holder(id string, credential int64) (identity, error) {
	e, err := a.accounts.find(id)
	switch {
	case notFound(err):
		return identity{}, errRevoked
	case err != nil:
		return identity{}, unreachable()
	}
	account := e.current()
	if !account.Enabled || account.Credential != credential {
		return identity{}, errRevoked
	}
	return identity{entry: e, account: account, by: byToken}, nil
}
