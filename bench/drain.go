package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
)

// drained is the rate at which a held queue empties once released.
type drained struct {
	Entries  int     `json:"entries"`
	Rate     float64 `json:"per_second"`
	Parallel int     `json:"parallel"`
	Cost     string  `json:"cost"`
}

// drains measures the queue of one provider beside River and beside a plain loop, all with as many senders.
func (b *bench) drains(ctx context.Context, f *floor, r *report) error {
	n, parallel := b.options.entries, b.parallel[drainedProvider]
	say("drain of %d stored confirmations, plain loop", n)
	plain, err := b.plainDrain(ctx, f, drainedProvider, n, parallel)
	if err != nil {
		return err
	}
	say("drain of %d stored confirmations, River", n)
	slow, err := b.riverDrain(ctx, drainedProvider, n/20, parallel, river.FetchCooldownDefault)
	if err != nil {
		return err
	}
	fast, err := b.riverDrain(ctx, drainedProvider, n, parallel, riverShortest)
	if err != nil {
		return err
	}
	say("drain of %d stored confirmations", n)
	own, err := b.drain(ctx, drainedProvider, n)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("SAF drain, one provider, %d at once", parallel)
	r.add(what+", against River", own.Rate, max(slow.Rate, fast.Rate), "per s", 1.5, true)
	r.add(what+", against a plain loop", own.Rate, plain.Rate, "per s", 0, true)
	r.note("River v0.51.0 with riverpgxv5: %d workers, %.0f per s with its shortest fetch cooldown of %s, %.0f with its default of %s; everything else its default; the better counts",
		parallel, fast.Rate, riverShortest, slow.Rate, time.Duration(river.FetchCooldownDefault))
	r.note("SAF drain: %s", own.Cost)
	r.note("River's drain: %s", fast.Cost)
	r.note("plain loop: the same POST and one committed update each")
	return nil
}

// drain holds the queue of a provider, fills it, releases it and measures from the first claim to the last
// acknowledgement, by the database's clock: the pause until a dispatcher notices the release is not work.
func (b *bench) drain(ctx context.Context, provider string, n int) (drained, error) {
	out := drained{Entries: n, Parallel: b.parallel[provider]}
	if _, err := b.db.Exec(ctx, `update providers set held_at = clock_timestamp(), hold_reason = 'bench', held_by = 'bench' where id = $1`, provider); err != nil {
		return out, err
	}
	var since time.Time
	if err := b.db.QueryRow(ctx, `select clock_timestamp()`).Scan(&since); err != nil {
		return out, err
	}
	filled := b.closed(ctx, 64, 2*time.Minute, n, true, b.messages.only(provider))
	if filled.complete != n {
		return out, fmt.Errorf("only %d of %d confirmations were stored: %s", filled.complete, n, filled.first)
	}
	var waiting int
	if err := b.db.QueryRow(ctx, `select count(*) from saf_entries where provider_id = $1 and state = 'QUEUED' and created_at >= $2`, provider, since).Scan(&waiting); err != nil {
		return out, err
	}
	if waiting != n {
		return out, fmt.Errorf("%d of %d entries wait in the held queue", waiting, n)
	}
	if _, err := b.db.Exec(ctx, `checkpoint`); err != nil {
		return out, err
	}
	before, err := b.spent(ctx)
	if err != nil {
		return out, err
	}
	if _, err := b.db.Exec(ctx, `update providers set held_at = null, hold_reason = null, held_by = null where id = $1`, provider); err != nil {
		return out, err
	}
	if err := b.settled(ctx, 3*time.Minute); err != nil {
		return out, err
	}
	after, err := b.spent(ctx)
	if err != nil {
		return out, err
	}
	out.Cost = after.each(before, n)
	var seconds float64
	err = b.db.QueryRow(ctx, `select count(*) filter (where s.state = 'ACKED'), extract(epoch from max(a.ended_at) - min(a.started_at))
  from saf_entries s join attempts a on a.saf_id = s.id where s.provider_id = $1 and s.created_at >= $2`, provider, since).Scan(&waiting, &seconds)
	if err != nil {
		return out, err
	}
	if waiting != n {
		return out, fmt.Errorf("%d of %d entries were acknowledged", waiting, n)
	}
	out.Rate = float64(n) / seconds
	return out, nil
}

// only makes messages for one provider.
func (m *messages) only(provider string) *messages {
	out := &messages{client: m.client, name: m.name}
	for _, o := range m.offers {
		if o.provider == provider {
			out.offers = append(out.offers, o)
		}
	}
	return out
}

// looking is the pause between two looks at whether a queue is empty. Each look costs the database something while it works.
const looking = 50 * time.Millisecond

