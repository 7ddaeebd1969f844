package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

func TestSameSeedSamePlans(t *testing.T) {
	t.Parallel()
	plans := func(seed uint64) []plan {
		s, list := script{seed: seed, rate: 3}, []plan{}
		for range 2000 {
			p := s.next()
			p.dice = nil
			list = append(list, p)
		}
		return list
	}
	one := plans(7)
	requireSame(t, one, plans(7))
	at, _, _ := firstDifference(one, plans(8))
	require.GreaterOrEqual(t, at, 0, "another seed, another story")
}

func TestDeckHoldsEveryStory(t *testing.T) {
	t.Parallel()
	s, told, clients, providers := script{seed: 1, rate: 3}, map[story]int{}, map[string]int{}, map[string]int{}
	for range len(deck()) {
		p := s.next()
		told[p.Story]++
		clients[p.Client.ID]++
		providers[p.Offer.ProviderID]++
		require.Positive(t, p.Offer.Amount)
		require.LessOrEqual(t, p.Offer.Amount, int64(dearest))
	}
	require.Len(t, deck(), 400)
	require.Len(t, told, 15)
	dull := told[sale] + told[redemption] + told[refund] + told[catalogue] + told[giftCard] + told[finance]
	require.InDelta(t, 0.05, float64(400-dull)/400, 0.02, "a few percent go wrong")
	require.Len(t, clients, 3)
	require.Len(t, providers, 11)
}

func TestOutagesTakeTurns(t *testing.T) {
	t.Parallel()
	s := script{seed: 1, rate: 2}
	var down []string
	var at []int
	rush := 0
	for i := range 2 * 3600 { // an hour
		p := s.next()
		if p.Outage != "" {
			down, at = append(down, p.Outage), append(at, i)
		}
		if i >= 330 && i < 360 && p.Offer.ProviderID == "hollywoodbets" {
			rush++
		}
	}
	require.Equal(t, []string{"hollywoodbets", "betway", "supabets", "lottostar"}, down)
	require.Equal(t, []int{360, 2160, 3960, 5760}, at, "after 3 minutes, then every 15")
	require.Greater(t, rush, 8, "sales whose confirmations meet the outage")
}

func TestSameSeedSameMessages(t *testing.T) {
	t.Parallel()
	drawn := regexp.MustCompile(`"code":"\d+"|"thirdPartyIdentifiers":\[[^\]]*\]|signature":"[^"]*"`) // by the providers, and with their keys
	tell := func() []string {
		f := newFront(t)
		w := f.world(t)
		w.now = func() time.Time { return time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC) }
		ids := 0
		w.newID = func() string { ids++; return fmt.Sprintf("%08x-0000-4000-8000-%012x", ids, ids) }
		s := script{seed: 5, rate: 3}
		for range 120 {
			w.play(t.Context(), s.next())
		}
		lines := f.story()
		for i := range lines {
			lines[i] += " " + string(drawn.ReplaceAll(f.seen[i].Body, []byte("-")))
		}
		return lines
	}
	one := tell()
	require.Greater(t, len(one), 200)
	requireSame(t, one, tell())
}

// An API that does not answer must neither be flooded nor keep the traffic from stopping.
func TestStopsAtOnce(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	hung := make(chan struct{})
	api := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 20 {
			close(hung)
		}
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server see the caller go
		<-r.Context().Done()
	}))
	defer api.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Traffic{APIURL: api.URL, SimulatorURL: api.URL, Rate: 500, Seed: 1}.Run(ctx)
	}()
	<-hung
	cancel()
	began := time.Now()
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(10 * time.Second):
		t.Fatal("demo traffic does not stop")
	}
	require.Less(t, time.Since(began), time.Second)
}

func TestCrowdIsBounded(t *testing.T) {
	t.Parallel()
	c := newCrowd(1)
	let := make(chan struct{})
	in := 0
	for range 1000 {
		if c.enter(func() { <-let }) {
			in++
		}
	}
	require.Equal(t, 94, in)
	require.Equal(t, 906, c.away)
	close(let)
	c.working.Wait()
	require.True(t, c.enter(func() {}))
	c.working.Wait()
}

func TestPausesGrowAndAreBounded(t *testing.T) {
	t.Parallel()
	dice := draw(1, 1, sale, "").dice
	for n, high := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second} {
		d := backoff(time.Second, n, dice)
		require.LessOrEqual(t, d, high)
		require.GreaterOrEqual(t, d, high/2)
	}
	require.LessOrEqual(t, backoff(time.Second, 1000, dice), longestPause)
}

// An outage ends with the settings it found, also when the program stops in the middle of it.
func TestOutagePutsTheProviderBack(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	w := f.world(t)
	require.True(t, w.control(t.Context(), http.MethodPut, "betway", []byte(`{"delay":{"ms":1},"down":false}`)).ok())
	before := w.control(t.Context(), http.MethodGet, "betway", nil)
	ctx, stop := context.WithCancel(t.Context())
	w.pause = func(context.Context, time.Duration) {
		require.Contains(t, string(w.control(t.Context(), http.MethodGet, "betway", nil).body), `"down":true`)
		stop()
	}
	w.playOutage(ctx, "betway")
	require.Equal(t, string(before.body), string(w.control(t.Context(), http.MethodGet, "betway", nil).body))
}

// Voucher codes go out in the query of a look-up: whatever fails, no address reaches the log.
func TestLogsCarryNoSecrets(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := newWorld("http://127.0.0.1:1", "http://127.0.0.1:1", slog.New(slog.NewTextHandler(&out, nil)))
	c := Clients()[0]
	r := w.call(t.Context(), c, http.MethodGet, "/vouchers?voucherCode=730011882245", nil)
	require.True(t, r.open())
	w.call(t.Context(), c, http.MethodGet, "/vouchers?voucherCode=730011882245", nil)
	require.Contains(t, out.String(), "no answer")
	require.Equal(t, 1, bytes.Count(out.Bytes(), []byte("\n")), "said once")
	require.NotContains(t, out.String(), "730011882245")
	require.NotContains(t, out.String(), c.Password)
}

// A voucher can only be spent at once when its seller confirms the sale.
func TestSpentVouchersAreSoldByDualMessaging(t *testing.T) {
	t.Parallel()
	for seq := range 200 {
		for _, of := range []story{redemption, refund, cancel, duplicate} {
			require.Equal(t, transactions.Dual, draw(1, seq, of, "").Client.Mode)
		}
	}
}
