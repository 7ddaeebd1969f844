package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// entryWorthSQL is what an entry is about: the approved sum that was stored with it, or, where no answer ever told one, the sum
// that its request asked for. The transaction is looked up for those entries only.
const entryWorthSQL = `coalesce(s.amount_minor, (select coalesce(x.approved_amount_minor, x.request_amount_minor) from transactions x where x.id = s.transaction_id))`

// entrySQL selects an entry with what decides when it is sent. The entry is s.
var entrySQL = `select ` + entryColumns.selected("s") + `, coalesce(c.name, ''), coalesce(p.name, ''), coalesce(p.enabled, false), p.held_at, p.held_until, coalesce(p.hold_reason, ''), coalesce(p.held_by, ''),
  c.held_at, c.held_until, coalesce(c.hold_reason, ''), coalesce(t.open_attempt_id is not null, false), ` + entryWorthSQL + `, now()
  from saf_entries s left join clients c on c.id = s.client_id left join providers p on p.id = s.provider_id left join transactions t on t.id = s.transaction_id`

func scanEntry(row pgx.CollectableRow) (monitoring.Entry, error) {
	var e monitoring.Entry
	var providerAt, providerUntil, clientAt, clientUntil *time.Time
	err := row.Scan(append(entryColumns.targets(&e.Entry), &e.Client.Name, &e.Provider.Name, &e.Enabled, &providerAt, &providerUntil, &e.ProviderHold.Reason,
		&e.ProviderHold.By, &clientAt, &clientUntil, &e.ClientHold.Reason, &e.RequestRunning, &e.Amount, &e.Now)...)
	e.Client.ID, e.Provider.ID = e.ClientID, e.ProviderID
	e.ProviderHold.At, e.ProviderHold.Until = orZero(providerAt), orZero(providerUntil)
	e.ClientHold.At, e.ClientHold.Until = orZero(clientAt), orZero(clientUntil)
	return e, err
}

// mayHaveMore tells whether messages other than a confirmation or reversal may be stored for a transaction: a receipt that the
// switch took over, or the rejection of a wire reference that was given up. The others need not be looked through.
func mayHaveMore(t *transactions.Transaction) bool {
	return t.Key.Operation == transactions.Receipt || t.WireNo > 0
}

// entriesOf gives the stored messages of a transaction with their places in line, its confirmation or reversal last.
func (r *Reader) entriesOf(ctx context.Context, tx pgx.Tx, t *transactions.Transaction) ([]monitoring.Entry, error) {
	kinds := ` and s.kind in ('CONFIRM', 'REVERSE')`
	if mayHaveMore(t) {
		kinds = ""
	}
	rows, err := tx.Query(ctx, entrySQL+` where s.transaction_id = $1`+kinds+` order by s.kind in ('CONFIRM', 'REVERSE'), s.created_at`, t.ID)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scanEntry)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if err := standing(ctx, tx, &list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// standing counts the place of an entry in the line of its provider.
func standing(ctx context.Context, tx pgx.Tx, e *monitoring.Entry) error {
	if !e.Outstanding() || e.State == "PARKED" || e.State == "REFUSED" {
		return nil
	}
	return tx.QueryRow(ctx, `select count(*) + 1 from saf_entries q, saf_entries s
  where s.id = $1 and q.provider_id = s.provider_id and q.live and (q.next_at, q.id) < (s.next_at, s.id)`, e.ID).Scan(&e.Position)
}

// FindEntry gives everything on one stored advice; NotFound when there is none, or none of the clients in scope (nil: all).
func (r *Reader) FindEntry(ctx context.Context, id uuid.UUID, scope []string) (monitoring.EntryCase, error) {
	var out monitoring.EntryCase
	err := r.look(ctx, "stored advice", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, entrySQL+` where s.id = $1 and ($2::text[] is null or s.client_id = any($2))`, id, scope)
		if err != nil {
			return err
		}
		out.Entry, err = pgx.CollectExactlyOneRow(rows, scanEntry)
		if IsNotFound(err) {
			return errNoEntry()
		}
		if err != nil {
			return err
		}
		if err := standing(ctx, tx, &out.Entry); err != nil {
			return err
		}
		e, b := &out.Entry, &pgx.Batch{}
		b.Queue(`select `+attemptColumns.selected("a")+` from attempts a where a.saf_id = $1 order by a.started_at, a.attempt_no`, e.ID).
			Query(scanEach(attemptColumns, func(a *attempt) { out.Attempts = append(out.Attempts, *a) }))
		b.Queue(`select `+traceColumns.selected("x")+` from (select x.* from traces x where x.transaction_id = $1
  and x.attempt_id in (select id from attempts where saf_id = $2) order by x.seq desc limit $3) x order by x.seq`, e.TransactionID, e.ID, mostTraces).
			Query(scanEach(traceColumns, func(x *trace) { out.Traces = append(out.Traces, *x) }))
		b.Queue(`select `+changeColumns.selected("e")+` from transaction_events e where e.transaction_id = $1 and e.field in ('saf', 'decision', 'final') order by e.seq`, e.TransactionID).
			Query(scanEach(changeColumns, func(x *change) { out.Events = append(out.Events, *x) }))
		b.Queue(`select count(*), coalesce(min(created_at), '0001-01-01 00:00:00+00') from saf_entries where provider_id = $1 and live`, e.ProviderID).
			QueryRow(func(row pgx.Row) error { return row.Scan(&out.Queue.Depth, &out.Queue.Oldest) })
		return tx.SendBatch(ctx, b).Close()
	})
	return out, err
}
