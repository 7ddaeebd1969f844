package serviceinterface

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

func TestProducts(t *testing.T) {
	t.Parallel()
	price, low, high := int64(5000), int64(500), int64(400000)
	sold := []switchcore.Product{
		{ID: "NET-50", Description: "Visit", Currency: "710", Amount: &price},
		{ID: "NET-VAR", Description: "Any", Currency: "710", Min: &low, Max: &high},
	}
	const list = `[{"productId":"NET-50","description":"Visit","amount":{"amount":5000,"currency":"710"},"isFixedValue":true},
  {"productId":"NET-VAR","description":"Any","minAmount":{"amount":"500","currency":710},"maxAmount":{"amount":400000,"currency":"710"}},
  {"description":"no id","amount":{"amount":1,"currency":"710"}}, {"productId":"NO-CURRENCY"}]`
	for name, tc := range map[string]struct {
		status int
		body   string
		want   []switchcore.Product
	}{
		"wrapped":     {200, `{"products":` + list + `}`, sold},
		"bare":        {200, list, sold},
		"not kept":    {501, `{}`, nil},
		"unreadable":  {200, `{"products":`, nil},
		"not a list":  {200, `{"products":{}}`, nil},
		"other shape": {200, `"x"`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if user, _, _ := r.BasicAuth(); r.Method != http.MethodGet || r.URL.Path != "/suv/v1/products" || user != "us" {
					w.WriteHeader(http.StatusTeapot)
					return
				}
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			}))
			defer server.Close()
			c, err := New(Config{Config: wire.Config{BaseURL: server.URL + "/suv/v1"}, User: "us", Password: func() string { return "secret" }})
			require.NoError(t, err)
			defer c.Close()
			got, err := c.Products(t.Context())
			if tc.want == nil {
				require.Equal(t, apperr.Unavailable, apperr.CodeOf(err))
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}
