package vouchers

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/api/apitest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

type harness struct {
	app   *fiber.App
	inner *apitest.Switch
	reset func(string) (bool, error)
}

func newHarness(t *testing.T, reset func(string) (bool, error)) *harness {
	t.Helper()
	h := &harness{app: fiber.New(fiber.Config{Immutable: true, CaseSensitive: true}), inner: &apitest.Switch{}, reset: reset}
	n := int64(500)
	directory := switchcore.NewDirectory(nil, []switchcore.Product{
		{ID: "A", ProviderID: "p", Currency: "710", Amount: &n, Receiver: switchcore.Institution{ID: "4"}},
		{ID: "B", ProviderID: "p", Currency: "710", Amount: &n, Receiver: switchcore.Institution{ID: "5"}},
	}, nil)
	s := &Service{
		Switch: h.inner, NewID: uuid.New, Reset: reset, Directory: func() *switchcore.Directory { return directory },
		Auth: apitest.Auth(apitest.ByName),
	}
	s.Mount(h.app)
	return h
}

// do calls the service as the client of the test messages and gives status, body and headers.
func (h *harness) do(t *testing.T, method, path, body, user string) (int, string, http.Header) {
	t.Helper()
	return apitest.Call(t, h.app, method, path, body, user)
}

const me = "90000002"

func TestRequestsReachTheSwitch(t *testing.T) {
	t.Parallel()
	withCode := plus(base, `"voucher":{"code":"730011882245"}`)
	for _, mount := range []string{"", "/suv/v1"} {
		for _, slash := range []string{"", "/"} {
			for path, op := range map[string]transactions.Operation{
				"/vouchers": transactions.Provision, "/redemptions": transactions.Redemption, "/refunds": transactions.Refund,
			} {
				h := newHarness(t, nil)
				h.inner.Reply = approval()
				status, body, header := h.do(t, "POST", mount+path+slash, withCode, me)
				require.Equal(t, 201, status)
				require.Contains(t, body, `"transactionIdentifier":"P-31"`)
				require.Equal(t, []string{"application/json"}, header["Content-Type"])
				require.Equal(t, []string{mount + path + slash}, header["Location"])
				r := h.inner.Processed
				require.Equal(t, transactions.Key{ClientID: me, Service: transactions.Voucher, Operation: op, RequestID: "0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"}, r.Key)
				require.Equal(t, me, r.Client.ID)
				require.Equal(t, withCode, string(r.Body))
				require.Equal(t, transactions.TraceRequest, r.In.Kind)
				require.Equal(t, op, r.In.Operation)
				require.Equal(t, len(withCode), r.In.Bytes)
				require.Equal(t, transactions.Digest([]byte(withCode)), r.In.SHA256)
				require.Equal(t, strings.Replace(withCode, "730011882245", "********2245", 1), r.In.Body)
				require.Contains(t, r.In.Headers, `"User-Agent":"till/1"`)
				require.NotContains(t, strings.ToLower(r.In.Headers), "authorization")
				require.NotEqual(t, uuid.Nil, r.In.ExchangeID)
			}
		}
	}
}

func TestAdvicesReachTheSwitch(t *testing.T) {
	t.Parallel()
	for path, op := range map[string]transactions.Operation{
		"/vouchers": transactions.Provision, "/redemptions": transactions.Redemption, "/refunds": transactions.Refund,
	} {
		for verb, kind := range map[string]transactions.Decision{"/confirmations": transactions.Confirm, "/reversals": transactions.Reverse} {
			h := newHarness(t, nil)
			h.inner.Reply = switchcore.Reply{Kind: switchcore.ReplyEcho, Status: 202}
			body, trace := advice, transactions.TraceConfirmation
			if kind == transactions.Reverse {
				body, trace = plus(advice, `"reversalReason":"TIMEOUT"`), transactions.TraceReversal
			}
			status, answer, _ := h.do(t, "POST", "/suv/v1"+path+verb+"/", body, me)
			require.Equal(t, 202, status)
			require.Equal(t, body, answer)
			require.Equal(t, op, h.inner.Advised.Key.Operation)
			require.Equal(t, kind, h.inner.Advised.Kind)
			require.Equal(t, me, h.inner.Advised.Key.ClientID)
			require.Equal(t, trace, h.inner.Advised.In.Kind)
		}
	}
}

