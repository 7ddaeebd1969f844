package giftcards

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/api/apitest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const me = "some user" // not the client.id of the messages: nothing compares them

type harness struct {
	app   *fiber.App
	inner *apitest.Switch
}

func newHarness(t *testing.T, change func(*Service)) *harness {
	t.Helper()
	h := &harness{app: fiber.New(fiber.Config{Immutable: true, CaseSensitive: true}), inner: &apitest.Switch{}}
	s := &Service{
		Switch: h.inner, NewID: uuid.New,
		Auth: apitest.Auth(apitest.ByName),
	}
	if change != nil {
		change(s)
	}
	s.Mount(h.app)
	return h
}

// do calls the service and gives status, body and headers.
func (h *harness) do(t *testing.T, method, path, body, user string) (int, string, http.Header) {
	t.Helper()
	return apitest.Call(t, h.app, method, path, body, user)
}

func TestRequestsReachTheSwitch(t *testing.T) {
	t.Parallel()
	for _, r := range resources() {
		for _, slash := range []string{"", "/"} {
			h := newHarness(t, nil)
			h.inner.Reply = approval()
			status, body, header := h.do(t, "POST", r.location(requestID)+slash, requestOf(r.op), me)
			require.Equal(t, 201, status, body)
			require.Contains(t, body, `"transactionIdentifier":"R-31"`)
			require.Equal(t, []string{"/giftcard/v3/" + r.path + "/" + requestID}, header["Location"])
			require.Equal(t, []string{"application/json"}, header["Content-Type"])
			req := h.inner.Processed
			require.Equal(t, transactions.Key{ClientID: me, Service: transactions.GiftCard, Operation: r.op, RequestID: requestID}, req.Key)
			require.Equal(t, me, req.Client.ID)
			require.Equal(t, transactions.TraceRequest, req.In.Kind)
			require.Equal(t, r.op, req.In.Operation)
			require.Equal(t, r.location(requestID)+slash, req.In.Path)
			require.Contains(t, req.In.Headers, `"User-Agent":"till/1"`)
			require.NotContains(t, req.In.Headers+req.In.Body, me)
			require.NotContains(t, req.In.Body, pan)
			require.Equal(t, len(requestOf(r.op)), req.In.Bytes)
		}
	}
}

func TestAdvicesReachTheSwitch(t *testing.T) {
	t.Parallel()
	for _, r := range resources() {
		for path, kind := range map[string]transactions.Decision{"confirmations": transactions.Confirm, "reversals": transactions.Reverse} {
			for _, slash := range []string{"", "/"} {
				h := newHarness(t, nil)
				h.inner.Reply = switchcore.Reply{Kind: switchcore.ReplyEcho}
				status, body, _ := h.do(t, "POST", r.location(requestID)+"/"+path+"/"+adviceID+slash, plus(advice, `"reversalReason":"TIMEOUT"`), me)
				if !r.advised() {
					require.Equal(t, 404, status)
					continue
				}
				require.Equal(t, 202, status, body)
				require.Equal(t, advice, body)
				a := h.inner.Advised
				require.Equal(t, kind, a.Kind)
				require.Equal(t, transactions.Key{ClientID: me, Service: transactions.GiftCard, Operation: r.op, RequestID: requestID}, a.Key)
				require.Equal(t, adviceID, a.AdviceID)
				require.Contains(t, []transactions.TraceKind{transactions.TraceConfirmation, transactions.TraceReversal}, a.In.Kind)
			}
		}
	}
}

