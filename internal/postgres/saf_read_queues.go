package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/saf"
)

// halfHours is how many points the line of a queue's depth has: 24 hours.
const halfHours = 48

// Queues gives every queue, what needs a person, and the holds in force; counts cover the clients in scope (nil: all).
func (r *Reader) Queues(ctx context.Context, scope []string) (monitoring.Queues, error) {
	var out monitoring.Queues
	err := r.look(ctx, "list of queues", func(tx pgx.Tx) (err error) {
		out, err = readQueues(ctx, tx, scope)
		return err
	})
	return out, err
}

func readQueues(ctx context.Context, tx pgx.Tx, scope []string) (monitoring.Queues, error) {
	var out monitoring.Queues
	if err := tx.QueryRow(ctx, "select now()").Scan(&out.Now); err != nil {
		return out, err
	}
	var err error
	if out.Queues, err = queueHeads(ctx, tx, out.Now); err != nil {
		return out, err
	}
	q := queueSet{now: out.Now, byID: map[string]*monitoring.Queue{}}
	for i := range out.Queues {
		q.byID[out.Queues[i].Provider.ID] = &out.Queues[i]
	}
	for _, read := range []func(context.Context, pgx.Tx, []string) error{q.depths, q.sends, q.history} {
		if err := read(ctx, tx, scope); err != nil {
			return out, err
		}
	}
	if out.Stuck, err = stuckGroups(ctx, tx, scope); err != nil {
		return out, err
	}
	for _, s := range out.Stuck {
		if head := q.byID[s.Provider.ID]; head != nil && s.State == saf.Parked {
			head.Parked += s.Entries
		} else if head != nil {
			head.Refused += s.Entries
		}
	}
	out.Holds, err = holdsInForce(ctx, tx, scope)
	return out, err
}

