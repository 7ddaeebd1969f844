package postgres

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// claimDue leases due entries, closes the attempts of lapsed leases, and writes the new attempts and provider-bound traces:
// one statement, one commit, nothing leaves before it (I2, A6). It serves several providers at once. One clock reading serves
// all, so that an attempt never overlaps the one it replaces. No two attempts of a transaction overlap (I9): an entry waits
// while another one is open, a CLEANUP also while a client's repeat may open one, and of several entries of a transaction one
// is taken at a time. Holds are looked up once, not once an entry, and the index gives the order, so that a claim costs the
// same however long the queue is. The parameter are the claims (saf.Claim), one for each provider; the entries
// of the future are behind the end of the index scan.
var claimDue = `with now as materialized (select clock_timestamp() as at),
asked as materialized (select * from unnest($1::claim_row[]) c
  where not exists (select 1 from providers p, now where p.id = c.provider_id and p.held_at is not null and (p.held_until is null or p.held_until > now.at))),
due as materialized (
  select e.*, c.lease_us, c.node from asked c cross join lateral (
    select s.id, s.transaction_id, s.state, s.manual_actor, s.attempt_id from saf_entries s, now
    where s.provider_id = c.provider_id and s.live and s.next_at >= c.since and s.next_at <= (select at from now)
      and case s.state when 'QUEUED' then s.next_at <= now.at else s.lease_until <= now.at end
      and (s.held_at is null or s.held_until <= now.at)
      and (not c.manual or s.manual_actor is not null)
      and s.client_id <> all(array(select h.id from clients h where h.held_at is not null and (h.held_until is null or h.held_until > (select at from now))))
      and (not c.fifo or s.id = (select h.id from saf_entries h where h.provider_id = c.provider_id and h.live and h.next_at < 'infinity'
           order by h.created_at, h.id limit 1))
      and not exists (select 1 from attempts a where a.transaction_id = s.transaction_id and a.state = 'INTENT' and a.saf_id is distinct from s.id)
      and (s.kind <> 'CLEANUP' or exists (select 1 from transactions t where t.id = s.transaction_id
           and (t.outcome in ('SUCCESS', 'FAILED') or t.decision is not null or t.last_client_at < now.at - interval '5 min')))
    order by s.next_at, s.id limit c.room for no key update of s skip locked) e),
claimed as (
  update saf_entries s set state = 'LEASED', lease_owner = due.node, lease_until = now.at + due.lease_us * interval '1 us', fence = s.fence + 1,
    attempts = s.attempts + 1, attempt_id = ` + growingID + `, first_attempt_at = coalesce(s.first_attempt_at, now.at), last_attempt_at = now.at,
    manual_actor = null, updated_at = now.at
  from now, due left join saf_messages m on m.saf_id = due.id
  where s.id = due.id and not exists (select 1 from due other where other.transaction_id = due.transaction_id and other.id < due.id)
  returning s.*, m.payload_sealed, m.payload_masked, due.manual_actor as asked_by),
closed as (
  update attempts a set state = 'NO_ANSWER', result = 'UNKNOWN', detail = 'LEASE_LAPSED', ended_at = now.at
  from due, claimed, now where due.id = claimed.id and due.state = 'LEASED' and a.id = due.attempt_id and a.state = 'INTENT'),
sent as (
  insert into attempts (id, transaction_id, saf_id, kind, state, attempt_no, trigger, actor, wire_ref, digest, fence, node, started_at, lease_until)
  select c.attempt_id, c.transaction_id, c.id, coalesce(nullif(c.opening, ''), c.kind), 'INTENT', c.attempts, case when c.asked_by is null then 'AUTO' else 'MANUAL' end, c.asked_by,
    c.wire_ref, c.payload_digest, c.fence, c.lease_owner, now.at, c.lease_until from claimed c, now),
traced as (
  insert into traces (transaction_id, client_id, leg, attempt_id, kind, operation, method, url_path, body_masked, body_sha256, bytes, at, began_at, peer_institution)
  select c.transaction_id, c.client_id, 'SP', c.attempt_id, case when c.opening <> '' or c.kind = 'RECEIPT' then 'REQUEST' when c.kind = 'CONFIRM' then 'CONFIRMATION' else 'REVERSAL' end, c.operation, c.method,
    c.url_path, c.payload_masked, c.payload_digest, coalesce(octet_length(c.payload_masked), 0), now.at, now.at, c.provider_id from claimed c, now)
select c.asked_by, now.at, ` + entryColumns.selected("c") + `, c.payload_sealed from claimed c, now order by c.next_at, c.id`

// growingID makes an id as the nodes make theirs (UUID version 7): it begins with the moment, so that attempts of a claim lie together
// in their indexes.
const growingID = `overlay(overlay(gen_random_uuid()::text placing '7' from 15) placing
  overlay(lpad(to_hex((1000 * extract(epoch from now.at))::bigint), 12, '0') placing '-' from 9 for 0) from 1 for 13)::uuid`

// claimType is the row type of claims.
const claimType = "claim_row"

