package postgres_test

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
	"github.com/signalboxhq/signalbox/internal/saf"
)

// careless is a sender that loses some results, postpones some and stores the rest, as the fence allows.
type careless struct {
	t     *testing.T
	db    *postgres.DB
	turns atomic.Int64
}

func (c *careless) Deliver(ctx context.Context, d saf.Delivery) func() {
	set := `state = 'ACKED'`
	switch turn := c.turns.Add(1); {
	case turn%10 == 3:
		return func() {} // its lease lapses
	case turn%5 == 1:
		set = `state = 'QUEUED', next_at = clock_timestamp() + interval '30 ms'`
	}
	return func() {
		_, err := c.db.Pool.Exec(ctx, `with ended as (update attempts set state = 'ANSWERED', result = 'SUCCESS', ended_at = clock_timestamp() where id = $3 and state = 'INTENT')
  update saf_entries set `+set+`, lease_owner = null, lease_until = null, attempt_id = null where id = $1 and fence = $2 and attempt_id = $3`, d.Entry.ID, d.Fence, d.AttemptID)
		if err != nil {
			c.t.Error(err)
		}
	}
}

func (*careless) Parallel(string) (int, bool) { return 4, true }
func (*careless) Lease(string) time.Duration  { return 200 * time.Millisecond }
func (*careless) FIFO(string) bool            { return false }

// seen keeps what the engine asked for.
type seen struct {
	saf.Store
	bounded atomic.Int64
}

func (s *seen) ClaimDue(ctx context.Context, c saf.Claim) ([]saf.Delivery, error) {
	if !c.From.IsZero() {
		s.bounded.Add(1)
	}
	return s.Store.ClaimDue(ctx, c)
}

// store queues an entry that has been due for a while, held or not.
func store(t *testing.T, db *postgres.DB, client string, late time.Duration, held bool) {
	_, err := db.Pool.Exec(t.Context(), `with stored as (insert into saf_entries (id, provider_id, client_id, service, operation, transaction_id, kind, wire_ref, payload_digest, state, next_at,
    held_at, hold_reason, created_at, updated_at)
  values ($1, 'p', $4, 'VOUCHER', 'PROVISION', $1, 'CONFIRM', 'w', '\x01', 'QUEUED', clock_timestamp() - make_interval(secs => $2), case when $3 then clock_timestamp() end,
    case when $3 then 'test' end, clock_timestamp(), clock_timestamp()))
  insert into saf_messages (saf_id, payload_sealed, payload_masked) values ($1, '\x01', '{}')`, uuid.New(), late.Seconds(), held, client)
	if err != nil {
		t.Error(err)
	}
}

// A claim begins at a watermark. Entries that become due below it, holds that end there and leases that lapse there wait for the
// next sweep and are never lost, however busy the queue is above it.
func TestNothingIsLostBelowTheWatermark(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	queue := &seen{Store: postgres.NewQueue(db)}
	e := &saf.Engine{Store: queue, Sender: &careless{t: t, db: db}, Node: "n1", Tick: time.Hour, Log: slog.New(slog.DiscardHandler)}
	stop, cancel := context.WithCancel(t.Context())
	var running, storing sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() { e.Run(stop, "p") })
	running.Go(func() { // the queue never rests: fresh entries keep coming, so that no quiet moment sweeps
		for stop.Err() == nil {
			store(t, db, "busy", 0, false)
			e.Wake("p")
		}
	})
	for worker := range 3 {
		storing.Go(func() {
			for n := range 40 {
				store(t, db, "till", time.Duration(worker*n)*time.Second, n%4 == 3)
				e.Wake("p")
			}
		})
	}
	storing.Wait()
	_, err := db.Pool.Exec(t.Context(), `update saf_entries set held_at = null, hold_reason = null where held_at is not null`)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		var open int
		require.NoError(t, db.Pool.QueryRow(t.Context(), `select count(*) from saf_entries where client_id = 'till' and state <> 'ACKED'`).Scan(&open))
		return open == 0
	}, 2*time.Minute, 100*time.Millisecond, "everything is delivered while the queue is busy")
	require.NotZero(t, queue.bounded.Load(), "claims were bounded")
	cancel()
	running.Wait()
	var broken int
	require.NoError(t, db.Pool.QueryRow(t.Context(), `select count(*) from (select saf_id, fence from attempts group by 1, 2 having count(*) > 1
  union all select a.saf_id, a.fence from attempts a join traces x on x.attempt_id = a.id and x.leg = 'SP' group by 1, 2 having count(*) > 1) b`).Scan(&broken))
	require.Zero(t, broken, "one attempt and one trace for each claim")
}

// TestAttemptsOfClaimsGrow: an id of a claim's attempt begins with the moment of the claim, as those that nodes make do.
func TestAttemptsOfClaimsGrow(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	var text string
	var at time.Time
	require.NoError(t, db.Pool.QueryRow(t.Context(), `select (`+postgres.GrowingID+`)::text, at from (select clock_timestamp() as at) now`).Scan(&text, &at))
	id, err := uuid.Parse(text)
	require.NoError(t, err)
	require.EqualValues(t, 7, id.Version())
	require.Equal(t, uuid.RFC4122, id.Variant())
	sec, nsec := id.Time().UnixTime()
	require.WithinDuration(t, at, time.Unix(sec, nsec), time.Millisecond)
}
