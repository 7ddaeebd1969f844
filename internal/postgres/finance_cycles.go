package postgres

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
)

const cycleColumns = `id, process_id, number, period_from::text, period_to::text, state, currency::text, cutoff_at, item_count, principal_minor,
	fees_minor, tax_minor, net_minor, held_count, held_minor, open_count, open_minor, coalesce(input_hash, ''), rule`

func scanCycle(row pgx.CollectableRow) (finance.Cycle, error) {
	var c finance.Cycle
	var rule []byte
	err := row.Scan(&c.ID, &c.ProcessID, &c.Number, &c.PeriodFrom, &c.PeriodTo, &c.State, &c.Currency, &c.CutoffAt, &c.ItemCount,
		&c.Principal, &c.Fees, &c.Tax, &c.Net, &c.HeldCount, &c.HeldMinor, &c.OpenCount, &c.OpenMinor, &c.InputHash, &rule)
	if err != nil || rule == nil {
		return c, err
	}
	return c, json.Unmarshal(rule, &c.Rule)
}

// CycleOf gives the cycle whose period holds the day; NotFound when there is none.
func (f *Finance) CycleOf(ctx context.Context, processID uuid.UUID, date finance.Date) (finance.Cycle, error) {
	return cycleOf(ctx, f.db.Pool, processID, date)
}

func cycleOf(ctx context.Context, q querier, processID uuid.UUID, date finance.Date) (finance.Cycle, error) {
	rows, _ := q.Query(ctx, `select `+cycleColumns+` from settlement_cycles
		where process_id = $1 and period_from <= $2::date and period_to >= $2::date`, processID, string(date))
	c, err := pgx.CollectExactlyOneRow(rows, scanCycle)
	return c, Explain(err, "settlement cycle")
}

// FindCycle gives one cycle; NotFound when there is none.
func (f *Finance) FindCycle(ctx context.Context, id uuid.UUID) (finance.Cycle, error) {
	rows, _ := f.db.Pool.Query(ctx, `select `+cycleColumns+` from settlement_cycles where id = $1`, id)
	c, err := pgx.CollectExactlyOneRow(rows, scanCycle)
	return c, Explain(err, "settlement cycle")
}

// DayCycles lists the cycles of the latest days that have any, newest day first.
func (f *Finance) DayCycles(ctx context.Context, w finance.DayFilter) ([]finance.Cycle, error) {
	rows, _ := f.db.Pool.Query(ctx, `
		with days as (
		  select distinct period_to as day from settlement_cycles
		  where ($1 or process_id = $2) and ($3 = '' or period_to <= nullif($3, '')::date) order by 1 desc limit $4)
		select `+cycleColumns+` from settlement_cycles
		where ($1 or process_id = $2) and period_to in (select day from days)
		order by settlement_cycles.period_to desc, (select code from recon_processes p where p.id = process_id)`, w.Process == uuid.Nil, w.Process, string(w.Upto), daysOf(w))
	list, err := pgx.CollectRows(rows, scanCycle)
	return list, Explain(err, "settlement cycle")
}

// Cycles lists the latest cycles of a process, newest first.
func (f *Finance) Cycles(ctx context.Context, processID uuid.UUID, limit int) ([]finance.Cycle, error) {
	rows, _ := f.db.Pool.Query(ctx, `select `+cycleColumns+` from settlement_cycles where process_id = $1 order by number desc limit $2`,
		processID, limit)
	list, err := pgx.CollectRows(rows, scanCycle)
	return list, Explain(err, "settlement cycle")
}

// BeginCycle gives the cycle of the day in CALCULATING or beyond, or the earliest one missing before it. Under the
// process's lock, so numbers have no gap and periods touch.
func (f *Finance) BeginCycle(ctx context.Context, p finance.Process, date finance.Date) (finance.Cycle, error) {
	var out finance.Cycle
	err := pgx.BeginFunc(ctx, f.db.Pool, func(tx pgx.Tx) error {
		if err := lockProcess(ctx, tx, p.ID); err != nil {
			return err
		}
		c, err := unfinishedOrNext(ctx, tx, p, date)
		if err != nil {
			return err
		}
		out, err = beginCalculation(ctx, tx, c)
		return err
	})
	return out, Explain(err, "settlement cycle")
}

// unfinishedOrNext gives the earliest cycle up to the day that is not calculated, else the day's own, else a new one.
func unfinishedOrNext(ctx context.Context, tx pgx.Tx, p finance.Process, date finance.Date) (finance.Cycle, error) {
	rows, _ := tx.Query(ctx, `select `+cycleColumns+` from settlement_cycles
		where process_id = $1 and state in ('OPEN', 'CALCULATING') and period_from <= $2::date order by number limit 1`, p.ID, string(date))
	if list, err := pgx.CollectRows(rows, scanCycle); err != nil || len(list) == 1 {
		if err != nil {
			return finance.Cycle{}, err
		}
		return list[0], nil
	}
	c, err := cycleOf(ctx, tx, p.ID, date)
	if !apperr.Is(err, apperr.NotFound) {
		return c, err
	}
	rows, _ = tx.Query(ctx, `select `+cycleColumns+` from settlement_cycles where process_id = $1 order by number desc limit 1`, p.ID)
	list, err := pgx.CollectRows(rows, scanCycle)
	if err != nil {
		return finance.Cycle{}, err
	}
	var last *finance.Cycle
	if len(list) == 1 {
		last = &list[0]
	}
	if last != nil && date < last.PeriodFrom {
		return finance.Cycle{}, apperr.Field("date", "%s lies before the first settlement cycle of %s", date, p.Code)
	}
	return insertCycle(ctx, tx, p, last, date)
}

