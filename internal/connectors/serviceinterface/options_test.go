package serviceinterface

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func TestParseOptions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Options{
		"":                         {},
		"{}":                       {},
		`{"auth":"basic"}`:         {Auth: "basic"},
		`{"newUpstreamIds":true}`:  {NewUpstreamIDs: "true"},
		`{"newUpstreamIds":false}`: {NewUpstreamIDs: "false"},
		`{"auth":"oauth2","tokenUrl":"https://hub.example/token","clientIdSecret":"env:ID","clientSecretSecret":"file:/s"}`: {
			Auth: "oauth2", TokenURL: "https://hub.example/token", ClientIDSecret: "env:ID", ClientSecretSecret: "file:/s",
		},
	} {
		got, err := ParseOptions(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
		again, err := json.Marshal(got)
		require.NoError(t, err)
		back, err := ParseOptions(string(again))
		require.NoError(t, err)
		require.Equal(t, want, back, "what is written can be read")
	}
	for _, text := range []string{
		`[]`, `{`, `{} {}`, `{"user":"x"}`, `{"auth":"digest"}`, `{"auth":"oauth2"}`, `{"newUpstreamIds":"no"}`,
		`{"auth":"oauth2","tokenUrl":"https://hub.example/token","clientIdSecret":"env:ID"}`,
	} {
		_, err := ParseOptions(text)
		require.Equal(t, apperr.Invalid, apperr.CodeOf(err), text)
	}
}

// textOf gives a text member of a message.
func textOf(body []byte, member string) string {
	return strings.Trim(string(jsonedit.Member(body, member)), `"`)
}

// hub is a provider with a token address; it refuses the tokens it is told to.
type hub struct {
	*httptest.Server
	issued, asked, tokenStatus atomic.Int64
	revoked                    atomic.Pointer[string]
	authorization              atomic.Pointer[string]
}

func newHub(t *testing.T) *hub {
	t.Helper()
	h := &hub{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth/token", func(w http.ResponseWriter, _ *http.Request) {
		if s := h.tokenStatus.Load(); s != 0 {
			w.WriteHeader(int(s))
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"tok`+string(rune('0'+h.issued.Add(1)))+`","expires_in":3600}`)
	})
	mux.HandleFunc("POST /vouchers", func(w http.ResponseWriter, r *http.Request) {
		h.asked.Add(1)
		got := r.Header.Get("Authorization")
		h.authorization.Store(&got)
		if bad := h.revoked.Load(); bad != nil && got == "Bearer "+*bad {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":"`+wireRef+`","voucher":{"code":"730011882245"}}`)
	})
	h.Server = httptest.NewServer(mux)
	t.Cleanup(h.Close)
	return h
}

