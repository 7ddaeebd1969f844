package postgres

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
)

// CompleteCycle freezes the candidates as lines and closes the calculation in one commit. A cycle that another node
// has completed is given back as it is.
func (f *Finance) CompleteCycle(ctx context.Context, p finance.Process, cycle finance.Cycle, rule finance.FeeRule, calculate finance.Calculation) (finance.Cycle, error) {
	var out finance.Cycle
	err := pgx.BeginFunc(ctx, f.db.Pool, func(tx pgx.Tx) error {
		// A cycle is frozen in one piece, however many lines it has: the pool's limit for a statement is for chunks, and a cycle
		// that ran into it would run into it for ever.
		if _, err := tx.Exec(ctx, `set local statement_timeout = 0`); err != nil {
			return err
		}
		if err := lockProcess(ctx, tx, p.ID); err != nil {
			return err
		}
		now, err := cycleOf(ctx, tx, p.ID, cycle.PeriodTo)
		if err != nil {
			return err
		}
		if now.State != finance.CycleCalculating {
			out = now
			return nil
		}
		candidates, err := readyCandidates(ctx, tx, now)
		if err != nil {
			return err
		}
		settled, err := calculate(now, candidates)
		if err != nil {
			return err
		}
		if err := storeSettlement(ctx, tx, now, settled); err != nil {
			return err
		}
		if out, err = closeCalculation(ctx, tx, now, rule, settled); err != nil {
			return err
		}
		return proveCycle(ctx, tx, out)
	})
	return out, Explain(err, "settlement cycle")
}

// readyCandidates reads what waits for a cycle up to the period's end and stands in none yet (9.5).
func readyCandidates(ctx context.Context, tx pgx.Tx, c finance.Cycle) ([]finance.Candidate, error) {
	rows, _ := tx.Query(ctx, `
		select i.transaction_id, i.client_id, i.operation, i.product, i.business_date::text, i.at_a, i.amount_a_minor, i.currency_a::text
		from recon_items_current i
		where i.process_id = $1 and i.business_date <= $2::date and i.settlement_status = 'READY' and i.transaction_id is not null
		  and not exists (select 1 from settlement_lines l where l.transaction_id = i.transaction_id and l.kind = 'PRINCIPAL')`,
		c.ProcessID, string(c.PeriodTo))
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (finance.Candidate, error) {
		var v finance.Candidate
		err := row.Scan(&v.TransactionID, &v.ClientID, &v.Operation, &v.Product, &v.BusinessDate, &v.At, &v.FinalMinor, &v.Currency)
		return v, err
	})
}

func storeSettlement(ctx context.Context, tx pgx.Tx, c finance.Cycle, s finance.Settlement) error {
	columns := []string{
		"cycle_id", "line_no", "transaction_id", "kind", "client_id", "operation", "direction", "product", "business_date", "at",
		"amount_minor", "fee_minor", "currency",
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"settlement_lines"}, columns, pgx.CopyFromSlice(len(s.Lines), func(i int) ([]any, error) {
		l := &s.Lines[i]
		day, err := dayOf(l.BusinessDate)
		return []any{
			c.ID, l.No, l.TransactionID, string(l.Kind), l.ClientID, string(l.Operation), string(l.Direction), l.Product, day, l.At,
			l.FinalMinor, l.FeeMinor, l.Currency,
		}, err
	}))
	if err != nil {
		return err
	}
	columns = []string{
		"cycle_id", "client_id", "sale_count", "sale_minor", "redemption_count", "redemption_minor", "refund_count", "refund_minor",
		"principal_minor", "fees_minor", "tax_minor", "net_minor",
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"settlement_nets"}, columns, pgx.CopyFromSlice(len(s.Nets), func(i int) ([]any, error) {
		n := &s.Nets[i]
		return []any{
			c.ID, n.ClientID, n.Sales.Count, n.Sales.SumMinor, n.Redemptions.Count, n.Redemptions.SumMinor, n.Refunds.Count,
			n.Refunds.SumMinor, n.Principal, n.Fees, n.Tax, n.Net,
		}, nil
	}))
	return err
}