// queueHeads reads the providers; one that takes neither confirmation nor reversal of anything only consumes.
func queueHeads(ctx context.Context, tx pgx.Tx, now time.Time) ([]monitoring.Queue, error) {
	rows, err := tx.Query(ctx, `select id, name, enabled, held_at, held_until, coalesce(hold_reason, ''), coalesce(held_by, ''),
  not exists (select 1 from unnest(array['confirmProvision', 'reverseProvision', 'confirmRedeem', 'reverseRedeem', 'confirmRefund', 'reverseRefund']) k
    where profile ->> k = 'true') from providers order by lower(name), id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (monitoring.Queue, error) {
		q := monitoring.Queue{Now: now}
		var at, until *time.Time
		err := row.Scan(&q.Provider.ID, &q.Provider.Name, &q.Enabled, &at, &until, &q.Hold.Reason, &q.Hold.By, &q.Consumes)
		q.Hold.At, q.Hold.Until = orZero(at), orZero(until)
		return q, err
	})
}

// queueSet fills queues from several reads.
type queueSet struct {
	now  time.Time
	byID map[string]*monitoring.Queue
}

// heldSQL tells whether a queued entry is held: itself, its provider or its client.
const heldSQL = `(s.held_at is not null and (s.held_until is null or s.held_until > now()) or coalesce(` + heldAboveSQL + `, false))`

func (q queueSet) depths(ctx context.Context, tx pgx.Tx, scope []string) error {
	rows, err := tx.Query(ctx, `select s.provider_id, coalesce(s.currency, ''), coalesce(sum(s.amount_minor), 0)::bigint, count(*)::int,
    (count(*) filter (where s.state = 'LEASED'))::int, (count(*) filter (where s.state = 'QUEUED' and `+heldSQL+`))::int,
    (count(*) filter (where s.state = 'QUEUED' and s.next_at <= now() and not `+heldSQL+`))::int, min(s.created_at)
  from saf_entries s left join providers p on p.id = s.provider_id left join clients c on c.id = s.client_id
  where s.state in ('QUEUED', 'LEASED') and ($1::text[] is null or s.client_id = any($1)) group by 1, 2 order by 4 desc`, scope)
	if err != nil {
		return err
	}
	var id string
	var sum monitoring.Sum
	var sending, held, due int
	var oldest time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &sum.Currency, &sum.Minor, &sum.Count, &sending, &held, &due, &oldest}, func() error {
		head := q.byID[id]
		if head == nil {
			return nil
		}
		head.Depth, head.Sending, head.Held, head.Due = head.Depth+sum.Count, head.Sending+sending, head.Held+held, head.Due+due
		if head.Oldest.IsZero() || oldest.Before(head.Oldest) {
			head.Oldest = oldest
		}
		if sum.Currency != "" {
			head.Worth = append(head.Worth, sum)
		}
		return nil
	})
	return err
}

// sends counts the attempts of the last hour and finds the last acknowledgement and the last error among them.
func (q queueSet) sends(ctx context.Context, tx pgx.Tx, scope []string) error {
	rows, err := tx.Query(ctx, `select s.provider_id, count(*)::int, (count(*) filter (where a.result in ('SUCCESS', 'FAILED')))::int,
    (count(*) filter (where a.result = 'SUCCESS' and a.ended_at >= now() - interval '5 min'))::int,
    max(a.ended_at) filter (where a.result = 'SUCCESS'),
    coalesce((array_agg(coalesce(s.last_error_type, a.detail) order by a.ended_at desc) filter (where a.result <> 'SUCCESS'))[1], '')
  from attempts a join saf_entries s on s.id = a.saf_id
  where a.started_at >= now() - interval '1 hour' and a.saf_id is not null and ($1::text[] is null or s.client_id = any($1)) group by 1`, scope)
	if err != nil {
		return err
	}
	var id, last string
	var sent, answered, acks int
	var acked *time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &sent, &answered, &acks, &acked, &last}, func() error {
		if head := q.byID[id]; head != nil {
			head.Attempts, head.Answered, head.Acks, head.LastAck, head.LastError = sent, answered, acks, orZero(acked), last
		}
		return nil
	})
	return err
}

// history works the depth of the last 24 hours out backwards from the present one: what was stored in a half hour was not
// there before it, what reached its end in it was.
func (q queueSet) history(ctx context.Context, tx pgx.Tx, scope []string) error {
	rows, err := tx.Query(ctx, `select s.provider_id, least(floor(extract(epoch from now() - x.at) / 1800), $2)::int, sum(x.step)::int
  from saf_entries s cross join lateral (select s.created_at as at, 1 as step where s.state <> 'CONSUMED'
    union all select s.updated_at, -1 where s.state in ('ACKED', 'REFUSED', 'PARKED')) x
  where s.created_at >= now() - interval '24 hours' and ($1::text[] is null or s.client_id = any($1)) group by 1, 2`, scope, halfHours)
	if err != nil {
		return err
	}
	steps := map[string]*[halfHours + 1]int{}
	var id string
	var ago, step int
	_, err = pgx.ForEachRow(rows, []any{&id, &ago, &step}, func() error {
		if steps[id] == nil {
			steps[id] = new([halfHours + 1]int)
		}
		steps[id][max(ago, 0)] += step
		return nil
	})
	if err != nil {
		return err
	}
	for id, head := range q.byID {
		depth := head.Depth
		for ago := range halfHours {
			head.DepthByHalf = append(head.DepthByHalf, max(depth, 0))
			if s := steps[id]; s != nil {
				depth -= s[ago]
			}
		}
		slices.Reverse(head.DepthByHalf)
	}
	return q.consumed(ctx, tx, scope)
}

func (q queueSet) consumed(ctx context.Context, tx pgx.Tx, scope []string) error {
	rows, err := tx.Query(ctx, `select provider_id, count(*)::int from saf_entries where state = 'CONSUMED' and created_at >= now() - interval '24 hours'
  and ($1::text[] is null or client_id = any($1)) group by 1`, scope)
	if err != nil {
		return err
	}
	var id string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		if head := q.byID[id]; head != nil {
			head.Consumed = n
		}
		return nil
	})
	return err
}

func stuckGroups(ctx context.Context, tx pgx.Tx, scope []string) ([]monitoring.Stuck, error) {
	rows, err := tx.Query(ctx, `select s.provider_id, coalesce(p.name, ''), s.state, case s.state when 'PARKED' then coalesce(s.parked_reason, '')
      else concat_ws(' ', s.last_http_status, s.last_error_type) end, count(*)::int, coalesce(s.currency, ''), coalesce(sum(s.amount_minor), 0)::bigint, min(s.created_at)
  from saf_entries s left join providers p on p.id = s.provider_id
  where s.state in ('PARKED', 'REFUSED') and s.resolved_by is null and ($1::text[] is null or s.client_id = any($1))
  group by 1, 2, 3, 4, 6 order by 5 desc, 1, 3, 4`, scope)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s monitoring.Stuck, err error) {
		var sum monitoring.Sum
		err = row.Scan(&s.Provider.ID, &s.Provider.Name, &s.State, &s.Reason, &s.Entries, &sum.Currency, &sum.Minor, &s.Oldest)
		sum.Count = s.Entries
		if sum.Currency != "" {
			s.Worth = []monitoring.Sum{sum}
		}
		return s, err
	})
}

// mostHolds bounds the held entries that are listed one by one.
const mostHolds = 20

func holdsInForce(ctx context.Context, tx pgx.Tx, scope []string) ([]monitoring.HeldGroup, error) {
	rows, err := tx.Query(ctx, `with live as materialized (select * from saf_entries where state in ('QUEUED', 'LEASED', 'PARKED') and ($1::text[] is null or client_id = any($1)))
  select 'queue', p.id, p.name, null::uuid, p.held_at, p.held_until, coalesce(p.hold_reason, ''), coalesce(p.held_by, ''),
    (select count(*) from live where provider_id = p.id)::int, coalesce((select sum(amount_minor) from live where provider_id = p.id), 0)::bigint,
    coalesce((select min(currency) from live where provider_id = p.id), '')
  from providers p where p.held_at is not null and (p.held_until is null or p.held_until > now())
  union all select 'client', c.id, c.name, null, c.held_at, c.held_until, coalesce(c.hold_reason, ''), '',
    (select count(*) from live where client_id = c.id)::int, coalesce((select sum(amount_minor) from live where client_id = c.id), 0)::bigint,
    coalesce((select min(currency) from live where client_id = c.id), '')
  from clients c where c.held_at is not null and (c.held_until is null or c.held_until > now()) and ($1::text[] is null or c.id = any($1))
  union all (select 'entry', s.provider_id, coalesce(p.name, ''), s.id, s.held_at, s.held_until, coalesce(s.hold_reason, ''), '', 1, coalesce(s.amount_minor, 0), coalesce(s.currency, '')
  from live s left join providers p on p.id = s.provider_id where s.held_at is not null and (s.held_until is null or s.held_until > now()) order by s.held_at limit $2)`, scope, mostHolds)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (h monitoring.HeldGroup, err error) {
		var until *time.Time
		var sum monitoring.Sum
		var entry *[16]byte
		err = row.Scan(&h.Kind, &h.Subject.ID, &h.Subject.Name, &entry, &h.Hold.At, &until, &h.Hold.Reason, &h.Hold.By, &h.Entries, &sum.Minor, &sum.Currency)
		h.Hold.Until, sum.Count = orZero(until), h.Entries
		if entry != nil {
			h.EntryID = *entry
		}
		if sum.Currency != "" {
			h.Worth = []monitoring.Sum{sum}
		}
		return h, err
	})
}