func insertCycle(ctx context.Context, tx pgx.Tx, p finance.Process, last *finance.Cycle, date finance.Date) (finance.Cycle, error) {
	number, period := finance.NextPeriod(last, date)
	rows, _ := tx.Query(ctx, `
		insert into settlement_cycles (id, process_id, number, period_from, period_to, state, currency)
		values ($1, $2, $3, $4::date, $4::date, 'OPEN', $5) returning `+cycleColumns, uuid.New(), p.ID, number, string(period), p.Currency)
	return pgx.CollectExactlyOneRow(rows, scanCycle)
}

// beginCalculation takes an OPEN or left-behind cycle to CALCULATING; a later one stays.
func beginCalculation(ctx context.Context, tx pgx.Tx, c finance.Cycle) (finance.Cycle, error) {
	event := finance.CutOff
	switch c.State {
	case finance.CycleOpen:
	case finance.CycleCalculating:
		event = finance.Restarted
	default:
		return c, nil
	}
	next, err := c.State.Step(event)
	if err != nil {
		return c, err
	}
	rows, _ := tx.Query(ctx, `update settlement_cycles set state = $3, cutoff_at = clock_timestamp()
		where id = $1 and state = $2 returning `+cycleColumns, c.ID, string(c.State), string(next))
	return pgx.CollectExactlyOneRow(rows, scanCycle)
}

// CycleNets reads what each originator and the provider owe each other.
func (f *Finance) CycleNets(ctx context.Context, cycleID uuid.UUID) ([]finance.Net, error) {
	rows, _ := f.db.Pool.Query(ctx, `
		select client_id, sale_count, sale_minor, redemption_count, redemption_minor, refund_count, refund_minor,
		  principal_minor, fees_minor, tax_minor, net_minor
		from settlement_nets where cycle_id = $1 order by client_id collate "C"`, cycleID)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (finance.Net, error) {
		var n finance.Net
		err := row.Scan(&n.ClientID, &n.Sales.Count, &n.Sales.SumMinor, &n.Redemptions.Count, &n.Redemptions.SumMinor,
			&n.Refunds.Count, &n.Refunds.SumMinor, &n.Principal, &n.Fees, &n.Tax, &n.Net)
		return n, err
	})
	return list, Explain(err, "settlement cycle")
}

// CycleLines reads all lines of a cycle in line order, each chunk by a short statement of its own: a calculated cycle's lines
// never change.
func (f *Finance) CycleLines(ctx context.Context, cycleID uuid.UUID) iter.Seq2[finance.Line, error] {
	return inChunks(func(after *finance.Line) ([]finance.Line, error) {
		last := 0
		if after != nil {
			last = after.No
		}
		return f.CycleLinesAfter(ctx, cycleID, last, f.chunk)
	})
}

// CycleLinesAfter reads one page of a cycle's lines.
func (f *Finance) CycleLinesAfter(ctx context.Context, cycleID uuid.UUID, after, limit int) ([]finance.Line, error) {
	rows, _ := f.db.Pool.Query(ctx, `
		select line_no, transaction_id, kind, client_id, operation, direction, product, business_date::text, at,
		  coalesce(agreed_minor, amount_minor), fee_minor, currency::text
		from settlement_lines where cycle_id = $1 and line_no > $2 order by line_no limit $3`, cycleID, after, limit)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (finance.Line, error) {
		var l finance.Line
		err := row.Scan(&l.No, &l.TransactionID, &l.Kind, &l.ClientID, &l.Operation, &l.Direction, &l.Product, &l.BusinessDate,
			&l.At, &l.FinalMinor, &l.FeeMinor, &l.Currency)
		return l, err
	})
	return list, Explain(err, "settlement line")
}

// CyclePositions adds a cycle's lines up by originator, operation and product.
func (f *Finance) CyclePositions(ctx context.Context, cycleID uuid.UUID) ([]finance.Position, error) {
	rows, _ := f.db.Pool.Query(ctx, `
		select client_id, operation, product, count(*), sum(coalesce(agreed_minor, amount_minor))::bigint, sum(fee_minor)::bigint
		from settlement_lines where cycle_id = $1 group by 1, 2, 3 order by client_id collate "C", 2, 3`, cycleID)
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[finance.Position])
	return list, Explain(err, "settlement line")
}
