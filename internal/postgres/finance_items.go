package postgres

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
)

// itemColumns in the order of itemValues; scanItem reads them through itemRead.
var itemColumns = []string{
	"run_id", "item_no", "process_id", "business_date", "transaction_id", "client_id", "operation", "request_id", "serial", "product",
	"state_a", "amount_a_minor", "currency_a", "at_a", "provider_ref_a",
	"file_id", "line_no", "kind_b", "state_b", "amount_b_minor", "currency_b", "at_b", "provider_ref_b",
	"match_rule", "recon_status", "reasons", "self_heals", "settlement_status", "hold_reason",
}

func copyItems(ctx context.Context, tx pgx.Tx, run finance.Run, files map[finance.Date]uuid.UUID, items []finance.Item) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"recon_items"}, itemColumns, pgx.CopyFromSlice(len(items), func(i int) ([]any, error) {
		return itemValues(run, files, &items[i])
	}))
	return err
}

// filesByDate names the file of each day: an item's line may come from a neighbouring day's file.
func filesByDate(ctx context.Context, tx querier, run finance.Run) (map[finance.Date]uuid.UUID, error) {
	rows, _ := tx.Query(ctx, `select business_date::text, id from recon_files
		where process_id = $1 and state in ('LOADED', 'FINALIZED')`, run.ProcessID)
	files := map[finance.Date]uuid.UUID{}
	var day finance.Date
	var id uuid.UUID
	_, err := pgx.ForEachRow(rows, []any{&day, &id}, func() error { files[day] = id; return nil })
	return files, err
}

func itemValues(run finance.Run, files map[finance.Date]uuid.UUID, it *finance.Item) ([]any, error) {
	day, err := dayOf(it.BusinessDate)
	if err != nil {
		return nil, err
	}
	row := append(make([]any, 0, len(itemColumns)), run.ID, it.No, run.ProcessID, day)
	if a := it.A; a != nil {
		row = append(row, a.TransactionID, a.ClientID, string(a.Operation), a.RequestID, a.Serial, a.Product,
			string(a.State), a.AmountMinor, a.Currency, a.At, a.ProviderRef)
	} else {
		row = append(row, nil, nil, nil, nil, it.B.Serial, it.B.Product, nil, nil, nil, nil, nil)
	}
	if b := it.B; b != nil {
		row = append(row, files[b.Date], b.LineNo, string(b.Kind), string(b.State), b.AmountMinor, b.Currency, b.At, b.ProviderRef)
	} else {
		row = append(row, nil, nil, nil, nil, nil, nil, nil, nil)
	}
	return append(row, it.Rule, string(it.Status), texts(it.Reasons), it.SelfHeals, string(it.Settlement), string(it.Hold)), nil
}

// copyFieldResults keeps the comparison of every item that has a difference, informative ones included.
func copyFieldResults(ctx context.Context, tx pgx.Tx, run finance.Run, items []finance.Item) error {
	var rows [][]any
	for i := range items {
		it := &items[i]
		if plainlyEqual(it) {
			continue
		}
		for pos, r := range it.Fields {
			rows = append(rows, []any{run.ID, it.No, pos + 1, string(r.Field), r.A, r.B, string(r.Outcome), r.Required})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"recon_field_results"},
		[]string{"run_id", "item_no", "position", "field", "value_a", "value_b", "result", "required"}, pgx.CopyFromRows(rows))
	return err
}

func plainlyEqual(it *finance.Item) bool {
	for _, r := range it.Fields {
		if r.Outcome != finance.Equal && r.Outcome != finance.WithinTolerance {
			return false
		}
	}
	return true
}

const itemRead = `select i.item_no, i.business_date::text, i.transaction_id, i.client_id, i.operation, i.request_id, i.serial, i.product,
	i.state_a, i.amount_a_minor, i.currency_a::text, i.at_a, i.provider_ref_a,
	i.line_no, i.kind_b, i.state_b, i.amount_b_minor, i.currency_b::text, i.at_b, i.provider_ref_b,
	i.match_rule, i.recon_status, i.reasons, i.self_heals,
	case when l.transaction_id is not null then 'IN_CYCLE' else i.settlement_status end, i.hold_reason
	from recon_items i left join settlement_lines l on l.transaction_id = i.transaction_id and l.kind = 'PRINCIPAL'`

// itemSides holds the columns that are empty when a side is missing.
type itemSides struct {
	id                                            *uuid.UUID
	client, operation, request, stateA, curA, ref *string
	amountA, amountB                              *int64
	atA, atB                                      *time.Time
	line                                          *int
	kindB, stateB, curB, refB                     *string
	serial, product                               string
}

func scanItem(row pgx.CollectableRow) (finance.Item, error) {
	var it finance.Item
	var s itemSides
	var reasons []string
	err := row.Scan(&it.No, &it.BusinessDate, &s.id, &s.client, &s.operation, &s.request, &s.serial, &s.product,
		&s.stateA, &s.amountA, &s.curA, &s.atA, &s.ref, &s.line, &s.kindB, &s.stateB, &s.amountB, &s.curB, &s.atB, &s.refB,
		&it.Rule, &it.Status, &reasons, &it.SelfHeals, &it.Settlement, &it.Hold)
	if err != nil {
		return it, err
	}
	it.Reasons = typedWords[finance.Reason](reasons)
	if s.id != nil {
		it.A = &finance.SwitchRecord{
			TransactionID: *s.id, ClientID: *s.client, Operation: finance.Operation(*s.operation), RequestID: *s.request,
			Serial: s.serial, Product: s.product, State: finance.State(*s.stateA), AmountMinor: *s.amountA, Currency: *s.curA,
			At: *s.atA, ProviderRef: *s.ref, BusinessDate: it.BusinessDate,
		}
	}
	if s.line != nil {
		it.B = &finance.StatementLine{
			LineNo: *s.line, Kind: finance.Operation(*s.kindB), State: finance.State(*s.stateB), AmountMinor: *s.amountB,
			Currency: *s.curB, At: *s.atB, ProviderRef: *s.refB, Serial: s.serial, Product: s.product,
		}
	}
	return it, nil
}

