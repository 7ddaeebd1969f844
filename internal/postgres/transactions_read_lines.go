package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// listColumns are the columns that lists show; sealed bodies stay where they are.
var listColumns = txnColumns.pick("id", "client_id", "service", "operation", "request_id", "generation", "superseded", "mode", "provider_id",
	"terminal_id", "product_id", "currency", "request_amount_minor", "approved_amount_minor", "final_amount_minor", "received_at", "responded_at",
	"closed_at", "outcome", "decision", "final", "declined_by", "recon_required", "provider_ref", "error_type", "http_status", "retry_count",
	"attempt_count", "basket_ref", "rrn", "open_attempt_id", "wire_no")

// linesOf reads the content of rows; transactions is a table t of them.
func linesOf(transactions string) string {
	return `select ` + listColumns.selected("t") + `, ` + stuckSQL + `, ` + breakOpenSQL + `, now(), coalesce(c.name, ''), coalesce(p.name, ''), coalesce(d.description, ''),
  s.state, least(s.next_at, '9999-12-31 00:00:00+00'), s.held_at, s.held_until, s.resolved_by, coalesce(` + heldAboveSQL + `, false)
  from ` + transactions + ` left join clients c on c.id = t.client_id left join providers p on p.id = t.provider_id
  left join products d on d.provider_id = t.provider_id and d.id = t.product_id
  left join saf_entries s on s.transaction_id = t.id and s.kind in ('CONFIRM', 'REVERSE')`
}

var readLines = linesOf("transactions t") + " where t.id = any($1)"

// heldAboveSQL tells whether the queue of the provider p or of the client c is held.
const heldAboveSQL = `(p.held_at is not null and (p.held_until is null or p.held_until > now()) or c.held_at is not null and (c.held_until is null or c.held_until > now()))`

// lines reads the content of a page's rows.
func (r *Reader) lines(ctx context.Context, tx snapshot, places []place) ([]monitoring.Line, error) {
	ids := make([]uuid.UUID, 0, len(places))
	for _, p := range places {
		if !p.early {
			ids = append(ids, p.id)
		}
	}
	var list []monitoring.Line
	if len(ids) > 0 {
		b := &pgx.Batch{}
		b.Queue(plansSQL, plansOnce)
		b.Queue(readLines, ids).Query(func(rows pgx.Rows) (err error) {
			list, err = pgx.CollectRows(rows, r.scanLine)
			return err
		})
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return nil, err
		}
	}
	return r.arranged(ctx, tx, places, list)
}

// arranged brings lines into the order of their places and adds what stands beside them.
func (r *Reader) arranged(ctx context.Context, tx snapshot, places []place, list []monitoring.Line) ([]monitoring.Line, error) {
	clients := map[string]string{}
	for _, p := range places {
		if p.early {
			clients[p.key.ClientID] = ""
		}
	}
	if err := moreAdvices(ctx, tx, list); err != nil {
		return nil, err
	}
	if err := nameClients(ctx, tx, clients); err != nil {
		return nil, err
	}
	byID := make(map[uuid.UUID]monitoring.Line, len(list))
	for _, l := range list {
		byID[l.ID] = l
	}
	out := make([]monitoring.Line, 0, len(places))
	for _, p := range places {
		if p.early {
			out = append(out, monitoring.Line{
				ID: p.id, Status: transactions.EarlyReversal, AdviceID: p.adviceID, Client: monitoring.Named{ID: p.key.ClientID, Name: clients[p.key.ClientID]},
				Transaction: transactions.Transaction{Key: p.key, ReceivedAt: p.at},
			})
		} else {
			out = append(out, byID[p.id])
		}
	}
	return out, nil
}

func (r *Reader) scanLine(row pgx.CollectableRow) (monitoring.Line, error) {
	var l monitoring.Line
	var e struct {
		state             *string
		next, held, until *time.Time
		resolved          *uuid.UUID
		heldAbove         bool
	}
	a := transactions.Around{Limits: r.limits}
	t := &l.Transaction
	err := row.Scan(append(listColumns.targets(t), &a.Stuck, &a.BreakOpen, &a.Now, &l.Client.Name, &l.Provider.Name, &l.Product.Name,
		&e.state, &e.next, &e.held, &e.until, &e.resolved, &e.heldAbove)...)
	l.ID, l.Client.ID, l.Provider.ID, l.Product.ID = t.ID, t.Key.ClientID, t.ProviderID, t.ProductID
	l.Status = t.Status(a)
	if e.state != nil {
		entry := saf.Entry{State: saf.State(*e.state), NextAt: orZero(e.next), HeldAt: orZero(e.held), HeldUntil: orZero(e.until)}
		if e.resolved != nil {
			entry.ResolvedBy = *e.resolved
		}
		l.Advice, l.Outstanding = entry.Label(a.Now, e.heldAbove), entry.Outstanding()
	}
	return l, err
}

// moreAdvices finds the outstanding messages of lines that neither confirm nor reverse: receipts and clean-ups.
func moreAdvices(ctx context.Context, tx snapshot, list []monitoring.Line) error {
	var ids []uuid.UUID
	byID := map[uuid.UUID]*monitoring.Line{}
	for i := range list {
		if l := &list[i]; !l.Outstanding && mayHaveMore(&l.Transaction) {
			ids, byID[l.ID] = append(ids, l.ID), l
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, entrySQL+` where s.transaction_id = any($1) and s.kind in ('RECEIPT', 'CLEANUP')`, ids)
	if err != nil {
		return err
	}
	entries, err := pgx.CollectRows(rows, scanEntry)
	for i := range entries {
		e := &entries[i]
		if l := byID[e.TransactionID]; l.Advice == "" || e.Outstanding() {
			l.Advice, l.Outstanding = e.Label(), e.Outstanding()
		}
	}
	return err
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func nameClients(ctx context.Context, tx snapshot, names map[string]string) error {
	if len(names) == 0 {
		return nil
	}
	ids := make([]string, 0, len(names))
	for id := range names {
		ids = append(ids, id)
	}
	rows, err := tx.Query(ctx, "select id, name from clients where id = any($1)", ids)
	if err != nil {
		return err
	}
	var id, name string
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error { names[id] = name; return nil })
	return err
}

// Choices gives the parties that filters offer, by name.
func (r *Reader) Choices(ctx context.Context) (monitoring.Choices, error) {
	var out monitoring.Choices
	err := r.look(ctx, "list of parties", func(tx pgx.Tx) (err error) {
		if out.Providers, err = namedBy(ctx, tx, "select id, name from providers order by lower(name), id"); err != nil {
			return err
		}
		out.Clients, err = namedBy(ctx, tx, "select id, name from clients order by lower(name), id")
		return err
	})
	return out, err
}

func namedBy(ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]monitoring.Named, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (n monitoring.Named, err error) {
		return n, row.Scan(&n.ID, &n.Name)
	})
}
