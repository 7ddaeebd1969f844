package flash

import (
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	keys := tokenAddress(t)
	connectortest.Run(t, connectortest.Fixture{
		Provider: newPlayed(),
		Connect: func(t testing.TB, base string) switchcore.Connector {
			return newConnector(t, base, Options{AccountNumber: account, TokenURL: keys.url})
		},
		Provision: func(_ testing.TB, ref string, s connectortest.Scenario) switchcore.Call {
			call := asking(transactions.Provision, request(zar(connectortest.AmountOf(s))), nil)
			call.WireRef, call.EntryID = ref, ""
			return call
		},
	})
}

// play gives a connector before a played Flash.
func play(t testing.TB) (*Connector, *played, *tokens) {
	t.Helper()
	p, keys := newPlayed(), tokenAddress(t)
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	return newConnector(t, s.URL, Options{AccountNumber: account, TokenURL: keys.url}), p, keys
}

func fresh(call switchcore.Call) switchcore.Call {
	call.WireRef, call.EntryID = uuid.NewString(), uuid.NewString()
	if call.Advice != nil {
		call.Advice = &switchcore.Advice{ID: call.EntryID}
	}
	return call
}

// An unknown outcome is asked about with the same bytes, and Flash has sold one voucher, not two.
func TestUnknownIsResolvedByTheSameBytes(t *testing.T) {
	t.Parallel()
	c, p, _ := play(t)
	got := connectortest.MustWalk(t, c, fresh(asking(transactions.Provision, request(zar(connectortest.AmountOf(connectortest.ServerError))), nil))).Results
	require.Len(t, got, 2)
	require.Equal(t, switchcore.ClassUnknown, got[1].Class, "500 twice")
	messages := p.messages()
	require.Len(t, messages, 2)
	require.Equal(t, messages[0], messages[1])
	require.Equal(t, 1, p.sales())
}

// A client's retry gets the voucher that the lost answer told of.
func TestRetryFindsTheSameVoucher(t *testing.T) {
	t.Parallel()
	c, p, _ := play(t)
	call := fresh(asking(transactions.Provision, request(zar(5000)), nil))
	first := connectortest.MustWalk(t, c, call).Results
	call.Kind = transactions.AttemptRetry
	again := connectortest.MustWalk(t, c, call).Results
	require.Equal(t, switchcore.ClassApproved, again[0].Class)
	require.Equal(t, first[0].Voucher, again[0].Voucher)
	require.Equal(t, 1, p.sales())
}

// A token that Flash no longer takes is replaced once, and nobody notices.
func TestTokenExpires(t *testing.T) {
	t.Parallel()
	c, p, keys := play(t)
	require.Equal(t, switchcore.ClassApproved, connectortest.MustWalk(t, c, fresh(asking(transactions.Provision, request(zar(5000)), nil))).Results[0].Class)
	p.refuse("token-1")
	got := connectortest.MustWalk(t, c, fresh(asking(transactions.Provision, request(zar(5000)), nil))).Results
	require.Len(t, got, 2)
	require.Equal(t, family.DetailAuthFail, got[0].Detail)
	require.Equal(t, switchcore.ClassApproved, got[1].Class)
	require.EqualValues(t, 2, keys.fetched.Load())
	require.Equal(t, 2, p.sales())

	// given that the new one is refused too, then the sale is declined and people are told
	p.refuse("token-2")
	p.refuse("token-3")
	got = connectortest.MustWalk(t, c, fresh(asking(transactions.Provision, request(zar(5000)), nil))).Results
	last := got[len(got)-1]
	require.Equal(t, switchcore.ClassDeclined, last.Class)
	require.Equal(t, switchcore.ErrGeneral, last.ErrorType)
	require.True(t, last.Alarm)
	require.Equal(t, 2, p.sales())
}

// Without a token nothing is sent; a refused key is a decline.
func TestNoToken(t *testing.T) {
	t.Parallel()
	for status, want := range map[int64]switchcore.Class{503: switchcore.ClassNotSent, 401: switchcore.ClassDeclined} {
		c, p, keys := play(t)
		keys.status.Store(status)
		got := connectortest.MustWalk(t, c, fresh(asking(transactions.Provision, request(zar(5000)), nil))).Results
		require.Len(t, got, 1)
		require.Equal(t, want, got[0].Class)
		require.Equal(t, want == switchcore.ClassDeclined, got[0].Alarm)
		require.Empty(t, p.messages())
	}
}

// However many sell at once, one token is fetched (providers.md 10).
func TestOneTokenUnderLoad(t *testing.T) {
	t.Parallel()
	c, p, keys := play(t)
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			got := connectortest.MustWalk(t, c, fresh(asking(transactions.Provision, request(zar(5000)), nil))).Results
			if got[0].Class != switchcore.ClassApproved {
				t.Errorf("a sale was read as %s", got[0].Detail)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, keys.fetched.Load())
	require.Equal(t, 64, p.sales())
}

// A reversal undoes a sale once, however often it comes.
func TestReversalTakesBack(t *testing.T) {
	t.Parallel()
	c, p, _ := play(t)
	sale := fresh(asking(transactions.Provision, request(zar(5000)), nil))
	require.Equal(t, switchcore.ClassApproved, connectortest.MustWalk(t, c, sale).Results[0].Class)
	undo := fresh(reversing(transactions.Provision, nil))
	undo.WireRef = sale.WireRef
	for range 2 {
		require.Equal(t, switchcore.ClassDone, connectortest.MustWalk(t, c, undo).Results[0].Class)
	}
	require.Zero(t, p.sales())
	stray := connectortest.MustWalk(t, c, fresh(reversing(transactions.Provision, nil))).Results
	require.Equal(t, switchcore.ClassDone, stray[0].Class)
	require.True(t, stray[0].NotFound)
}
