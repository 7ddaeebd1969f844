package api

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

var errTest = errors.New("the record is away")

type testKeys struct{ other bool }

func (k testKeys) Derive(purpose string) []byte {
	if k.other {
		purpose = "other " + purpose
	}
	return []byte("a key of thirty-two bytes for " + purpose)
}

// tokenHouse is a fixture that gives tokens out over HTTP.
type tokenHouse struct {
	*fixture
	app *fiber.App
}

func newTokenHouse(t *testing.T) *tokenHouse {
	t.Helper()
	f := newFixture(t, false)
	require.NoError(t, f.IssueTokens(testKeys{}, 0))
	f.add(t, "shop", "sec ret%3A")
	f.add(t, "hub", "hubsecret")
	h := &tokenHouse{f, fiber.New(fiber.Config{Immutable: true})}
	f.MountToken(h.app)
	return h
}

type tokenAnswer struct {
	status int
	header http.Header
	body   string
	token  string
}

func (h *tokenHouse) ask(t *testing.T, authorization, form string) tokenAnswer {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, TokenPath, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return h.send(t, r)
}

func (h *tokenHouse) send(t *testing.T, r *http.Request) tokenAnswer {
	t.Helper()
	res, err := h.app.Test(r, -1)
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, "no-store", res.Header.Get("Cache-Control"))
	require.Equal(t, "no-cache", res.Header.Get("Pragma"))
	require.Equal(t, "application/json", res.Header.Get("Content-Type"))
	a := tokenAnswer{status: res.StatusCode, header: res.Header, body: string(body)}
	var grant struct {
		Token string `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal(body, &grant))
	a.token = grant.Token
	return a
}

func (h *tokenHouse) bearer(t *testing.T, token string) (string, *Error) {
	t.Helper()
	client, err := h.Authenticate(Caller{Authorization: "Bearer " + token, Source: "10.0.0.1"})
	if err == nil {
		return client.ID, nil
	}
	var refused *Error
	require.ErrorAs(t, err, &refused)
	return "", refused
}

func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

func TestGrants(t *testing.T) {
	t.Parallel()
	rfc := "Basic " + base64.StdEncoding.EncodeToString([]byte("shop:sec+ret%253A"))
	for name, tc := range map[string]struct {
		authorization, form, user string
	}{
		"client credentials in the body":           {"", form("grant_type", "client_credentials", "client_id", "shop", "client_secret", "sec ret%3A"), "shop"},
		"client credentials in the header":         {header("shop", "sec ret%3A"), form("grant_type", "client_credentials"), "shop"},
		"header encoded as the standard wants":     {rfc, form("grant_type", "client_credentials"), "shop"},
		"header and the same id":                   {header("hub", "hubsecret"), form("grant_type", "client_credentials", "client_id", "hub"), "hub"},
		"unknown parameters are passed over":       {header("hub", "hubsecret"), form("grant_type", "client_credentials", "audience", "x"), "hub"},
		"password, the same institution":           {"", form("grant_type", "password", "username", "shop", "password", "sec ret%3A", "client_id", "shop", "client_secret", "sec ret%3A"), "shop"},
		"password, on behalf of":                   {"", form("grant_type", "password", "username", "shop", "password", "sec ret%3A", "client_id", "hub", "client_secret", "hubsecret"), "shop"},
		"password, the hub's secret in the header": {header("hub", "hubsecret"), form("grant_type", "password", "username", "shop", "password", "sec ret%3A"), "shop"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newTokenHouse(t)
			h.store.set("shop", func(a *Account) { a.InFlight = 1 })
			a := h.ask(t, tc.authorization, tc.form)
			require.Equal(t, 200, a.status, a.body)
			require.JSONEq(t, `{"access_token":"`+a.token+`","token_type":"Bearer","expires_in":900}`, a.body)
			user, refused := h.bearer(t, a.token)
			require.Nil(t, refused)
			require.Equal(t, tc.user, user)
			require.NotEqual(t, a.token, h.ask(t, tc.authorization, tc.form).token, "each has an id of its own")
		})
	}
	h := newTokenHouse(t)
	scoped := h.ask(t, "", form("grant_type", "client_credentials", "client_id", "hub", "client_secret", "hubsecret", "scope", "everything"))
	require.Contains(t, scoped.body, `"scope":"api"`)
}

func TestGrantsRefused(t *testing.T) {
	t.Parallel()
	const (
		invalidClient = `{"error":"invalid_client","error_description":"credentials are wrong"}`
		missing       = `{"error":"invalid_client","error_description":"credentials are missing"}`
		invalidGrant  = `{"error":"invalid_grant","error_description":"credentials are wrong"}`
		twice         = `{"error":"invalid_request","error_description":"a parameter is given twice"}`
		notEntitled   = `{"error":"unauthorized_client","error_description":"this client may not use access tokens"}`
		noUser        = `{"error":"invalid_request","error_description":"username and password are required"}`
	)
	nothing := func(*Account) {}
	for name, tc := range map[string]struct {
		set                 func(*Account) // of the hub
		authorization, form string
		status              int
		body                string
	}{
		"no grant":           {nothing, header("hub", "hubsecret"), "", 400, `{"error":"invalid_request","error_description":"grant_type is missing"}`},
		"other grant":        {nothing, header("hub", "hubsecret"), form("grant_type", "authorization_code"), 400, `{"error":"unsupported_grant_type","error_description":"use client_credentials or password"}`},
		"no credentials":     {nothing, "", form("grant_type", "client_credentials"), 401, missing},
		"id only":            {nothing, "", form("grant_type", "client_credentials", "client_id", "hub"), 401, missing},
		"empty id":           {nothing, "", form("grant_type", "client_credentials", "client_secret", "hubsecret"), 401, invalidClient},
		"wrong secret":       {nothing, "", form("grant_type", "client_credentials", "client_id", "hub", "client_secret", "no"), 401, invalidClient},
		"unknown client":     {nothing, "", form("grant_type", "client_credentials", "client_id", "nobody", "client_secret", "no"), 401, invalidClient},
		"wrong in header":    {nothing, header("hub", "no"), form("grant_type", "client_credentials"), 401, invalidClient},
		"a token to get one": {nothing, "Bearer x", form("grant_type", "client_credentials"), 401, missing},
		"disabled":           {func(a *Account) { a.Enabled = false }, header("hub", "hubsecret"), form("grant_type", "client_credentials"), 401, invalidClient},
		"authenticated twice": {
			nothing, header("hub", "hubsecret"), form("grant_type", "client_credentials", "client_id", "hub", "client_secret", "hubsecret"), 400,
			`{"error":"invalid_request","error_description":"the client is authenticated twice"}`,
		},
		"another id": {
			nothing, header("hub", "hubsecret"), form("grant_type", "client_credentials", "client_id", "shop"), 400,
			`{"error":"invalid_request","error_description":"client_id is not the client"}`,
		},
		"parameter twice":       {nothing, header("hub", "hubsecret"), form("grant_type", "client_credentials", "grant_type", "password"), 400, twice},
		"password without user": {nothing, header("hub", "hubsecret"), form("grant_type", "password", "password", "x"), 400, noUser},
		"user without password": {nothing, header("hub", "hubsecret"), form("grant_type", "password", "username", "shop"), 400, noUser},
		"wrong user password":   {nothing, header("hub", "hubsecret"), form("grant_type", "password", "username", "shop", "password", "no"), 400, invalidGrant},
		"unknown user":          {nothing, header("hub", "hubsecret"), form("grant_type", "password", "username", "nobody", "password", "no"), 400, invalidGrant},
		"user, wrong client": {
			nothing, "", form("grant_type", "password", "username", "shop", "password", "sec ret%3A", "client_id", "hub", "client_secret", "no"), 401, invalidClient,
		},
		"user, no client": {nothing, "", form("grant_type", "password", "username", "shop", "password", "sec ret%3A"), 401, missing},
		"basic only":      {func(a *Account) { a.Methods = BasicOnly }, header("hub", "hubsecret"), form("grant_type", "client_credentials"), 400, notEntitled},
		"from elsewhere": {
			func(a *Account) { a.AllowedFrom = cidrs("192.0.2.0/24") }, header("hub", "hubsecret"), form("grant_type", "client_credentials"), 403,
			`{"error":"unauthorized_client","error_description":"address not allowed"}`,
		},
		"no certificate": {
			func(a *Account) { a.Certificate, a.Pins = CertificateAlso, [][]byte{pin(1)} }, header("hub", "hubsecret"), form("grant_type", "client_credentials"), 401,
			`{"error":"invalid_client","error_description":"certificate missing or not known"}`,
		},
		"not a form": {nothing, header("hub", "hubsecret"), "grant_type=%zz", 400, `{"error":"invalid_request","error_description":"the body cannot be read"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newTokenHouse(t)
			h.store.set("hub", tc.set)
			a := h.ask(t, tc.authorization, tc.form)
			require.Equal(t, tc.status, a.status)
			require.JSONEq(t, tc.body, a.body)
			want := ""
			if tc.status == 401 {
				want = `Basic realm="signalbox", charset="UTF-8"`
			}
			require.Equal(t, want, a.header.Get("WWW-Authenticate"))
			require.Zero(t, h.store.creates)
		})
	}
}