// RunItems reads all items of a run in item order, without their field results. Each chunk is a short statement of its own: the
// items of a run that counts do not change, and a run that is replaced while it is read is seen at the end.
func (f *Finance) RunItems(ctx context.Context, runID uuid.UUID) iter.Seq2[finance.Item, error] {
	return inChunks(func(after *finance.Item) ([]finance.Item, error) {
		w := finance.ItemFilter{Limit: f.chunk}
		if after != nil {
			w.After = after.No
		}
		list, err := f.Items(ctx, runID, w)
		if err != nil || len(list) > 0 {
			return list, err
		}
		run, err := f.FindRun(ctx, runID)
		if err == nil && run.State != finance.RunDone {
			err = apperr.Errorf(apperr.Conflict, "The reconciliation of %s was made anew while it was read; its report follows.", run.BusinessDate)
		}
		return nil, err
	})
}

// inChunks gives rows one after the other; next reads those after a row, none at the end.
func inChunks[T any](next func(after *T) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for after := (*T)(nil); ; {
			list, err := next(after)
			if err != nil {
				yield(none, err)
				return
			}
			for i := range list {
				if !yield(list[i], nil) {
					return
				}
			}
			if len(list) == 0 {
				return
			}
			after = &list[len(list)-1]
		}
	}
}

// Items reads one page of a run's items in item order.
func (f *Finance) Items(ctx context.Context, runID uuid.UUID, w finance.ItemFilter) ([]finance.Item, error) {
	rows, _ := f.db.Pool.Query(ctx, itemRead+`
		where i.run_id = $1 and i.item_no > $2 and ($3 = '' or i.recon_status = $3) and ($4 = '' or $4 = any(i.reasons))
		  and (not $5 or i.recon_status <> 'MATCHED')
		order by i.item_no limit $6`, runID, w.After, string(w.Status), string(w.Reason), w.BreaksOnly, max(w.Limit, 1))
	list, err := pgx.CollectRows(rows, scanItem)
	return list, Explain(err, "reconciliation item")
}

// ItemSums counts a run's items that fit the filter and adds them up, whatever page of them is read.
func (f *Finance) ItemSums(ctx context.Context, runID uuid.UUID, w finance.ItemFilter) (finance.ItemSums, error) {
	var s finance.ItemSums
	err := f.db.Pool.QueryRow(ctx, `
		select count(*), coalesce(sum(amount_a_minor), 0)::bigint, coalesce(sum(amount_b_minor), 0)::bigint from recon_items
		where run_id = $1 and ($2 = '' or recon_status = $2) and ($3 = '' or $3 = any(reasons)) and (not $4 or recon_status <> 'MATCHED')`,
		runID, string(w.Status), string(w.Reason), w.BreaksOnly).Scan(&s.Count, &s.A, &s.B)
	return s, Explain(err, "reconciliation item")
}

// ReasonCounts counts a run's items by reason, most first; an item with two reasons counts under both.
func (f *Finance) ReasonCounts(ctx context.Context, runID uuid.UUID) ([]finance.ReasonCount, error) {
	rows, _ := f.db.Pool.Query(ctx, `select reason, count(*) from recon_items, unnest(reasons) as reason
		where run_id = $1 group by reason order by 2 desc, 1`, runID)
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[finance.ReasonCount])
	return list, Explain(err, "reconciliation item")
}

// Item reads one item with its field results; an item without differences has none stored.
func (f *Finance) Item(ctx context.Context, runID uuid.UUID, no int) (finance.Item, error) {
	rows, _ := f.db.Pool.Query(ctx, itemRead+` where i.run_id = $1 and i.item_no = $2`, runID, no)
	it, err := pgx.CollectExactlyOneRow(rows, scanItem)
	if err != nil {
		return it, Explain(err, "reconciliation item")
	}
	rows, _ = f.db.Pool.Query(ctx, `select field, value_a, value_b, result, required from recon_field_results
		where run_id = $1 and item_no = $2 order by position`, runID, no)
	it.Fields, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (finance.FieldResult, error) {
		var r finance.FieldResult
		return r, row.Scan(&r.Field, &r.A, &r.B, &r.Outcome, &r.Required)
	})
	return it, Explain(err, "reconciliation item")
}

// ItemOf finds the current item of a transaction, for its page; NotFound before its day was reconciled.
func (f *Finance) ItemOf(ctx context.Context, transactionID uuid.UUID) (runID uuid.UUID, it finance.Item, err error) {
	err = f.db.Pool.QueryRow(ctx, `select run_id, item_no from recon_items_current where transaction_id = $1`, transactionID).Scan(&runID, &it.No)
	if err != nil {
		return runID, it, Explain(err, "reconciliation item")
	}
	it, err = f.Item(ctx, runID, it.No)
	return runID, it, err
}
