package postgres

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/saf"
)

// dueSQL is the moment an entry becomes due, with infinity as a moment that a page can name.
const dueSQL = `least(s.next_at, '9999-12-31 00:00:00+00')`

// labelSQL are the conditions of the labels, as in saf.Entry.Label.
func labelSQL(l saf.Label) string {
	switch l {
	case saf.LabelHeld:
		return `(s.live and s.state = 'QUEUED' and ` + heldSQL + `)`
	case saf.LabelDue:
		return `(s.live and s.state = 'QUEUED' and s.next_at <= now() and not ` + heldSQL + `)`
	case saf.LabelWaiting:
		return `(s.live and s.state = 'QUEUED' and s.next_at > now() and not ` + heldSQL + `)`
	case saf.LabelSending:
		return `(s.live and s.state = 'LEASED')`
	case saf.LabelParked:
		return `(s.stuck and s.state = 'PARKED' and s.resolved_by is null)`
	case saf.LabelRefused:
		return `(s.stuck and s.state = 'REFUSED' and s.resolved_by is null)`
	case saf.LabelClosed:
		return `(s.stuck and s.resolved_by is not null)`
	case saf.LabelAcknowledged:
		return `s.state = 'ACKED'`
	case saf.LabelConsumed:
		return `s.state = 'CONSUMED'`
	}
	return `(s.live or s.stuck and s.resolved_by is null)`
}

func entryClauses(f monitoring.EntryFilter) clauses {
	c := clauses{args: pgx.NamedArgs{"provider": f.ProviderID}, parts: []string{"s.provider_id = @provider", labelSQL(f.Label)}}
	c.with(f.Scope != nil, "s.client_id = any(@scope)", "scope", f.Scope)
	c.with(f.Kind != "", "s.kind = @kind", "kind", string(f.Kind))
	c.with(f.OlderThan > 0, "s.created_at < now() - make_interval(secs => @age)", "age", f.OlderThan.Seconds())
	c.with(f.Attempts > 0, "s.attempts > @attempts", "attempts", f.Attempts)
	c.with(f.ErrorType != "", "s.last_error_type = @error", "error", f.ErrorType)
	if f.Text != "" {
		id, _ := uuid.Parse(f.Text)
		c.args["id"] = id
		c.with(true, "(s.transaction_id = @id or s.id = @id or s.advice_id = @text or s.transaction_id in (select id from transactions where request_id = @text))", "text", f.Text)
	}
	return c
}

// QueueEntries gives one page of a queue in the order in which its entries are sent.
func (r *Reader) QueueEntries(ctx context.Context, f monitoring.EntryFilter) (monitoring.EntryPage, error) {
	var out monitoring.EntryPage
	err := r.look(ctx, "list of stored advices", func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, "select now()").Scan(&out.Now); err != nil {
			return err
		}
		c := entryClauses(f)
		const parties = ` left join clients c on c.id = s.client_id left join providers p on p.id = s.provider_id`
		c.args["most"] = monitoring.MaxTotal + 1
		sums, err := sumsOf(ctx, tx, `select coalesce(currency, ''), sum(minor)::bigint, count(*)::int from (
  select s.currency, coalesce(`+entryWorthSQL+`, 0) as minor from saf_entries s`+parties+c.where()+` limit @most) x group by 1 order by 3 desc`, c.args)
		if err != nil {
			return err
		}
		for _, s := range sums {
			out.Total += s.Count
			if s.Currency != "" && s.Minor != 0 {
				out.Worth = append(out.Worth, s)
			}
		}
		return r.entryPage(ctx, tx, f, c, &out)
	})
	return out, err
}

func (r *Reader) entryPage(ctx context.Context, tx pgx.Tx, f monitoring.EntryFilter, c clauses, out *monitoring.EntryPage) error {
	if f.After.ID != uuid.Nil {
		c.add(true, "("+dueSQL+", s.id) > (@after_at::timestamptz, @after_id::uuid)")
		c.args["after_at"], c.args["after_id"] = f.After.NextAt, f.After.ID
	}
	limit := f.Rows
	if limit <= 0 {
		limit = 50
	}
	c.args["limit"] = limit + 1
	rows, err := tx.Query(ctx, entrySQL+c.where()+" order by "+dueSQL+", s.id limit @limit", c.args)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, scanEntry)
	if err != nil {
		return err
	}
	if len(list) > limit {
		list = list[:limit]
		last := list[limit-1]
		out.Older = monitoring.EntryCursor{NextAt: last.NextAt, ID: last.ID}
	}
	out.Entries = list
	return linePlaces(ctx, tx, f.ProviderID, list)
}

// linePlaces gives the entries of a page their places in the line of the provider.
func linePlaces(ctx context.Context, tx pgx.Tx, provider string, list []monitoring.Entry) error {
	at := make(map[uuid.UUID]*monitoring.Entry, len(list))
	ids := make([]uuid.UUID, len(list))
	for i := range list {
		at[list[i].ID], ids[i] = &list[i], list[i].ID
	}
	rows, err := tx.Query(ctx, `select id, place from (select id, row_number() over (order by next_at, id)::int as place from saf_entries
  where provider_id = $1 and live) l where id = any($2)`, provider, ids)
	if err != nil {
		return err
	}
	var id uuid.UUID
	var n int
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error { at[id].Position = n; return nil })
	return err
}