func (h *hub) connect(t *testing.T) *Connector {
	t.Helper()
	c, err := New(Config{
		Config: wire.Config{BaseURL: h.URL}, User: "90000009", Secret: func(name string) func() string { return func() string { return "s-" + name } },
		Options: Options{Auth: "oauth2", TokenURL: h.URL + "/oauth/token", ClientIDSecret: "id", ClientSecretSecret: "secret"},
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func TestOAuth2(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	c := h.connect(t)
	call := provisionOf(t, wireRef, "")
	m, err := c.Prepare(call)
	require.NoError(t, err)

	require.Equal(t, classApproved, c.Read(call, c.Send(context.Background(), m)).Class)
	require.Equal(t, "Bearer tok1", *h.authorization.Load())

	// a token refused midway: this message is not repeated, the next goes out with a fresh one
	revoked := "tok1"
	h.revoked.Store(&revoked)
	got := c.Read(call, c.Send(context.Background(), m))
	require.Equal(t, classDeclined, got.Class)
	require.Equal(t, switchcore.ErrGeneral, got.ErrorType)
	require.True(t, got.Alarm)
	require.Equal(t, int64(2), h.asked.Load())
	require.Equal(t, classApproved, c.Read(call, c.Send(context.Background(), m)).Class)
	require.Equal(t, "Bearer tok2", *h.authorization.Load())
}

// TestOAuth2WithoutToken: nothing is sent; a refused key is told from an address that is down.
func TestOAuth2WithoutToken(t *testing.T) {
	t.Parallel()
	kinds := []transactions.AttemptKind{first, again, transactions.AttemptLookup, transactions.AttemptReverse}
	for status, want := range map[int64][]switchcore.Class{
		401: {classDeclined, classNotSent, classDeclined, classRepeat},
		503: {classNotSent, classNotSent, classNotSent, classNotSent},
	} {
		h := newHub(t)
		h.tokenStatus.Store(status)
		c := h.connect(t)
		a := c.Send(context.Background(), postMessage())
		require.False(t, a.Sent)
		for i, kind := range kinds {
			got := c.Read(callOf(kind, transactions.Provision), a)
			require.Equal(t, want[i], got.Class, "%d %s", status, kind)
			require.Equal(t, status == 401, got.Alarm)
		}
		require.Zero(t, h.asked.Load())
	}
}

func TestNewRefusesBadOptions(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"other way":    {Auth: "digest"},
		"no address":   {Auth: "oauth2", ClientIDSecret: "i", ClientSecretSecret: "s"},
		"bad address":  {Auth: "oauth2", TokenURL: "ftp://x", ClientIDSecret: "i", ClientSecretSecret: "s"},
		"no such file": {ClientCert: "/nonexistent/c.pem", ClientKey: "/nonexistent/k.pem"},
		"half a pair":  {ClientCert: "/nonexistent/c.pem"},
	} {
		_, err := New(Config{
			Config: wire.Config{BaseURL: "https://hub.example"}, User: "u", Password: func() string { return "" }, Options: o,
			Secret: func(string) func() string { return func() string { return "" } },
		})
		require.Equal(t, apperr.Invalid, apperr.CodeOf(err), name)
	}
}

// TestOriginatorsIDs is newUpstreamIds off: the provider knows the request by the client's own id.
func TestOriginatorsIDs(t *testing.T) {
	t.Parallel()
	const theirs = "AAAAAAAA-0000-4000-8000-000000000001"
	c, err := New(Config{
		Config: wire.Config{BaseURL: "https://hub.example"}, User: "90000009", Password: func() string { return "" }, Options: Options{NewUpstreamIDs: "false"},
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)

	call := provisionOf(t, wireRef, "")
	call.Request.MessageID = theirs
	m, err := c.Prepare(call)
	require.NoError(t, err)
	require.Equal(t, theirs, textOf(m.Body, "id"))
	require.Contains(t, string(m.Body), `"transactionIdentifier":"`+wireRef+`"`, "our reference stays ours")
	answer := func(id string) switchcore.Answer {
		return answered(201, `{"id":"`+id+`","voucher":{"code":"730011882245"}}`)
	}
	require.Equal(t, classApproved, c.Read(call, answer(theirs)).Class)
	require.Equal(t, classUnknown, c.Read(call, answer(wireRef)).Class)
	call.Kind = again
	m, err = c.Prepare(call)
	require.NoError(t, err)
	require.Equal(t, "/vouchers/"+theirs+"/retry", m.Path)

	advice := callOf(transactions.AttemptReverse, transactions.Provision)
	advice.Advice = &switchcore.Advice{ID: adviceID}
	_, err = c.Prepare(advice)
	require.Equal(t, apperr.Invalid, apperr.CodeOf(err), "decided by the switch, the id is on record nowhere")
	for name, change := range map[string]func(*switchcore.Call){
		"from the advice":  func(call *switchcore.Call) { call.Advice.Body = []byte(`{"requestId":"` + theirs + `"}`) },
		"from the request": func(call *switchcore.Call) { call.Request = &switchcore.Request{MessageID: theirs} },
	} {
		known := advice
		known.Advice = &switchcore.Advice{ID: adviceID}
		change(&known)
		m, err = c.Prepare(known)
		require.NoError(t, err, name)
		require.Equal(t, theirs, textOf(m.Body, "requestId"), name)
		known.Request, known.Advice, known.Sent = nil, nil, m
		require.Equal(t, classDone, c.Read(known, answered(202, `{"requestId":"`+theirs+`"}`)).Class, name)
		require.Equal(t, classRepeat, c.Read(known, answered(202, `{"requestId":"`+wireRef+`"}`)).Class, name)
	}
}
