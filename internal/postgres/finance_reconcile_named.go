package postgres

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/finance"
)

// recordPage is a chunk of the day's records.
type recordPage struct {
	records []namedRecord
	err     error
}

// namedRecord is a record with a line of the day's file that gives its reference, and with how many do: none, one or several,
// which is all that the first rule asks.
type namedRecord struct {
	a     finance.SwitchRecord
	b     finance.StatementLine
	named int
}

// judgeNamed goes through the day's records in the order of time. A record that exactly one line names is judged and written at
// once, for the first rule looks at nothing else; the others are set aside. The next page is read while one is written.
func (r *reconciling) judgeNamed(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for page := range r.readPages(ctx) {
		if page.err != nil {
			return page.err
		}
		if err := r.judgePage(ctx, page); err != nil {
			return err
		}
	}
	return nil
}

func (r *reconciling) judgePage(ctx context.Context, page recordPage) error {
	items := make([]finance.Item, 0, len(page.records))
	var rest []remaining
	for i := range page.records {
		a, b := &page.records[i].a, &page.records[i].b
		r.places++
		r.sheet.TakeRecord(a)
		if page.records[i].named != 1 { // none, or several: both need a look at the others
			rest = append(rest, remaining{place: r.places, a: a})
			continue
		}
		r.used.add(b.LineNo)
		r.sheet.TakeLine(b)
		if it, shown := r.sheet.Judge(a, b, finance.Match{Rule: finance.RuleByName}); shown {
			it.No = r.places
			items = append(items, it)
		}
	}
	if err := r.setAside(ctx, rest); err != nil {
		return err
	}
	return r.keep(ctx, items)
}

// readPages reads ahead by one page. The channel ends with the day or with an error; it is drained or ctx ends.
func (r *reconciling) readPages(ctx context.Context) <-chan recordPage {
	pages := make(chan recordPage)
	go func() {
		defer close(pages)
		var after *finance.SwitchRecord
		for {
			page := r.readPage(ctx, after)
			if page.err == nil && len(page.records) == 0 {
				return
			}
			select {
			case pages <- page:
			case <-ctx.Done():
				return
			}
			if page.err != nil {
				return
			}
			after = &page.records[len(page.records)-1].a
		}
	}()
	return pages
}

// readPage finds the records of the page first and what belongs to each of them then, one by one through an index: a plan that
// reads a whole table for each page makes a day of twice the size take four times as long. A business date is a day of some
// zone that ends up to a day late (its cut-off): its records came in from 14 hours before the day began in UTC, far in the east,
// to 60 hours after, twelve zones to the west and at midnight.
func (r *reconciling) readPage(ctx context.Context, after *finance.SwitchRecord) (page recordPage) {
	day, err := dayOf(r.run.BusinessDate)
	if err != nil {
		return recordPage{err: err}
	}
	from, id := day.AddDate(0, 0, -1), uuid.Nil
	if after != nil {
		from, id = after.At, after.TransactionID
	}
	// Planned anew for the values at hand: a plan made for any value does not know how short the page is.
	rows, _ := r.db.Pool.Query(ctx, namedRecords, pgx.QueryExecModeCacheDescribe, r.process.ProviderID, r.process.Currency,
		string(r.run.BusinessDate), from, day.AddDate(0, 0, 3), id, r.chunk, r.process.ID, r.file.ID)
	page.records, page.err = collectNamed(rows, r.chunk)
	return page
}

// namedRecords reads a page and beside each record up to two lines that give its reference. A line has none of the columns that
// are the same for all of them.
var namedRecords = `with page as materialized (
	select t.id, t.client_id, t.provider_id, t.operation, t.request_id, t.provider_ref, t.product_id, t.terminal_id, t.voucher_id,
	  t.business_date, t.received_at, t.outcome, t.decision, t.final, t.final_amount_minor, t.approved_amount_minor, t.request_amount_minor,
	  t.currency, t.recon_required, t.superseded
	from transactions t where t.provider_id = $1 and t.business_date = $3::date and t.received_at >= $4 and t.received_at < $5
	  and (t.received_at, t.id) > ($4, $6) and (t.currency = $2 or t.currency is null and ` + firstCurrency + `) and ` + reconciled + ` and t.generation is not null
	order by t.received_at, t.id limit $7)
	select ` + switchColumns + `, b.line_no, coalesce(b.provider_ref, ''), coalesce(b.serial, ''), coalesce(b.product, ''), coalesce(b.kind, ''),
	  coalesce(b.state, ''), coalesce(b.amount_minor, 0), coalesce(b.currency, '')::text, coalesce(b.at, t.received_at)
	from page t` + switchJoins + `
	  left join lateral (select * from recon_records l where l.process_id = $8 and l.switch_ref <> '' and l.switch_ref = t.id::text and l.file_id = $9 limit 2) b on true
	order by t.received_at, t.id`

// collectNamed counts the lines of each record, which come one after the other.
func collectNamed(rows pgx.Rows, chunk int) ([]namedRecord, error) {
	defer rows.Close()
	list := make([]namedRecord, 0, chunk)
	for rows.Next() {
		var n namedRecord
		var line *int
		a, b := &n.a, &n.b
		err := rows.Scan(append(switchTargets(a), &line, &b.ProviderRef, &b.Serial, &b.Product, &b.Kind, &b.State, &b.AmountMinor, &b.Currency, &b.At)...)
		if err != nil {
			return nil, err
		}
		if line != nil {
			n.named, b.LineNo, b.Date, b.SwitchRef = 1, *line, a.BusinessDate, a.TransactionID.String()
		}
		if last := len(list) - 1; last >= 0 && list[last].a.TransactionID == a.TransactionID {
			list[last].named++
			continue
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

// setAsideLines puts the lines of the file that were joined to no record yet into the remainder, in file order.
func (r *reconciling) setAsideLines(ctx context.Context) error {
	if r.file.ID == uuid.Nil {
		return nil
	}
	numbers := 10 * r.chunk // numbers alone are small and come from the index
	for last := 0; ; {
		rows, _ := r.session.Query(ctx, `select line_no from recon_records where file_id = $1 and line_no > $2 order by line_no limit $3`, r.file.ID, last, numbers)
		list, err := pgx.CollectRows(rows, pgx.RowTo[int])
		if err != nil || len(list) == 0 {
			return err
		}
		last = list[len(list)-1]
		free := list[:0]
		for _, no := range list {
			if !r.used.has(no) {
				free = append(free, no)
			}
		}
		for len(free) > 0 {
			n := min(r.chunk, len(free))
			if err := r.setAsideNumbers(ctx, free[:n]); err != nil {
				return err
			}
			free = free[n:]
		}
	}
}

func (r *reconciling) setAsideNumbers(ctx context.Context, numbers []int) error {
	rows, _ := r.session.Query(ctx, `select `+lineColumns+` from recon_records where file_id = $1 and line_no = any($2) order by line_no`, r.file.ID, numbers)
	lines, err := pgx.CollectRows(rows, scanLine)
	if err != nil {
		return err
	}
	rest := make([]remaining, len(lines))
	for i := range lines {
		r.sheet.TakeLine(&lines[i])
		rest[i] = remaining{b: &lines[i]}
	}
	if err := r.setAside(ctx, rest); err != nil {
		return err
	}
	return r.progress()
}