var claimColumns = columns[saf.Claim]{
	word("provider_id", func(c *saf.Claim) *string { return &c.ProviderID }),
	count("room", "int", func(c *saf.Claim) *int { return &c.Limit }),
	{name: "lease_us", oid: pgtype.Int8OID, write: func(a packed, c *saf.Claim) packed { return a.int64(c.Lease.Microseconds()) }},
	flag("manual", func(c *saf.Claim) *bool { return &c.ManualOnly }),
	flag("fifo", func(c *saf.Claim) *bool { return &c.FIFO }),
	word("node", func(c *saf.Claim) *string { return &c.Node }),
	stamp("since", func(c *saf.Claim) *time.Time { return &c.From }), // the zero time is before everything
}

// Queue is the stored advices as the engine works them, on a pool of its own so that neither sales nor pages starve it.
type Queue struct {
	db *DB

	mu      sync.Mutex
	waiting []*asked
	running int // statements under way
}

// asked is one dispatcher's claim on its way.
type asked struct {
	saf.Claim
	start time.Time // monotonic, from before the statement
	due   []saf.Delivery
	err   error
	done  chan struct{}
}

// claimers bounds the claims under way: what is asked meanwhile shares the next statement and its commit.
const claimers = 2

// NewQueue makes the store of the SAF engine.
func NewQueue(db *DB) *Queue { return &Queue{db: db} }

var _ saf.Store = (*Queue)(nil)

// ClaimDue implements saf.Store. Dispatchers that ask at the same time are served together; a lone one is not delayed.
func (s *Queue) ClaimDue(ctx context.Context, c saf.Claim) ([]saf.Delivery, error) {
	own := &asked{Claim: c, start: time.Now(), done: make(chan struct{})}
	s.mu.Lock()
	s.waiting = append(s.waiting, own)
	if s.running < claimers {
		s.running++
		go s.serve()
	}
	s.mu.Unlock()
	select {
	case <-own.done:
		return own.due, Explain(own.err, "queue")
	case <-ctx.Done(): // what was claimed all the same is due again when its lease is over
		return nil, Explain(ctx.Err(), "queue")
	}
}

// serve claims for everybody who waits until nobody does.
func (s *Queue) serve() {
	for {
		list := s.next()
		if len(list) == 0 {
			return
		}
		if err := s.claim(list); err != nil {
			for _, c := range list {
				c.due, c.err = nil, err
			}
		}
		for _, c := range list {
			close(c.done)
		}
	}
}

// next takes what is waiting, but of each provider one claim only: the statement tells them apart by it.
func (s *Queue) next() (list []*asked) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var later []*asked
	for _, c := range s.waiting {
		if slices.ContainsFunc(list, func(o *asked) bool { return o.ProviderID == c.ProviderID }) {
			later = append(later, c)
		} else {
			list = append(list, c)
		}
	}
	if s.waiting = later; len(list) == 0 {
		s.running--
	}
	return list
}

// claim runs one statement for several providers; all are claimed or none.
func (s *Queue) claim(list []*asked) error {
	ctx, cancel := context.WithTimeout(context.Background(), applyTimeout)
	defer cancel()
	conn, err := acquire(ctx, s.db.Pool)
	if err != nil {
		return err
	}
	defer conn.Release()
	claims := records[saf.Claim]{cols: claimColumns}
	of := map[string]*asked{}
	for _, c := range list {
		claims.rows = append(claims.rows, &c.Claim)
		of[c.ProviderID] = c
	}
	rows, err := conn.Query(ctx, claimDue, claims)
	if err != nil {
		return err
	}
	var actor *string
	var d saf.Delivery
	_, err = pgx.ForEachRow(rows, slices.Concat([]any{&actor, &d.StartedAt}, entryColumns.targets(&d.Entry), []any{&d.Entry.PayloadSealed}), func() error {
		c := of[d.Entry.ProviderID]
		if actor != nil {
			d.Entry.ManualActor = *actor
		}
		d.AttemptID, d.Fence, d.LeaseStart, d.Lease = d.Entry.AttemptID, d.Entry.Fence, c.start, c.Lease
		c.due = append(c.due, d)
		d.Entry = saf.Entry{} // nothing of it is shared
		return nil
	})
	return err
}

// adviceDue tells whether an entry that a column points at is due and not held.
func adviceDue(column string) string {
	return `exists (select 1 from saf_entries s join providers p on p.id = s.provider_id
  where s.` + column + ` = $1 and s.live and s.next_at <= clock_timestamp()
    and (s.held_at is null or s.held_until <= clock_timestamp()) and (p.held_at is null or p.held_until <= clock_timestamp()))`
}

var (
	adviceDueVoucher = "select " + adviceDue("voucher_id")
	adviceDueCard    = "select " + adviceDue("card_hash") + " or " + adviceDue("other_card_hash")
)

// AdviceDue implements switchcore.Store.
func (s *Switch) AdviceDue(ctx context.Context, of switchcore.Holder) (due bool, err error) {
	sql, arg := adviceDueVoucher, any(of.VoucherID)
	if len(of.Card) > 0 {
		sql, arg = adviceDueCard, of.Card
	}
	return due, Explain(s.db.Pool.QueryRow(ctx, sql, arg).Scan(&due), "queue")
}