// settled waits until no advice is due or on its way.
func (b *bench) settled(ctx context.Context, limit time.Duration) error {
	for until := time.Now().Add(limit); time.Now().Before(until) && ctx.Err() == nil; time.Sleep(looking) {
		var open bool
		if err := b.db.QueryRow(ctx, `select exists (select 1 from saf_entries where live)`).Scan(&open); err != nil {
			return err
		}
		if !open {
			return nil
		}
	}
	return fmt.Errorf("advices are still undelivered after %s", limit)
}

// plainDrain is the floor of the drain: as many senders, each with the same POST to the same stand-in and one committed
// update of one row after it, and nothing else.
func (b *bench) plainDrain(ctx context.Context, f *floor, provider string, n, parallel int) (drained, error) {
	out := drained{Entries: n, Parallel: parallel}
	bodies, err := b.soldDirectly(ctx, provider, n)
	if err != nil {
		return out, err
	}
	config, err := pgxpool.ParseConfig(f.url)
	if err != nil {
		return out, err
	}
	config.MaxConns = int32(parallel)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return out, err
	}
	defer pool.Close()
	found, err := pool.Query(ctx, `select id from saf_entries limit $1`, n)
	if err != nil {
		return out, err
	}
	var ids []uuid.UUID
	for found.Next() {
		var id uuid.UUID
		if err := found.Scan(&id); err != nil {
			return out, err
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return out, fmt.Errorf("the floor has no rows to update: %w", found.Err())
	}
	if _, err := b.db.Exec(ctx, `checkpoint`); err != nil {
		return out, err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: parallel}}
	defer client.CloseIdleConnections()
	var next atomic.Int64
	var first atomic.Pointer[error]
	var wg sync.WaitGroup
	start := time.Now()
	for range parallel {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && first.Load() == nil; i = int(next.Add(1)) - 1 {
				err := post(ctx, client, b.standIn(provider), bodies[i])
				if err == nil {
					_, err = pool.Exec(ctx, `update saf_entries set last_attempt_at = clock_timestamp(), last_http_status = 202 where id = $1`, ids[i%len(ids)])
				}
				if err != nil {
					first.Store(&err)
				}
			}
		})
	}
	wg.Wait()
	if err := first.Load(); err != nil {
		return out, *err
	}
	out.Rate = float64(n) / time.Since(start).Seconds()
	return out, nil
}

const directUser, directPassword = "90000998", "bench-direct-caller"

func (b *bench) standIn(provider string) string {
	return b.program.simulator + "/" + provider + "/suv/v1"
}

// direct is what was sold at the stand-ins without the switch, by the reference in their books.
type direct struct {
	mu   sync.Mutex
	sold map[string]bool
}

// soldDirectly sells at the stand-in without the switch, under a user of its own, and gives the confirmations to send.
func (b *bench) soldDirectly(ctx context.Context, provider string, n int) ([][]byte, error) {
	m := b.messages.only(provider)
	m.client, m.name = directUser, "Bench direct"
	to := newPeer(b.standIn(provider), directUser, directPassword)
	bodies := make([][]byte, n)
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			w, err := to.dial()
			if err != nil {
				errs[i] = err
				return
			}
			defer w.close()
			for k := i; k < n && ctx.Err() == nil; k += len(errs) {
				s := m.next()
				b.direct.mu.Lock()
				b.direct.sold[s.id] = true
				b.direct.mu.Unlock()
				status, answer, err := w.post("/vouchers", m.provision(s))
				if err != nil || status != 201 {
					errs[i] = fmt.Errorf("the stand-in refused a sale: status %d, %w %.200s", status, err, answer)
					return
				}
				bodies[k] = m.confirmation(s, answer)
			}
		})
	}
	wg.Wait()
	i := slices.IndexFunc(errs, func(err error) bool { return err != nil })
	if i >= 0 {
		return nil, errs[i]
	}
	return bodies, ctx.Err()
}

func post(ctx context.Context, client *http.Client, base string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/vouchers/confirmations", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.SetBasicAuth(directUser, directPassword)
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusAccepted {
		err = fmt.Errorf("the stand-in answered %d %.200s", res.StatusCode, answer)
	}
	return err
}

// control tells a stand-in how to behave; nil: well.
func (b *bench) control(ctx context.Context, provider string, set map[string]any) error {
	body, err := json.Marshal(set)
	if err != nil {
		return err
	}
	method := http.MethodPut
	if set == nil {
		method = http.MethodDelete
	}
	req, err := http.NewRequestWithContext(ctx, method, b.program.simulator+"/control/"+provider, bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the stand-in %s does not take its orders: %d", provider, res.StatusCode)
	}
	return nil
}