// TestIDsMustAgree: a mismatch is refused before the switch sees an id.
func TestIDsMustAgree(t *testing.T) {
	t.Parallel()
	path := Base + "/loads/" + requestID
	reversal := plus(advice, `"reversalReason":"TIMEOUT"`)
	for name, tc := range map[string]struct{ path, body, want string }{
		"request": {
			Base + "/loads/other", requestOf(transactions.Load),
			`"requestType":"LOAD_REQUEST","id":"` + requestID + `","detailMessage":{"pathId":"other","requestId":"` + requestID + `"}}`,
		},
		"in capitals": {
			Base + "/loads/" + strings.ToUpper(requestID), requestOf(transactions.Load),
			`"requestType":"LOAD_REQUEST","id":"` + requestID + `","detailMessage":{"pathId":"` + strings.ToUpper(requestID) + `","requestId":"` + requestID + `"}}`,
		},
		"confirmation": {
			path + "/confirmations/other", advice,
			`"requestType":"LOAD_CONFIRMATION","id":"` + adviceID + `","originalId":"` + requestID + `","detailMessage":{"pathId":"other","confirmationId":"` + adviceID + `"}}`,
		},
		"reversal": {
			path + "/reversals/other", reversal,
			`"requestType":"LOAD_REVERSAL","id":"` + adviceID + `","originalId":"` + requestID + `","detailMessage":{"pathId":"other","reversalId":"` + adviceID + `"}}`,
		},
		"middle": {
			Base + "/loads/other/reversals/" + adviceID, reversal,
			`"requestType":"LOAD_REVERSAL","id":"` + adviceID + `","originalId":"` + requestID + `","detailMessage":{"pathId":"other","requestId":"` + requestID + `"}}`,
		},
	} {
		h := newHarness(t, nil)
		status, body, _ := h.do(t, "POST", tc.path, tc.body, me)
		require.Equal(t, 400, status, name)
		require.Equal(t, `{"errorType":"FORMAT_ERROR","errorMessage":"UUID inconsistent",`+tc.want, body, name)
		require.NotNil(t, h.inner.Unreadable)
		require.Nil(t, h.inner.Processed)
		require.Nil(t, h.inner.Advised)
	}
}

func TestOpaqueIDs(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a", "Sale 1/7", "ünï", "%41", "a?b#c", strings.Repeat("x", 64)} {
		h := newHarness(t, nil)
		h.inner.Reply = approval()
		body := strings.Replace(requestOf(transactions.Void), requestID, id, 1)
		status, answer, header := h.do(t, "POST", Base+"/voids/"+url.PathEscape(id), body, me)
		require.Equal(t, 201, status, answer)
		require.Equal(t, id, h.inner.Processed.Key.RequestID)
		require.Equal(t, []string{Base + "/voids/" + url.PathEscape(id)}, header["Location"])
	}
}

func TestUnreadableMessages(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	status, body, _ := h.do(t, "POST", Base+"/redemptions/"+requestID, "", me)
	require.Equal(t, 400, status)
	require.Equal(t, `{"errorType":"FORMAT_ERROR","errorMessage":"Bad formatting","requestType":"REDEMPTION_REQUEST","id":"`+requestID+
		`","detailMessage":{"formatErrors":[{"msg":"The body is not valid JSON"}]}}`, body)
	require.Equal(t, "FORMAT_ERROR", h.inner.Refusal.ErrorType)

	status, body, _ = h.do(t, "POST", Base+"/voids/"+requestID+"/reversals/"+adviceID, advice, me)
	require.Equal(t, 400, status)
	require.Equal(t, `{"errorType":"FORMAT_ERROR","errorMessage":"Bad formatting","requestType":"VOID_REVERSAL","id":"`+adviceID+`","originalId":"`+requestID+
		`","detailMessage":{"formatErrors":[{"field":"reversalReason","msg":"reversalReason may not be null","value":"null"}]}}`, body)
	require.Equal(t, transactions.TraceReversal, h.inner.Unreadable.Kind)

	status, _, _ = h.do(t, "POST", Base+"/loads/%ff%00"+strings.Repeat("a", 3000), "{", me)
	require.Equal(t, 400, status)
	require.LessOrEqual(t, len(h.inner.Unreadable.Path), maxPath)
}

