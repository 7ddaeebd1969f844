package sandbox

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// Patience of a till. Whatever it asks again it asks ever more rarely.
const (
	callTimeout  = 60 * time.Second // the switch answers within 55 s
	maxRetries   = 3                // of a request without outcome (vouchers.md 5)
	retryPause   = time.Second
	advicePause  = time.Second
	longestPause = time.Minute
	maxAnswer    = 1 << 20
)

// world is what all tills of a run share. The functions are replaced in tests.
type world struct {
	api       string
	simulator string
	http      *http.Client
	log       *slog.Logger
	think     func(context.Context, time.Duration) // people take their time
	pause     func(context.Context, time.Duration) // between two tries
	now       func() time.Time
	newID     func() string
	silent    atomic.Bool // the API gave no answer last time

	cards     rack
	approvals atomic.Int64 // the last approval code of consumer finance

	devices sync.Mutex
	seller  [sellerTill]device
}

func newWorld(api, simulator string, log *slog.Logger) *world {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &world{
		api: api, simulator: simulator, log: log, think: sleep, pause: sleep, now: time.Now, newID: uuid.NewString,
		http: &http.Client{
			Timeout:       callTimeout,
			Transport:     &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// reply is what a till got; status 0 means that no answer came.
type reply struct {
	status int
	body   []byte
}

func (r reply) ok() bool { return r.status >= 200 && r.status < 300 }

// open tells that the outcome is not known, so that the message must be sent again or undone.
func (r reply) open() bool {
	return r.status == 0 || r.status >= 500 || r.status == http.StatusTooManyRequests || r.status == http.StatusRequestTimeout
}

// call sends one message of a client. It never logs where to or what: both may carry voucher codes.
func (w *world) call(ctx context.Context, c Client, method, path string, body []byte) reply {
	req, err := http.NewRequestWithContext(ctx, method, w.api+path, bytes.NewReader(body))
	if err != nil {
		return reply{}
	}
	if c.ID != "" { // consumer finance signs its messages instead
		req.SetBasicAuth(c.ID, c.Password)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	r := w.exchange(req)
	if ctx.Err() != nil {
		return reply{}
	}
	if gone := r.status == 0; w.silent.Swap(gone) != gone {
		if gone {
			w.log.Warn("demo traffic gets no answer from the channel API; it waits and repeats")
		} else {
			w.log.Info("demo traffic is answered again")
		}
	}
	return r
}

func (w *world) exchange(req *http.Request) reply {
	resp, err := w.http.Do(req)
	if err != nil {
		return reply{}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return reply{}
	}
	return reply{resp.StatusCode, body}
}

// insist repeats an advice, the same one each time, until its status is final.
func (w *world) insist(ctx context.Context, c Client, path string, body []byte, dice *rand.Rand) reply {
	for n := 0; ; n++ {
		r := w.call(ctx, c, http.MethodPost, path, body)
		if !r.open() || ctx.Err() != nil {
			return r
		}
		w.pause(ctx, backoff(advicePause, n, dice))
	}
}

// backoff doubles from first, and spreads the result so that tills do not repeat in step.
func backoff(first time.Duration, n int, dice *rand.Rand) time.Duration {
	d := min(first<<min(n, 10), longestPause)
	return d/2 + time.Duration(dice.Int64N(int64(d/2)+1))
}