func TestRetry(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/vouchers/0F6B1C9E-52aa-4d0b-9a3e-7c1d2e3f4a5b/retry", "/suv/v1/vouchers/0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b/retries/"} {
		h := newHarness(t, nil)
		h.inner.Reply = switchcore.Reply{Kind: switchcore.ReplyStored, Status: 201, Body: []byte(`{"stored":1}`)}
		status, body, _ := h.do(t, "POST", path, base, me)
		require.Equal(t, 201, status)
		require.Equal(t, `{"stored":1}`, body)
		require.Equal(t, transactions.TraceRetry, h.inner.Retried.In.Kind)
		require.Contains(t, h.inner.Retried.In.Path, "52aa-4d0b-9a3e-7c1d2e3f4a5b/ret")
	}
	h := newHarness(t, nil)
	status, body, _ := h.do(t, "POST", "/vouchers/730011882245/retry", base, me)
	require.Equal(t, 400, status)
	require.Equal(t, `{"errorType":"FORMAT_ERROR","errorMessage":"Invalid message","detailMessage":{"formatErrors":[{"field":"id","msg":"id must equal the provisionId of the path"}]}}`, body)
	require.Nil(t, h.inner.Retried)
	require.Equal(t, "/vouchers/************/retry", h.inner.Unreadable.Path, "what is no id is not stored")
}

func TestRefusedBeforeTheSwitch(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	status, body, header := h.do(t, "POST", "/vouchers", base, "")
	require.Equal(t, 401, status)
	require.Contains(t, body, `"errorType":"AUTHENTICATION_ERROR"`)
	require.NotEmpty(t, header["Www-Authenticate"])
	require.Nil(t, h.inner.Unreadable, "nothing is traced of an unknown caller")

	status, body, _ = h.do(t, "POST", "/vouchers", base, "somebody")
	require.Equal(t, 400, status)
	require.Equal(t, `{"errorType":"AUTHENTICATION_ERROR","errorMessage":"client.id is not you","id":"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b","detailMessage":{"client":{"id":"90000002","name":"Kiosk Net"}}}`, body)
	require.NotNil(t, h.inner.Unreadable)
	require.Nil(t, h.inner.Processed)

	for _, path := range []string{"/vouchers", "/vouchers/confirmations", "/vouchers/reversals", "/redemptions", "/redemptions/confirmations", "/redemptions/reversals", "/refunds", "/refunds/confirmations", "/refunds/reversals", "/vouchers/x/retry"} {
		h.inner.Unreadable = nil
		status, body, _ = h.do(t, "POST", path, `{"foo":1}`, me)
		require.Equal(t, 400, status, path)
		require.Contains(t, body, `"formatErrors":[{"field":"foo","msg":"Unrecognized field 'foo'"}`, path)
		require.Equal(t, `{"foo":"*"}`, h.inner.Unreadable.Body, path)

		status, body, _ = h.do(t, "POST", path, `{"foo`, me)
		require.Equal(t, 400, status, path)
		require.Equal(t, `{"errorType":"FORMAT_ERROR","errorMessage":"Invalid message","detailMessage":{"formatErrors":[{"msg":"The body is not valid JSON"}]}}`, body)
		require.Contains(t, h.inner.Unreadable.Body, `"unparsed":{"length":5`, path)
	}
	require.Nil(t, h.inner.Processed)
	require.Nil(t, h.inner.Advised)
	require.Nil(t, h.inner.Retried)
}

