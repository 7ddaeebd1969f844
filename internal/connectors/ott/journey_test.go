package ott

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func start(t *testing.T) (*played, *Connector) {
	t.Helper()
	p := play()
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	return p, connect(t, srv.URL)
}

// TestRetryFindsWhatWasIssued: the first answer was lost, and nothing is issued a second time.
func TestRetryFindsWhatWasIssued(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	p.set(wireRef, connectortest.Malformed)
	m, err := c.Prepare(sale(1000))
	require.NoError(t, err)
	c.Send(t.Context(), m)
	w := connectortest.MustWalk(t, c, retry(time.Hour))
	require.Equal(t, switchcore.ClassApproved, w.Result.Class)
	require.Equal(t, p.vouchers[wireRef].pin, w.Result.Voucher.Code)
	require.Equal(t, 1, p.gets[wireRef])
	require.Equal(t, transactions.AttemptLookup, w.Messages[0].Kind)
}

// TestRetryIssuesUnderANewReference only after two empty checks, and the old reference is rejected afterwards.
func TestRetryIssuesUnderANewReference(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	p.set(wireRef, "lost request")
	require.Equal(t, switchcore.ClassUnknown, connectortest.MustWalk(t, c, sale(1000)).Result.Class)
	require.Equal(t, switchcore.ClassUnknown, connectortest.MustWalk(t, c, retry(settled-time.Second)).Result.Class)
	require.Empty(t, p.gets)

	w := connectortest.MustWalk(t, c, retry(settled))
	require.Equal(t, []string{stepCheckAgain, stepIssueAnew}, w.Steps())
	require.Equal(t, 5*time.Second, w.Results[0].Follow.After)
	require.True(t, w.Results[1].Follow.NewWireRef)
	require.Equal(t, switchcore.ClassApproved, w.Result.Class)
	require.Equal(t, map[string]int{nextRef: 1}, p.gets)

	// and the cleanup ends, though there is nothing to reject
	old := with(callOf(transactions.AttemptCleanup, transactions.Provision), func(call *switchcore.Call) {
		call.Sent = *w.Results[1].Follow.Cleanup
	})
	a := c.Send(t.Context(), old.Sent)
	got := connectortest.Following(c).Read(old, a)
	require.Equal(t, switchcore.ClassDone, got.Class)
	require.True(t, got.NotFound)
	require.Equal(t, "issued", p.vouchers[nextRef].state, "the new one stays")
}

// TestRetryWhoseNewRequestIsLost settles by a check of the new reference.
func TestRetryWhoseNewRequestIsLost(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	p.set(nextRef, connectortest.Malformed)
	w := connectortest.MustWalk(t, c, retry(settled))
	require.Equal(t, []string{stepCheckAgain, stepIssueAnew, stepCheck}, w.Steps())
	require.Equal(t, switchcore.ClassApproved, w.Result.Class)
	require.Equal(t, p.vouchers[nextRef].pin, w.Result.Voucher.Code)
}

func TestConfirmAndRejectAreRepeatable(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	require.Equal(t, switchcore.ClassApproved, connectortest.MustWalk(t, c, sale(1000)).Result.Class)
	for range 2 {
		require.Equal(t, switchcore.ClassDone, connectortest.MustWalk(t, c, advice(transactions.Provision, transactions.AttemptConfirm)).Result.Class)
	}
	require.Equal(t, "confirmed", p.vouchers[wireRef].state)
	refused := connectortest.MustWalk(t, c, advice(transactions.Provision, transactions.AttemptReverse))
	require.Equal(t, switchcore.ClassRefused, refused.Result.Class, "what is confirmed is not rejected")
	require.Equal(t, switchcore.ClassApproved, refused.Result.Proved)
}

// TestConfirmOfWhatIsGone is refused for good.
func TestConfirmOfWhatIsGone(t *testing.T) {
	t.Parallel()
	_, c := start(t)
	require.Equal(t, switchcore.ClassApproved, connectortest.MustWalk(t, c, sale(1000)).Result.Class)
	require.Equal(t, switchcore.ClassDone, connectortest.MustWalk(t, c, advice(transactions.Provision, transactions.AttemptReverse)).Result.Class)
	require.Equal(t, switchcore.ClassRefused, connectortest.MustWalk(t, c, advice(transactions.Provision, transactions.AttemptConfirm)).Result.Class)
}

func TestRedemptionLife(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	undo := advice(transactions.Redemption, transactions.AttemptReverse)
	part := redemption(rands(5000), `{"recipient":{"msisdn":"+27821234567"}}`)

	none := connectortest.MustWalk(t, c, undo).Result
	require.Equal(t, switchcore.ClassDone, none.Class)
	require.Empty(t, none.Break)

	p.set(wireRef, connectortest.Decline)
	refused := connectortest.MustWalk(t, c, part).Result
	require.Equal(t, switchcore.ErrAlreadyRedeemed, refused.ErrorType)
	require.Equal(t, "Voucher ************ already redeemed", refused.Words.Message)

	p.set(wireRef, connectortest.Approve)
	got := connectortest.MustWalk(t, c, part).Result
	require.Equal(t, switchcore.ClassApproved, got.Class)
	require.Equal(t, rands(4000), got.ApprovedAmount)
	require.Equal(t, rands(1050), got.BalanceAmount)

	taken := connectortest.MustWalk(t, c, undo).Result
	require.Equal(t, switchcore.ClassConsumed, taken.Class)
	require.Equal(t, "money to return by hand", taken.Break)
}

// TestRedemptionIsNeverSentTwice settles a silence by the check of its reference.
func TestRedemptionIsNeverSentTwice(t *testing.T) {
	t.Parallel()
	p, c := start(t)
	part := redemption(nil, `{}`)
	m, err := c.Prepare(part)
	require.NoError(t, err)
	part.Sent = m
	c.Send(t.Context(), m) // its answer is thrown away
	got := connectortest.Following(c).Read(part, switchcore.Answer{Sent: true, Timeout: true})
	require.Equal(t, switchcore.ClassApproved, got.Class)
	n := 0
	for _, r := range p.requests {
		if strings.HasPrefix(r, "/api/v1/RemitVoucher ") {
			n++
		}
	}
	require.Equal(t, 1, n)
}

func TestLookUpByCode(t *testing.T) {
	t.Parallel()
	_, c := start(t)
	got := connectortest.MustWalk(t, c, lookup(switchcore.Request{VoucherCode: pin})).Result
	require.Equal(t, switchcore.ClassApproved, got.Class, got.Words)
	require.Equal(t, rands(105050), got.BalanceAmount)
}

// TestWrongKeySettlesNothing: the provider says false in a code that nobody listed.
func TestWrongKeySettlesNothing(t *testing.T) {
	t.Parallel()
	p := play()
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	cfg := config(srv.URL)
	cfg.Secret = func(string) func() string { return func() string { return "another key" } }
	c, err := New(cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	require.Equal(t, switchcore.ClassUnknown, connectortest.MustWalk(t, c, sale(1000)).Result.Class)
	cfg.Password = func() string { return "another password" }
	c, err = New(cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	got := connectortest.MustWalk(t, c, advice(transactions.Provision, transactions.AttemptReverse)).Result
	require.Equal(t, switchcore.ClassRepeat, got.Class)
	require.True(t, got.Alarm)
}
