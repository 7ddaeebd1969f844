package api

import (
	"encoding/json"
	"io"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestErrorAnswer(t *testing.T) {
	t.Parallel()
	app := fiber.New()
	app.Get("/401", func(c *fiber.Ctx) error {
		return (&Error{Status: 401, Type: TypeAuthentication, Message: `say "who"`, Challenge: true}).Send(c)
	})
	app.Get("/429", func(c *fiber.Ctx) error {
		return (&Error{Status: 429, Type: TypeGeneral, Message: "m", RetryAfter: 1100 * time.Millisecond}).Send(c)
	})
	for path, want := range map[string]struct {
		status                int
		kind, challenge, wait string
	}{
		"/401": {401, TypeAuthentication, `Basic realm="signalbox", charset="UTF-8"`, ""},
		"/429": {429, TypeGeneral, "", "2"},
	} {
		res, err := app.Test(httptest.NewRequest("GET", path, nil))
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, want.status, res.StatusCode)
		require.Equal(t, want.challenge, res.Header.Get("WWW-Authenticate"))
		require.Equal(t, want.wait, res.Header.Get("Retry-After"))
		require.Equal(t, "application/json", res.Header.Get("Content-Type"))
		var detail map[string]string
		require.NoError(t, json.Unmarshal(body, &detail), string(body))
		require.Equal(t, want.kind, detail["errorType"])
		require.NotEmpty(t, detail["errorMessage"])
		require.NoError(t, uuid.Validate(detail["id"]))
	}
	require.Equal(t, "429 GENERAL_ERROR: m", (&Error{Status: 429, Type: TypeGeneral, Message: "m"}).Error())
}
