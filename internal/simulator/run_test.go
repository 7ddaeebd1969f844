package simulator

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConcurrentSendsOfOneID(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{DataDir: t.TempDir()})
	tally := func(step string) map[string]int {
		var mu sync.Mutex
		var wg sync.WaitGroup
		seen := map[string]int{}
		body := k.request("P-" + step)
		for range 50 {
			wg.Go(func() {
				path := "vouchers"
				if step == "retry" {
					path += "/" + uuidOf("P-retry") + "/retry"
				}
				r := k.post(path, body)
				mu.Lock()
				defer mu.Unlock()
				seen[fmt.Sprint(r.status, r.errorType())]++
				seen["code "+r.code()]++
			})
		}
		wg.Wait()
		return seen
	}
	first := tally("provision")
	require.Equal(t, 1, first["201"])
	require.Equal(t, 49, first["400DUPLICATE_RECORD"]+first["400 DUPLICATE_RECORD"])
	second := tally("retry")
	require.Equal(t, 50, second["201"]+second["201 "])
	require.Len(t, second, 2, "one status, one code")
	b := k.books("")
	require.Len(t, b.Entries, 2)
	require.Equal(t, 50, b.Entries[0].Received)
	require.Equal(t, 50, b.Entries[1].Retries)
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{DataDir: t.TempDir()})
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 25 {
				name := fmt.Sprintf("P%d.%d", w, i)
				r := k.post("vouchers", k.request(name))
				path, want := "vouchers/confirmations", http.StatusAccepted
				if i%3 == 0 {
					path = "vouchers/reversals"
				}
				if r.status != http.StatusCreated || k.post(path, k.advice("A"+name, name)).status != want {
					t.Errorf("%s failed: %s", name, r.text)
				}
				k.send(http.MethodGet, "/books/demo?ref="+uuidOf(name), nil)
			}
		})
	}
	wg.Wait()
	b := k.books("")
	codes := map[string]bool{}
	for _, e := range b.Entries {
		codes[e.CodeHash] = true
	}
	require.Len(t, codes, 200)
	require.Equal(t, 72, b.Totals["provision"].Reversed)
	require.EqualValues(t, 128*5000, b.Totals["provision"].ConfirmedAmount)
	require.Equal(t, b.Totals["provision"].ConfirmedAmount, b.Totals["provision"].NetAmount)
}

// start runs a simulator and returns its address and the channel of its end.
func start(t *testing.T, ctx context.Context, cfg Config) (string, <-chan error) {
	t.Helper()
	addr, done := make(chan string, 1), make(chan error, 1)
	cfg.Addr, cfg.Ready = "127.0.0.1:0", func(a string) { addr <- a }
	go func() { done <- Run(ctx, cfg) }()
	select {
	case a := <-addr:
		return a, done
	case err := <-done:
		require.NoError(t, err)
		return "", nil
	}
}

func TestRunEndsWithItsParent(t *testing.T) {
	t.Parallel()
	in, parent := io.Pipe()
	addr, done := start(t, context.Background(), Config{DataDir: t.TempDir(), StopOnEOF: in})
	res, err := http.Get("http://" + addr + "/healthz")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	http.DefaultClient.CloseIdleConnections()
	require.NoError(t, parent.Close())
	require.NoError(t, <-done)
}

func TestRunLetsGoOfHangingCalls(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	addr, done := start(t, ctx, Config{})
	k := newKit(t, "demo", Config{})
	k.url = "http://" + addr
	k.basket = "sim:lost-answer"
	hung := make(chan reply, 1)
	go func() { hung <- k.do("provision P1") }()
	require.Eventually(t, func() bool { return len(k.books("").Entries) == 1 }, 5*time.Second, 5*time.Millisecond)
	began := time.Now()
	cancel()
	require.NoError(t, <-done)
	require.Error(t, (<-hung).err)
	require.Less(t, time.Since(began), 5*time.Second)
}

func TestRunNamesABusyAddress(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	addr, done := start(t, ctx, Config{})
	require.ErrorContains(t, Run(ctx, Config{Addr: addr}), addr)
	cancel()
	require.NoError(t, <-done)
}

// BenchmarkProvision measures provisions over loopback; the client's share of
// the processor is in the figure.
func BenchmarkProvision(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- Run(ctx, Config{Addr: "127.0.0.1:0", DataDir: b.TempDir(), Ready: func(a string) { ready <- a }})
	}()
	url := "http://" + <-ready + "/demo/suv/v1/vouchers"
	k := &kit{user: "90000002"}
	body, err := json.Marshal(k.request("P"))
	require.NoError(b, err)
	head, tail, _ := strings.Cut(string(body), uuidOf("P"))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	var n atomic.Int64
	b.SetParallelism(16)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := fmt.Sprintf("00000000-0000-4000-8000-%012d", n.Add(1))
			req, _ := http.NewRequest(http.MethodPost, url, strings.NewReader(head+id+tail))
			req.SetBasicAuth(k.user, "secret")
			res, err := client.Do(req)
			if err != nil || res.StatusCode != http.StatusCreated {
				b.Errorf("provision failed: %v", err)
				return
			}
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "provisions/s")
	client.CloseIdleConnections()
	cancel()
	require.NoError(b, <-done)
}