func TestTokenAddressTakesFormsOnly(t *testing.T) {
	t.Parallel()
	h := newTokenHouse(t)
	for target, kind := range map[string]string{
		TokenPath: "application/json",
		TokenPath + "?client_secret=hubsecret&client_id=hub": "application/x-www-form-urlencoded",
	} {
		r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(form("grant_type", "client_credentials")))
		r.Header.Set("Content-Type", kind)
		a := h.send(t, r)
		require.Equal(t, 400, a.status)
		require.Contains(t, a.body, `"invalid_request"`)
		require.NotContains(t, a.body, "hubsecret")
	}
}

func TestTokenAddressOverLimits(t *testing.T) {
	t.Parallel()
	h := newTokenHouse(t)
	h.store.set("hub", func(a *Account) { a.Rate, a.Burst = 1, 1 })
	ask := form("grant_type", "client_credentials", "client_id", "hub", "client_secret", "hubsecret")
	require.Equal(t, 200, h.ask(t, "", ask).status)
	a := h.ask(t, "", ask)
	require.Equal(t, 429, a.status)
	require.JSONEq(t, `{"error":"temporarily_unavailable","error_description":"too many requests"}`, a.body)
	require.Equal(t, "1", a.header.Get("Retry-After"))
	h.store.fail = errTest
	h.advance(10 * time.Second)
	require.Equal(t, 503, h.ask(t, "", ask).status)
}