func closeCalculation(ctx context.Context, tx pgx.Tx, c finance.Cycle, rule finance.FeeRule, s finance.Settlement) (finance.Cycle, error) {
	next, err := c.State.Step(finance.Calculated)
	if err != nil {
		return c, err
	}
	frozen, err := json.Marshal(rule)
	if err != nil {
		return c, err
	}
	rows, _ := tx.Query(ctx, `
		with waiting as (
		  select count(*) filter (where settlement_status = 'HELD') as held,
		    coalesce(sum(coalesce(amount_a_minor, amount_b_minor)) filter (where settlement_status = 'HELD'), 0)::bigint as held_sum,
		    count(*) filter (where settlement_status = 'PENDING') as open,
		    coalesce(sum(coalesce(amount_a_minor, amount_b_minor)) filter (where settlement_status = 'PENDING'), 0)::bigint as open_sum
		  from recon_items_current i where process_id = $3 and business_date <= $4::date and settlement_status in ('HELD', 'PENDING')
		    and not exists (select 1 from settlement_lines l where l.transaction_id = i.transaction_id and l.kind = 'PRINCIPAL'))
		update settlement_cycles set state = $5, calculated_at = clock_timestamp(), item_count = $6, principal_minor = $7, fees_minor = $8,
		  tax_minor = $9, net_minor = $10, input_hash = $11, rule = $12,
		  held_count = waiting.held, held_minor = waiting.held_sum, open_count = waiting.open, open_minor = waiting.open_sum
		from waiting where id = $1 and state = $2 returning `+cycleColumns,
		c.ID, string(c.State), c.ProcessID, string(c.PeriodTo), string(next), len(s.Lines), s.Principal, s.Fees, s.Tax, s.Net,
		s.InputHash, frozen)
	return pgx.CollectExactlyOneRow(rows, scanCycle)
}

// proveCycle adds the stored lines up again, in SQL and against the transactions themselves, before the commit: the
// sums must be the cycle's, and every line must belong to a transaction whose final says so (I17, V20).
func proveCycle(ctx context.Context, tx pgx.Tx, c finance.Cycle) error {
	var lines int
	var principal, fees, net int64
	err := tx.QueryRow(ctx, `
		select count(*), coalesce(sum(case direction when 'D' then amount_minor else -amount_minor end), 0)::bigint,
		  coalesce(sum(fee_minor), 0)::bigint,
		  (select coalesce(sum(net_minor), 0)::bigint from settlement_nets where cycle_id = $1)
		from settlement_lines where cycle_id = $1 and kind = 'PRINCIPAL'`, c.ID).Scan(&lines, &principal, &fees, &net)
	if err != nil {
		return err
	}
	if lines != c.ItemCount || principal != c.Principal || fees != c.Fees || net != c.Net {
		return apperr.Errorf(apperr.Internal, "cycle %d does not add up: %d lines, principal %d, fees %d, net %d", c.Number, lines, principal, fees, net)
	}
	wrong, err := wrongLines(ctx, tx, c.ID)
	if err != nil || len(wrong) == 0 {
		return err
	}
	return apperr.Errorf(apperr.Internal, "cycle %d holds %d lines whose transaction does not settle, first %s", c.Number, len(wrong), wrong[0])
}

func wrongLines(ctx context.Context, q querier, cycleID uuid.UUID) ([]uuid.UUID, error) {
	rows, _ := q.Query(ctx, `
		select l.transaction_id from settlement_lines l left join transactions t on t.id = l.transaction_id
		where l.cycle_id = $1 and l.kind = 'PRINCIPAL' and (t.final is null or t.final = 'DECLINED'
		  or t.final = 'REVERSED' and coalesce(t.final_amount_minor, 0) = 0
		  or l.amount_minor <> coalesce(l.agreed_minor, t.final_amount_minor, t.approved_amount_minor))
		order by 1 limit 20`, cycleID)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// MissingLines lists transactions of the process that must be settled by the end of a calculated period (I17), are in
// no cycle, and are not explained by an item that is held or waits for a person. It is empty unless something is wrong.
func (f *Finance) MissingLines(ctx context.Context, p finance.Process, upTo finance.Date) ([]uuid.UUID, error) {
	rows, _ := f.db.Pool.Query(ctx, `
		select t.id from transactions t
		where t.provider_id = $1 and t.currency = $2 and t.operation = any($5)
		  and t.business_date between (select min(period_from) from settlement_cycles where process_id = $3) and $4::date
		  and (t.final in ('CONFIRMED', 'COMPLETED') or t.final = 'REVERSED' and t.final_amount_minor > 0)
		  and t.closed_at < (select max(cutoff_at) from settlement_cycles where process_id = $3 and period_to <= $4::date)
		  and not exists (select 1 from settlement_lines l where l.transaction_id = t.id and l.kind = 'PRINCIPAL')
		  and not exists (select 1 from recon_items_current i where i.transaction_id = t.id and i.settlement_status in ('HELD', 'PENDING'))
		order by 1 limit 1000`, p.ProviderID, p.Currency, p.ID, string(upTo), finance.Settling())
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return list, Explain(err, "transaction")
}
