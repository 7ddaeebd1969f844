package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
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

// queueHeads reads the providers; one that takes neither confirmation nor reversal of anything only consumes. A gift card
// issuer takes both of everything, the consumer finance rail takes reversals and receipts.
func queueHeads(ctx context.Context, tx pgx.Tx, now time.Time) ([]monitoring.Queue, error) {
	rows, err := tx.Query(ctx, `select id, name, enabled, held_at, held_until, coalesce(hold_reason, ''), coalesce(held_by, ''),
  not exists (select 1 from unnest(array['confirmProvision', 'reverseProvision', 'confirmRedeem', 'reverseRedeem', 'confirmRefund', 'reverseRefund', 'cards', 'finance']) k
    where profile ->> k = 'true'), case when profile ->> 'cards' = 'true' then 'GIFTCARD' when profile ->> 'finance' = 'true' then 'HUMM' else 'VOUCHER' end from providers order by lower(name), id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (monitoring.Queue, error) {
		q := monitoring.Queue{Now: now}
		var at, until *time.Time
		err := row.Scan(&q.Provider.ID, &q.Provider.Name, &q.Enabled, &at, &until, &q.Hold.Reason, &q.Hold.By, &q.Consumes, &q.Service)
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
	rows, err := tx.Query(ctx, `select s.provider_id, coalesce(s.currency, ''), coalesce(sum(`+entryWorthSQL+`), 0)::bigint, count(*)::int,
    (count(*) filter (where s.state = 'LEASED'))::int, (count(*) filter (where s.state = 'QUEUED' and `+heldSQL+`))::int,
    (count(*) filter (where s.state = 'QUEUED' and s.next_at <= now() and not `+heldSQL+`))::int, min(s.created_at)
  from saf_entries s left join providers p on p.id = s.provider_id left join clients c on c.id = s.client_id
  where s.live and ($1::text[] is null or s.client_id = any($1)) group by 1, 2 order by 4 desc`, scope)
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

// sends counts the attempts of the last hour and finds the last acknowledgement and the last error among them. A question
// that a delivery begins with is no error when it was answered: what it found leads to the next message.
func (q queueSet) sends(ctx context.Context, tx pgx.Tx, scope []string) error {
	rows, err := tx.Query(ctx, `select s.provider_id, count(*)::int, (count(*) filter (where a.result in ('SUCCESS', 'FAILED')))::int,
    (count(*) filter (where a.result = 'SUCCESS' and a.ended_at >= now() - interval '5 min'))::int,
    max(a.ended_at) filter (where a.result = 'SUCCESS'),
    coalesce((array_agg(coalesce(s.last_error_type, a.detail) order by a.ended_at desc)
      filter (where a.result <> 'SUCCESS' and not (a.kind in ('LOOKUP', 'RESOLVE') and a.state = 'ANSWERED' and a.http_status < 300)))[1], '')
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

// stuckGroups counts what needs a person, by provider, state and reason; amounts are added up by currency.
func stuckGroups(ctx context.Context, tx pgx.Tx, scope []string) ([]monitoring.Stuck, error) {
	rows, err := tx.Query(ctx, `select s.provider_id, coalesce(p.name, ''), s.state, case s.state when 'PARKED' then coalesce(s.parked_reason, '')
      else concat_ws(' ', s.last_http_status, s.last_error_type) end, count(*)::int, coalesce(s.currency, ''), coalesce(sum(`+entryWorthSQL+`), 0)::bigint, min(s.created_at)
  from saf_entries s left join providers p on p.id = s.provider_id
  where s.stuck and s.resolved_by is null and ($1::text[] is null or s.client_id = any($1))
  group by 1, 2, 3, 4, 6 order by 5 desc, 1, 3, 4`, scope)
	if err != nil {
		return nil, err
	}
	var list []monitoring.Stuck
	var s monitoring.Stuck
	var sum monitoring.Sum
	_, err = pgx.ForEachRow(rows, []any{&s.Provider.ID, &s.Provider.Name, &s.State, &s.Reason, &sum.Count, &sum.Currency, &sum.Minor, &s.Oldest}, func() error {
		i := slices.IndexFunc(list, func(g monitoring.Stuck) bool {
			return g.Provider == s.Provider && g.State == s.State && g.Reason == s.Reason
		})
		if i < 0 {
			i, list = len(list), append(list, s)
		}
		g := &list[i]
		g.Entries, g.Worth = g.Entries+sum.Count, addSum(g.Worth, sum)
		if s.Oldest.Before(g.Oldest) {
			g.Oldest = s.Oldest
		}
		return nil
	})
	return list, err
}

// mostHolds bounds the held entries that are listed one by one.
const mostHolds = 20

// holdsInForce lists the holds with what each stops, one row for each currency of it.
func holdsInForce(ctx context.Context, tx pgx.Tx, scope []string) ([]monitoring.HeldGroup, error) {
	rows, err := tx.Query(ctx, `with live as materialized (select s.*, `+entryWorthSQL+` as worth from saf_entries s where (s.live or s.stuck and s.state = 'PARKED') and ($1::text[] is null or s.client_id = any($1)))
  select 'queue', p.id, p.name, null::uuid, p.held_at, p.held_until, coalesce(p.hold_reason, ''), coalesce(p.held_by, ''), count(l.id)::int, coalesce(sum(l.worth), 0)::bigint, coalesce(l.currency, '')
  from providers p left join live l on l.provider_id = p.id where p.held_at is not null and (p.held_until is null or p.held_until > now()) group by p.id, l.currency
  union all select 'client', c.id, c.name, null, c.held_at, c.held_until, coalesce(c.hold_reason, ''), '', count(l.id)::int, coalesce(sum(l.worth), 0)::bigint, coalesce(l.currency, '')
  from clients c left join live l on l.client_id = c.id where c.held_at is not null and (c.held_until is null or c.held_until > now()) and ($1::text[] is null or c.id = any($1)) group by c.id, l.currency
  union all (select 'entry', l.provider_id, coalesce(p.name, ''), l.id, l.held_at, l.held_until, coalesce(l.hold_reason, ''), '', 1, coalesce(l.worth, 0), coalesce(l.currency, '')
  from live l left join providers p on p.id = l.provider_id where l.held_at is not null and (l.held_until is null or l.held_until > now()) order by l.held_at limit $2)`, scope, mostHolds)
	if err != nil {
		return nil, err
	}
	var list []monitoring.HeldGroup
	var h monitoring.HeldGroup
	var until *time.Time
	var sum monitoring.Sum
	var entry *[16]byte
	_, err = pgx.ForEachRow(rows, []any{&h.Kind, &h.Subject.ID, &h.Subject.Name, &entry, &h.Hold.At, &until, &h.Hold.Reason, &h.Hold.By, &sum.Count, &sum.Minor, &sum.Currency}, func() error {
		h.Hold.Until, h.Entries, h.Worth, h.EntryID = orZero(until), sum.Count, nil, uuid.Nil
		if entry != nil {
			h.EntryID = *entry
		}
		if n := len(list) - 1; n < 0 || list[n].Kind != h.Kind || list[n].Subject.ID != h.Subject.ID || list[n].EntryID != h.EntryID {
			list = append(list, h)
		} else {
			list[n].Entries += h.Entries
		}
		held := &list[len(list)-1]
		held.Worth = addSum(held.Worth, sum)
		return nil
	})
	return list, err
}
