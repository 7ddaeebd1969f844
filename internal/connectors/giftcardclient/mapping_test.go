package giftcardclient

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/api/giftcards"
	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const ownList = `[ {"institutionId":"90000001","transactionIdentifier":"T-1"},{"institutionId":"90000020","transactionIdentifier":"R-1"} ]`

func request(t testing.TB, op transactions.Operation, members string) switchcore.Call {
	kind := transactions.AttemptRequest
	if op == transactions.Lookup {
		kind = transactions.AttemptLookup
	}
	call := callOf(kind, op)
	call.Request = requestOf(t, op, members)
	return call
}

func adviceOf(op transactions.Operation, kind transactions.AttemptKind, a switchcore.Advice) switchcore.Call {
	call := callOf(kind, op)
	a.ID, a.Time = adviceID, "2031-02-03T04:06:00.000Z"
	call.Advice, call.EntryID = &a, adviceID
	return call
}

func paid(t testing.TB) []byte {
	t.Helper()
	a, err := giftcards.DecodeAdvice(transactions.Load, transactions.Confirm, []byte(`{"id":"their-advice","requestId":"`+clientID+
		`","time":"2031-02-03T04:06:00.000Z","thirdPartyIdentifiers":[{"institutionId":"90000001","transactionIdentifier":"T-2"}],"stan":"9","foo":1,`+
		`"amounts":{"approvedAmount":{"amount":"20000","currency":710}},`+
		`"tenders":[{"tenderType":"CREDIT_CARD","cardNumber":"4111111111111111","amount":{"amount":"20000","currency":"710"}}]}`))
	require.NoError(t, err)
	return a.Body
}

func TestPrepareGolden(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://cards.example/giftcard/v3/")
	cases := map[string]switchcore.Call{
		"confirm_load_paid":   adviceOf(transactions.Load, transactions.AttemptConfirm, switchcore.Advice{Body: paid(t), Identifiers: ownList, Amount: &money.Amount{Minor: 1, Currency: "710"}}),
		"confirm_void":        adviceOf(transactions.Void, transactions.AttemptConfirm, switchcore.Advice{Body: paid(t), Identifiers: ownList}),
		"confirm_activation":  adviceOf(transactions.Activation, transactions.AttemptConfirm, switchcore.Advice{Identifiers: ownList}),
		"confirm_transfer":    adviceOf(transactions.Transfer, transactions.AttemptConfirm, switchcore.Advice{}),
		"reverse_redemption":  adviceOf(transactions.Redemption, transactions.AttemptReverse, switchcore.Advice{Reason: "CANCELLED", Identifiers: ownList}),
		"reverse_replace_own": adviceOf(transactions.Replace, transactions.AttemptReverse, switchcore.Advice{}),
		"reverse_load_unanswered": with(adviceOf(transactions.Load, transactions.AttemptReverse, switchcore.Advice{Reason: "TIMEOUT"}), func(call *switchcore.Call) {
			call.Request = &switchcore.Request{Body: mask.Storable(requestOf(t, transactions.Load, smallest(transactions.Load)).Body)}
		}),
		"reverse_load_partly": adviceOf(transactions.Load, transactions.AttemptReverse, switchcore.Advice{Reason: "RESPONSE_NOT_FINAL", Amount: &money.Amount{Minor: 1200, Currency: "710"}}),
		"load_without_settlement": with(request(t, transactions.Load, smallest(transactions.Load)), func(call *switchcore.Call) {
			call.Provider.Settlement = switchcore.Institution{}
		}),
		"load_as_client": with(request(t, transactions.Load, smallest(transactions.Load)), func(call *switchcore.Call) {
			call.Provider.Profile.ActAsClient = true
		}),
	}
	for _, op := range []transactions.Operation{
		transactions.Activation, transactions.Load, transactions.Redemption, transactions.Void, transactions.Transfer, transactions.Replace, transactions.Lookup,
	} {
		cases["request_"+string(op)] = request(t, op, smallest(op))
	}
	for name, call := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := c.Prepare(call)
			require.NoError(t, err)
			want := user
			if name == "load_as_client" {
				want = "shop"
			}
			require.Equal(t, want, m.User)
			connectortest.Golden(t, *update, name, connectortest.MessageText(m))
			for _, secret := range []string{pan, otherPan, clearPin, pinBlock, "4111111111111111", password} {
				require.NotContains(t, m.Masked+m.Path+m.Headers, secret)
			}
			if call.Advice != nil { // it is stored
				for _, secret := range []string{pan, otherPan, clearPin, pinBlock, "4111111111111111"} {
					require.NotContains(t, string(m.Body), secret)
				}
			}
			again, err := c.Prepare(call)
			require.NoError(t, err)
			require.Equal(t, m, again, "prepared twice, the same (I18)")
		})
	}
}