// TestTokensThatAreWorthNothing: each is refused with 401 and the Bearer challenge.
func TestTokensThatAreWorthNothing(t *testing.T) {
	t.Parallel()
	ask := form("grant_type", "password", "username", "shop", "password", "sec ret%3A", "client_id", "hub", "client_secret", "hubsecret")
	signed := func(h *tokenHouse, method jwt.SigningMethod, key any, change func(*claims)) string {
		now := h.now()
		c := claims{RegisteredClaims: jwt.RegisteredClaims{
			Issuer: tokenIssuer, Subject: "shop", Audience: jwt.ClaimStrings{tokenAudience}, IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(time.Minute)),
		}}
		change(&c)
		token, err := jwt.NewWithClaims(method, &c).SignedString(key)
		require.NoError(t, err)
		return token
	}
	same := func(*claims) {}
	for name, token := range map[string]func(h *tokenHouse, good string) string{
		"expired": func(h *tokenHouse, good string) string { h.advance(15 * time.Minute); return good },
		"rotated": func(h *tokenHouse, good string) string {
			h.store.set("shop", func(a *Account) { a.Credential++ })
			h.advance(5 * time.Second)
			return good
		},
		"disabled": func(h *tokenHouse, good string) string {
			h.store.set("shop", func(a *Account) { a.Enabled = false })
			h.advance(5 * time.Second)
			return good
		},
		"the app rotated": func(h *tokenHouse, good string) string {
			h.store.set("hub", func(a *Account) { a.Credential++ })
			h.advance(5 * time.Second)
			return good
		},
		"the app disabled": func(h *tokenHouse, good string) string {
			h.store.set("hub", func(a *Account) { a.Enabled = false })
			h.advance(5 * time.Second)
			return good
		},
		"basic only now": func(h *tokenHouse, good string) string {
			h.store.set("shop", func(a *Account) { a.Methods, a.Credential = BasicOnly, a.Credential+1 })
			h.advance(5 * time.Second)
			return good
		},
		"another key": func(h *tokenHouse, _ string) string {
			return signed(h, jwt.SigningMethodHS256, testKeys{other: true}.Derive("access tokens"), same)
		},
		"unsigned": func(h *tokenHouse, _ string) string {
			return signed(h, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, same)
		},
		"another way to sign": func(h *tokenHouse, _ string) string {
			return signed(h, jwt.SigningMethodHS512, testKeys{}.Derive("access tokens"), same)
		},
		"another issuer": func(h *tokenHouse, _ string) string {
			return signed(h, jwt.SigningMethodHS256, testKeys{}.Derive("access tokens"), func(c *claims) { c.Issuer = "x" })
		},
		"another audience": func(h *tokenHouse, _ string) string {
			return signed(h, jwt.SigningMethodHS256, testKeys{}.Derive("access tokens"), func(c *claims) { c.Audience = nil })
		},
		"without an end": func(h *tokenHouse, _ string) string {
			return signed(h, jwt.SigningMethodHS256, testKeys{}.Derive("access tokens"), func(c *claims) { c.ExpiresAt = nil })
		},
		"a client that is gone": func(h *tokenHouse, _ string) string {
			return signed(h, jwt.SigningMethodHS256, testKeys{}.Derive("access tokens"), func(c *claims) { c.Subject = "gone" })
		},
		"changed": func(_ *tokenHouse, good string) string {
			parts := strings.Split(good, ".")
			payload, err := base64.RawURLEncoding.DecodeString(parts[1])
			require.NoError(t, err)
			parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(payload), `"shop"`, `"hub"`, 1)))
			return strings.Join(parts, ".")
		},
		"cut":     func(_ *tokenHouse, good string) string { return good[:len(good)-2] },
		"garbage": func(*tokenHouse, string) string { return "..." },
		"empty":   func(*tokenHouse, string) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newTokenHouse(t)
			good := h.ask(t, "", ask).token
			user, refused := h.bearer(t, good)
			require.Nil(t, refused)
			require.Equal(t, "shop", user)
			_, refused = h.bearer(t, token(h, good))
			require.NotNil(t, refused)
			require.Equal(t, 401, refused.Status)
			require.Equal(t, TypeAuthentication, refused.Type)
			require.True(t, refused.Challenge)
			require.True(t, strings.HasPrefix(refused.challenge(), `Bearer realm="signalbox", error="invalid_token"`), refused.challenge())
			require.Zero(t, h.store.creates)
		})
	}
}

