package serviceinterface

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	wireRef  = "0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"
	adviceID = "5e1f0000-0000-4000-8000-00000000000a"
)

func provider() switchcore.Provider {
	return switchcore.Provider{
		ID: "demo", User: "90000009",
		Receiver:   switchcore.Institution{ID: "90000020", Name: "Demo Vouchers"},
		Settlement: switchcore.Institution{ID: "90000040", Name: "Sandbox Settlement"},
		Profile: switchcore.Profile{
			ConfirmProvision: true, ReverseProvision: true, ConfirmRedeem: true, ReverseRedeem: true,
			ConfirmRefund: true, ReverseRefund: true, Retry: true, Lookup: true, Redeem: true, Refund: true,
		},
	}
}

func callOf(kind transactions.AttemptKind, op transactions.Operation) switchcore.Call {
	return switchcore.Call{Kind: kind, Operation: op, WireRef: wireRef, Provider: provider()}
}

func with(call switchcore.Call, change func(*switchcore.Call)) switchcore.Call {
	change(&call)
	return call
}

func testdata(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return []byte(strings.TrimSpace(string(raw)))
}

func newConnector(t *testing.T, base string) *Connector {
	t.Helper()
	c, err := New(Config{Config: wire.Config{BaseURL: base}, User: "90000009", Password: func() string { return "pw-canary-77881122" }})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func TestPrepareGolden(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://hub.example/suv/v1/")
	request := func(op transactions.Operation, kind transactions.AttemptKind, file string) switchcore.Call {
		return with(callOf(kind, op), func(call *switchcore.Call) {
			call.Request = &switchcore.Request{Body: testdata(t, file)}
		})
	}
	lookup := func(r switchcore.Request) switchcore.Call {
		return with(callOf(transactions.AttemptLookup, transactions.Lookup), func(call *switchcore.Call) { call.Request = &r })
	}
	advice := func(op transactions.Operation, kind transactions.AttemptKind, a switchcore.Advice) switchcore.Call {
		a.ID, a.Time = adviceID, "2031-02-03T04:06:00.000Z"
		return with(callOf(kind, op), func(call *switchcore.Call) { call.Advice = &a })
	}
	const own = `[ {"institutionId":"90000001","transactionIdentifier":"T-1"},{"institutionId":"90000020","transactionIdentifier":"DEM-1"} ]`
	for name, call := range map[string]switchcore.Call{
		"provision": request(transactions.Provision, transactions.AttemptRequest, "provision.json"),
		"retry":     request(transactions.Provision, transactions.AttemptRetry, "provision.json"),
		"redeem":    request(transactions.Redemption, transactions.AttemptRequest, "redemption.json"),
		"refund":    request(transactions.Refund, transactions.AttemptRequest, "redemption.json"),
		"provision_without_settlement": with(request(transactions.Provision, transactions.AttemptRequest, "redemption.json"), func(call *switchcore.Call) {
			call.Provider.Settlement = switchcore.Institution{}
		}),
		"lookup_code":   lookup(switchcore.Request{VoucherCode: "7300 1188&2245", VoucherSerial: "S1", LookupRequestID: "x", Receiver: switchcore.Institution{ID: "90000020"}}),
		"lookup_serial": lookup(switchcore.Request{VoucherSerial: "DEM1000001", LookupRequestID: "x"}),
		"lookup_id":     lookup(switchcore.Request{LookupRequestID: wireRef}),
		"confirm_provision": advice(transactions.Provision, transactions.AttemptConfirm, switchcore.Advice{
			Body: testdata(t, "tender_advice.json"), Identifiers: own, Reason: "TIMEOUT", Amount: &money.Amount{Minor: 1, Currency: "710"},
		}),
		"confirm_redeem": advice(transactions.Redemption, transactions.AttemptConfirm, switchcore.Advice{Body: testdata(t, "tender_advice.json"), Identifiers: own}),
		"confirm_refund": advice(transactions.Refund, transactions.AttemptConfirm, switchcore.Advice{Identifiers: own}),
		"reverse_provision_unanswered": with(advice(transactions.Provision, transactions.AttemptReverse, switchcore.Advice{Reason: "CANCELLED"}), func(call *switchcore.Call) {
			call.Request = &switchcore.Request{Body: testdata(t, "provision.json")}
		}),
		"reverse_provision_own_word": advice(transactions.Provision, transactions.AttemptReverse, switchcore.Advice{}),
		"reverse_redeem_partly": advice(transactions.Redemption, transactions.AttemptReverse, switchcore.Advice{
			Reason: "RESPONSE_NOT_FINAL", Identifiers: `[]`, Amount: &money.Amount{Minor: 1200, Currency: "710"},
		}),
		"reverse_refund": advice(transactions.Refund, transactions.AttemptReverse, switchcore.Advice{Reason: "TIMEOUT", Identifiers: "not a list"}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := c.Prepare(call)
			require.NoError(t, err)
			got := fmt.Sprintf("%s %s\ntraced %s\nheaders %s\n%s\nmasked %s\n", m.Method, m.Path, m.TracedPath, m.Headers, m.Body, m.Masked)
			file := filepath.Join("testdata", name+".golden")
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

func TestPrepareIsRepeatable(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://hub.example")
	call := callOf(transactions.AttemptReverse, transactions.Provision)
	call.Advice = &switchcore.Advice{ID: adviceID, Body: testdata(t, "tender_advice.json")}
	first, err := c.Prepare(call)
	require.NoError(t, err)
	second, err := c.Prepare(call)
	require.NoError(t, err)
	require.Equal(t, first, second)
}

func TestPrepareRefusesWhatHasNoWords(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://hub.example")
	body := &switchcore.Request{Body: []byte(`{"thirdPartyIdentifiers":[]}`)}
	for name, call := range map[string]switchcore.Call{
		"unknown kind":        callOf("RECEIPT", transactions.Provision),
		"products":            with(callOf(transactions.AttemptRequest, transactions.Products), func(c *switchcore.Call) { c.Request = body }),
		"retry of redemption": with(callOf(transactions.AttemptRetry, transactions.Redemption), func(c *switchcore.Call) { c.Request = body }),
		"no request":          callOf(transactions.AttemptRequest, transactions.Provision),
		"list not a list": with(callOf(transactions.AttemptRequest, transactions.Provision), func(c *switchcore.Call) {
			c.Request = &switchcore.Request{Body: []byte(`{"thirdPartyIdentifiers":{}}`)}
		}),
		"no JSON": with(callOf(transactions.AttemptRequest, transactions.Provision), func(c *switchcore.Call) {
			c.Request = &switchcore.Request{Body: []byte(`{`)}
		}),
		"look-up without key":    with(callOf(transactions.AttemptLookup, transactions.Lookup), func(c *switchcore.Call) { c.Request = &switchcore.Request{} }),
		"look-up of a provision": with(callOf(transactions.AttemptLookup, transactions.Provision), func(c *switchcore.Call) { c.Request = body }),
		"no advice":              callOf(transactions.AttemptConfirm, transactions.Provision),
		"reversal not taken": with(callOf(transactions.AttemptReverse, transactions.Provision), func(c *switchcore.Call) {
			c.Advice, c.Provider.Profile.ReverseProvision = &switchcore.Advice{ID: adviceID}, false
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := c.Prepare(call)
			require.Equal(t, apperr.Invalid, apperr.CodeOf(err))
			require.Zero(t, m)
		})
	}
}

// storable gives the list of tenders as an advice that holds it is stored.
func storable(tenders string) string {
	call := callOf(transactions.AttemptConfirm, transactions.Provision)
	call.Advice = &switchcore.Advice{ID: adviceID, Body: []byte(`{"tenders":` + tenders + `}`)}
	return string(jsonedit.Member(family.AdviceBody(call, wireRef, true), "tenders"))
}

func TestTendersAreStorable(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`[{"cardNumber":"4111111111111111"},{"cardNumber":"411111"}]`: `[{"cardNumber":"411111******1111"},{"cardNumber":"411111"}]`,
		`[{"cardNumber":4111111111111111, "reference":"r"}]`:          `[{"cardNumber":"411111******1111","reference":"r"}]`,
		`[{"cardNumber":"411111******1111"}]`:                         `[{"cardNumber":"411111******1111"}]`,
		`[{"tenderType":"CASH"}, 5]`:                                  `[{"tenderType":"CASH"},5]`,
		`[]`:                                                          `[]`,
		`"x"`:                                                         `"x"`,
	} {
		require.Equal(t, want, storable(in))
	}
}
