package simulator

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// invite asks consumer finance for an invitation, as a till that it does not know.
func invite(k *kit, path string) reply {
	k.t.Helper()
	req, err := http.NewRequest(http.MethodPost, k.url+path, strings.NewReader(`{"x_merchant_id":"1","x_device_id":"2"}`))
	require.NoError(k.t, err)
	req.Header.Set("Content-Type", "application/json")
	return k.exchange(req)
}

func TestConsumerFinanceIsMounted(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{DataDir: t.TempDir()})
	for _, path := range []string{"/humm/webapi/v1/Invite", "/humm/webapi/v1//Invite", "/humm//webapi/v1/Invite/"} {
		r := invite(k, path)
		require.Equal(t, http.StatusOK, r.status, path)
		require.Equal(t, "EAUT01", r.body["x_code"], path)
	}
	require.Equal(t, http.StatusNotFound, invite(k, "/humm/webapi/Invite").status)
	for _, page := range []string{"/books/humm", "/statements/humm?date=2031-05-06", "/statements/humm/planted", "/control/humm"} {
		require.Equal(t, http.StatusOK, k.send(http.MethodGet, page, nil).status, page)
	}
	r := k.send(http.MethodPut, "/control/humm", object{"down": true, "down_mode": "503"})
	require.Equal(t, http.StatusOK, r.status, r.text)
	require.Equal(t, http.StatusServiceUnavailable, invite(k, "/humm/webapi/v1/Invite").status)
	require.Equal(t, http.StatusBadRequest, k.send(http.MethodPut, "/control/humm", object{"script": []object{{"on": "provision", "fault": "reset"}}}).status)

	index := k.send(http.MethodGet, "/", nil).text
	for _, word := range []string{"/humm/webapi/v1", "777..51", "bad-signature"} {
		require.Contains(t, index, word)
	}
}
