package contract

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// oneClient is the record of the client of the examples.
type oneClient struct{ hash string }

func (c oneClient) FindAccount(_ context.Context, id string) (api.Account, error) {
	if id != me {
		return api.Account{}, apperr.Errorf(apperr.NotFound, "no client")
	}
	return api.Account{Client: switchcore.Client{ID: me}, Enabled: true, Hashes: []string{c.hash}, Version: 1, Methods: api.EitherMethod}, nil
}

func (oneClient) CreateAccount(context.Context, string, string) (api.Account, error) {
	return api.Account{}, apperr.Errorf(apperr.Conflict, "not here")
}

func (oneClient) OwnerOf(context.Context, []byte) (string, error) {
	return "", apperr.Errorf(apperr.NotFound, "no certificate")
}

type fixedKeys struct{}

func (fixedKeys) Derive(string) []byte { return []byte("a key of thirty-two bytes, no more") }

// The token address takes the examples, and answers as described.
func TestTokensAreGivenAsDescribed(t *testing.T) {
	t.Parallel()
	hash, err := api.HashPassword("its-password")
	require.NoError(t, err)
	auth := api.NewAuth(oneClient{hash}, false, slog.New(slog.DiscardHandler))
	require.NoError(t, auth.IssueTokens(fixedKeys{}, 0))
	app := fiber.New(fiber.Config{Immutable: true})
	auth.MountToken(app)
	handler := app.Handler()
	s := OAuth()
	o, d := s.Operations()[0], documentOf(t, s)
	require.Equal(t, api.TokenPath, o.Path)
	ask := func(form string) (int, string) {
		c := &fasthttp.RequestCtx{}
		c.Request.Header.SetMethod(o.Method)
		c.Request.SetRequestURI(o.Path)
		c.Request.Header.SetContentType(o.Request.Media)
		c.Request.SetBodyString(form)
		handler(c)
		return c.Response.StatusCode(), string(c.Response.Body())
	}
	for form, want := range map[string]struct {
		status int
		code   string
	}{
		o.Request.Examples[0].Text: {200, "Bearer"},
		o.Request.Examples[1].Text: {200, `"scope":"api"`},
		strings.Replace(o.Request.Examples[0].Text, "grant_type", "kind", 1):                        {400, "invalid_request"},
		strings.Replace(o.Request.Examples[0].Text, "client_credentials", "implicit", 1):            {400, "unsupported_grant_type"},
		strings.Replace(o.Request.Examples[0].Text, "its-password", "guess", 1):                     {401, "invalid_client"},
		strings.Replace(o.Request.Examples[1].Text, "&password=its-password", "&password=wrong", 1): {400, "invalid_grant"},
	} {
		status, body := ask(form)
		require.Equal(t, want.status, status, form)
		require.Contains(t, body, want.code)
		require.NoError(t, d.fits(d.answer(o, status), decodeJSON(t, body)), body)
		if status != 200 {
			require.Contains(t, typesOf(o, status), want.code)
		}
	}
	form, err := url.ParseQuery(o.Request.Examples[1].Text)
	require.NoError(t, err)
	var names []string
	for name := range form {
		names = append(names, name)
		require.NotNil(t, o.Request.Schema.member(name), name)
	}
	slices.Sort(names)
	require.Len(t, names, len(o.Request.Schema.members), "every parameter is in the second example")
}