func TestCallersWhoDoNotGetIn(t *testing.T) {
	t.Parallel()
	for _, path := range []string{Base + "/loads/" + requestID, Base + "/loads/" + requestID + "/reversals/" + adviceID} {
		h := newHarness(t, nil)
		status, body, header := h.do(t, "POST", path, requestOf(transactions.Load), "")
		require.Equal(t, 401, status)
		require.Contains(t, body, `{"errorType":"GENERAL_ERROR","errorMessage":"Not authenticated","requestType":"LOAD_RE`)
		require.Contains(t, body, `"id":"`+path[strings.LastIndex(path, "/")+1:]+`"`)
		require.Equal(t, []string{"application/json"}, header["Content-Type"])
		require.Contains(t, header["Www-Authenticate"][0], "Basic")
		require.Nil(t, h.inner.Unreadable, "no trace (I13)")
	}
	h := newHarness(t, func(s *Service) {
		s.Auth = apitest.Auth(func(api.Caller) (switchcore.Client, error) { return switchcore.Client{}, errors.New("broken") })
	})
	status, _, _ := h.do(t, "POST", Base+"/loads/"+requestID, "{}", me)
	require.Equal(t, 500, status, "the server's business")
}

func TestReset(t *testing.T) {
	t.Parallel()
	const sure = `{"userDataWillBeLost":"TRUE","resetUserData":"TRUE","why":1}`
	path := Base + "/testServerAdmin/reset"
	for name, tc := range map[string]struct {
		body   string
		found  bool
		err    error
		status int
	}{
		"done":             {sure, true, nil, 200},
		"nothing there":    {sure, false, nil, 400},
		"no body":          {"", true, nil, 400},
		"not acknowledged": {`{"resetUserData":"TRUE"}`, true, nil, 400},
		"not declared":     {`{"userDataWillBeLost":"TRUE","resetUserData":"FALSE"}`, true, nil, 400},
		"unreadable":       {`[]`, true, nil, 400},
		"fault":            {sure, true, errors.New("x"), 500},
	} {
		var who []string
		h := newHarness(t, func(s *Service) {
			s.Reset = func(id string) (bool, error) { who = append(who, id); return tc.found, tc.err }
		})
		status, body, _ := h.do(t, "POST", path, tc.body, me)
		require.Equal(t, tc.status, status, name)
		require.Contains(t, body, `{"outcome":"`, name)
		require.Equal(t, tc.body == sure, len(who) == 1, name)
		status, body, _ = h.do(t, "POST", path, sure, "")
		require.Equal(t, 401, status)
		require.Contains(t, body, `"errorType":"GENERAL_ERROR","errorMessage":"Not authenticated"`)
	}
	status, _, _ := newHarness(t, nil).do(t, "POST", path, sure, me)
	require.Equal(t, 404, status, "not in production")
}

func TestDump(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"": "", "/": "", "/card/" + pan: "/card/" + pan, "/product/A%2F1": "/product/A%2F1",
	} {
		var asked string
		h := newHarness(t, func(s *Service) {
			s.Dump = func(_ context.Context, id, path string) (int, []byte, error) {
				asked = id + " " + path
				return 200, []byte(`{"cards":[]}`), nil
			}
		})
		status, body, _ := h.do(t, "GET", Base+"/testServerAdmin/data"+path, "", me)
		require.Equal(t, 200, status)
		require.Equal(t, `{"cards":[]}`, body)
		require.Equal(t, me+" /testServerAdmin/data"+want, asked)
	}
	status, _, _ := newHarness(t, nil).do(t, "GET", Base+"/testServerAdmin/data", "", me)
	require.Equal(t, 404, status)
	h := newHarness(t, func(s *Service) {
		s.Dump = func(context.Context, string, string) (int, []byte, error) { return 0, nil, errors.New("down") }
	})
	status, _, _ = h.do(t, "GET", Base+"/testServerAdmin/data", "", me)
	require.Equal(t, 500, status)
}