// TestTokensOfManyTillsExpire: what every till meets each quarter of an hour must not slow their address down.
func TestTokensOfManyTillsExpire(t *testing.T) {
	t.Parallel()
	h := newTokenHouse(t)
	token := h.ask(t, "", form("grant_type", "client_credentials", "client_id", "hub", "client_secret", "hubsecret")).token
	h.advance(15 * time.Minute)
	for range 10 {
		_, refused := h.bearer(t, token)
		require.Equal(t, 401, refused.Status)
	}
	require.Empty(t, h.delays)
}

func TestTokensAreOffUnlessIssued(t *testing.T) {
	t.Parallel()
	h := newTokenHouse(t)
	token := h.ask(t, "", form("grant_type", "client_credentials", "client_id", "hub", "client_secret", "hubsecret")).token
	off := newFixture(t, false)
	off.add(t, "hub", "hubsecret")
	_, err := off.Authenticate(Caller{Authorization: "Bearer " + token, Source: "10.0.0.1"})
	require.Equal(t, 401, statusOf(t, err))
	for _, life := range []time.Duration{time.Second, 25 * time.Hour, -time.Minute} {
		require.Error(t, off.IssueTokens(testKeys{}, life))
	}
	require.NoError(t, off.IssueTokens(testKeys{}, time.Hour))
	client, err := off.Authenticate(Caller{Authorization: "bearer  " + token, Source: "10.0.0.1"})
	require.NoError(t, err, "any node with the same master key takes it")
	require.Equal(t, "hub", client.ID)
}