func TestPrepareWithTheClientsIDs(t *testing.T) {
	t.Parallel()
	options, err := ParseOptions(`{"newUpstreamIds":false}`)
	require.NoError(t, err)
	c, err := New(Config{Config: wire.Config{BaseURL: "https://cards.example"}, User: user, Password: func() string { return password }, Options: options})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	m, err := c.Prepare(request(t, transactions.Void, smallest(transactions.Void)))
	require.NoError(t, err)
	require.Equal(t, "/voids/"+clientID, m.Path)
	odd := request(t, transactions.Void, smallest(transactions.Void))
	odd.Request.MessageID = "Sale 1/7"
	m, err = c.Prepare(odd)
	require.NoError(t, err)
	require.Equal(t, "/voids/Sale%201%2F7", m.Path)

	m, err = c.Prepare(adviceOf(transactions.Load, transactions.AttemptConfirm, switchcore.Advice{Body: paid(t)}))
	require.NoError(t, err)
	require.Equal(t, "/loads/"+clientID+"/confirmations/"+adviceID, m.Path)
	stored := adviceOf(transactions.Load, transactions.AttemptReverse, switchcore.Advice{})
	stored.Request = &switchcore.Request{Body: []byte(`{"id":"` + clientID + `"}`)}
	m, err = c.Prepare(stored)
	require.NoError(t, err)
	require.Equal(t, "/loads/"+clientID+"/reversals/"+adviceID, m.Path)
	_, err = c.Prepare(adviceOf(transactions.Load, transactions.AttemptReverse, switchcore.Advice{}))
	require.Equal(t, apperr.Invalid, apperr.CodeOf(err), "the id is on record nowhere")

	read := request(t, transactions.Void, smallest(transactions.Void))
	read.Request = nil
	read.Sent = switchcore.Message{Body: []byte(`{"id":"` + clientID + `"}`)}
	require.Equal(t, switchcore.ClassApproved, c.Read(read, switchcore.Answer{Sent: true, Status: 201, Body: []byte(`{"id":"` + clientID + `"}`)}).Class)
}

func TestPrepareRefusesWhatHasNoWords(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://cards.example")
	load := request(t, transactions.Load, smallest(transactions.Load))
	for name, call := range map[string]switchcore.Call{
		"retry":              with(load, func(c *switchcore.Call) { c.Kind = transactions.AttemptRetry }),
		"provision":          with(load, func(c *switchcore.Call) { c.Operation = transactions.Provision }),
		"refund":             with(load, func(c *switchcore.Call) { c.Operation = transactions.Refund }),
		"look-up of a load":  with(load, func(c *switchcore.Call) { c.Kind = transactions.AttemptLookup }),
		"request to look up": with(request(t, transactions.Lookup, smallest(transactions.Lookup)), func(c *switchcore.Call) { c.Kind = transactions.AttemptRequest }),
		"look-up confirmed":  adviceOf(transactions.Lookup, transactions.AttemptConfirm, switchcore.Advice{}),
		"no request":         callOf(transactions.AttemptRequest, transactions.Load),
		"no advice":          callOf(transactions.AttemptReverse, transactions.Load),
		"no JSON":            with(load, func(c *switchcore.Call) { c.Request = &switchcore.Request{Body: []byte("{")} }),
		"list is not a list": with(load, func(c *switchcore.Call) {
			c.Request = &switchcore.Request{Body: []byte(`{"thirdPartyIdentifiers":{}}`)}
		}),
		"unknown kind": with(load, func(c *switchcore.Call) { c.Kind = "RECEIPT" }),
	} {
		m, err := c.Prepare(call)
		require.Equal(t, apperr.Invalid, apperr.CodeOf(err), name)
		require.Zero(t, m, name)
	}
}

func TestAmountsBelowZeroAreRefused(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://cards.example")
	for amount, fine := range map[string]bool{"-1": false, "0": true, "1": true} {
		_, err := c.Prepare(request(t, transactions.Redemption, `"card":{"pan":"1"},"amounts":{"requestAmount":{"amount":"`+amount+`","currency":"710"}}`))
		if fine {
			require.NoError(t, err)
			continue
		}
		var refusal *switchcore.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, "INVALID_AMOUNT", refusal.ErrorType)
	}
}
