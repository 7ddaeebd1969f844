package apitest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Auth is a sign-in.
type Auth func(api.Caller) (switchcore.Client, error)

// Authenticate calls it.
func (a Auth) Authenticate(caller api.Caller) (switchcore.Client, error) { return a(caller) }

// ByName signs everybody in whose Authorization header holds a client id, as that client.
func ByName(caller api.Caller) (switchcore.Client, error) {
	if caller.Authorization == "" {
		return switchcore.Client{}, &api.Error{Status: 401, Type: api.TypeAuthentication, Message: "credentials are missing", Challenge: true}
	}
	return switchcore.Client{ID: caller.Authorization}, nil
}

// Call sends a message to an app, as a user unless that is empty, and gives status, body and headers of the answer.
func Call(t testing.TB, app *fiber.App, method, path, body, user string) (status int, answer string, header http.Header) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "till/1")
	if user != "" {
		r.Header.Set("Authorization", user)
	}
	res, err := app.Test(r, -1)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(text), res.Header
}