func TestUnknownPathsAndMethods(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	for _, tc := range []struct {
		method, path string
		want         int
	}{
		{"POST", "/nothing", 404},
		{"GET", "/redemptions", 405},
		{"PUT", "/vouchers", 405},
		{"DELETE", "/suv/v1/vouchers", 405},
		{"POST", "/products", 405},
		{"POST", "/testServerAdmin/reset", 404},
		{"POST", "/Vouchers", 404},
		{"GET", "/", 404},
	} {
		status, _, _ := h.do(t, tc.method, tc.path, "", "")
		require.Equal(t, tc.want, status, "%s %s", tc.method, tc.path)
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.inner.Reply = approval(member("voucher", `{"code":"730011882245"}`))
	h.inner.Reply.Status = 200
	status, body, _ := h.do(t, "GET", "/vouchers?voucherCode=730011882245&receiverInstId=4&extra=1", "", me)
	require.Equal(t, 200, status)
	require.Contains(t, body, `"code":"730011882245"`)
	r := h.inner.Processed
	require.Equal(t, "730011882245", r.VoucherCode)
	require.Equal(t, "4", r.Receiver.ID)
	require.Equal(t, r.In.ExchangeID.String(), r.Key.RequestID)
	require.Equal(t, "/vouchers?voucherCode=********2245&receiverInstId=4&extra=*", r.In.Path)
	require.Equal(t, []switchcore.Term{{Kind: transactions.TermCode, Value: "730011882245"}}, r.Terms)

	_, _, _ = h.do(t, "GET", "/suv/v1/vouchers/?provisionRequestId=abc&voucherSerialNumber=S", "", me)
	require.Equal(t, "abc", h.inner.Processed.LookupRequestID)
	require.Equal(t, "S", h.inner.Processed.VoucherSerial)

	for query, want := range map[string]string{
		"":                             "voucherCode, provisionRequestId or voucherSerialNumber may not be null",
		"?receiverInstId=1":            "voucherCode, provisionRequestId or voucherSerialNumber may not be null",
		"?voucherCode=":                "voucherCode, provisionRequestId or voucherSerialNumber may not be null",
		"?voucherCode=1&voucherCode=2": "voucherCode may be given once",
		"?voucherCode=%ff":             "voucherCode has the wrong type",
		"?voucherSerialNumber=%00":     "voucherSerialNumber has the wrong type",
		"?voucherCode=%zz":             "The query is not readable",
		"?voucherSerialNumber=" + strings.Repeat("1", 513): "voucherSerialNumber length must be between 0 and 512",
	} {
		h.inner.Processed = nil
		status, body, _ := h.do(t, "GET", "/vouchers"+query, "", me)
		require.Equal(t, 400, status, query)
		require.Contains(t, body, `"msg":"`+want+`"`, query)
		require.Nil(t, h.inner.Processed, query)
	}
	status, _, _ = h.do(t, "GET", "/vouchers?voucherCode=1", "", "")
	require.Equal(t, 401, status)
}

func TestProducts(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	status, body, _ := h.do(t, "GET", "/products", "", me)
	require.Equal(t, 200, status)
	require.Contains(t, body, `{"products":[{"productId":"A"`)
	require.Contains(t, body, `"productId":"B"`)
	_, body, _ = h.do(t, "GET", "/suv/v1/products/?receiverInstId=5", "", me)
	require.NotContains(t, body, `"productId":"A"`)
	require.Contains(t, body, `"productId":"B"`)
	require.Equal(t, transactions.Products, h.inner.Processed.Key.Operation)
}

func TestReset(t *testing.T) {
	t.Parallel()
	const sure = `{"userDataWillBeLost":"TRUE","resetUserData":"TRUE"}`
	var who string
	h := newHarness(t, func(id string) (bool, error) { who = id; return id == me, nil })
	for _, path := range []string{"/testServerAdmin/reset", "/suv/v1/testServerAdmin/reset/"} {
		who = ""
		status, body, _ := h.do(t, "POST", path, sure, me)
		require.Equal(t, 200, status)
		require.Contains(t, body, `{"outcome":"`)
		require.Equal(t, me, who)
	}
	status, _, _ := h.do(t, "POST", "/testServerAdmin/reset", sure, "somebody")
	require.Equal(t, 400, status)
	who = ""
	for _, body := range []string{`{}`, `{"userDataWillBeLost":"TRUE","resetUserData":"FALSE"}`, `x`} {
		status, _, _ = h.do(t, "POST", "/testServerAdmin/reset", body, me)
		require.Equal(t, 400, status)
	}
	status, _, _ = h.do(t, "POST", "/testServerAdmin/reset", sure, "")
	require.Equal(t, 401, status)
	require.Empty(t, who)
}
