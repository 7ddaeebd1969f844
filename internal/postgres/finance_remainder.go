package postgres

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/finance"
)

// remaining is a record or a line that has to be compared with all others that are left; one of the two is set. Place 0 asks
// for the next one.
type remaining struct {
	place int
	a     *finance.SwitchRecord
	b     *finance.StatementLine
}

var remainderColumns = []string{
	"run_id", "place", "side", "identity", "day", "switch_ref", "provider_ref", "originator_ref", "serial", "record",
}

// row gives the columns after run and place.
func (m remaining) row() ([]any, error) {
	side, identity, day, keys, record := "A", "", finance.Date(""), [4]string{}, any(m.a)
	if m.a != nil {
		identity, day, keys = m.a.TransactionID.String(), m.a.BusinessDate, m.a.Keys()
	} else {
		side, identity, day, keys, record = "B", string(m.b.Date)+":"+strconv.Itoa(m.b.LineNo), m.b.Date, m.b.Keys(), m.b
	}
	at, err := dayOf(day)
	if err != nil {
		return nil, err
	}
	frozen, err := json.Marshal(record)
	row := []any{side, identity, at}
	for _, key := range keys {
		row = append(row, nullIfEmpty(key))
	}
	return append(row, frozen), err
}

func nullIfEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// setAside puts records or lines of the day into the remainder.
func (r *reconciling) setAside(ctx context.Context, rest []remaining) error {
	r.spare += len(rest)
	_, err := r.session.CopyFrom(ctx, pgx.Identifier{"recon_remainder"}, remainderColumns, pgx.CopyFromSlice(len(rest), func(i int) ([]any, error) {
		if rest[i].place == 0 {
			r.places++
			rest[i].place = r.places
		}
		row, err := rest[i].row()
		return append([]any{r.run.ID, rest[i].place}, row...), err
	}))
	return err
}

// carry puts records or lines of other days into the remainder, each once.
func (r *reconciling) carry(ctx context.Context, found []remaining) error {
	batch := &pgx.Batch{}
	for _, m := range found {
		row, err := m.row()
		if err != nil {
			return err
		}
		r.places++
		count := func() error {
			r.spare++
			if m.a != nil {
				r.sheet.TakeRecord(m.a)
			} else {
				r.sheet.TakeLine(m.b)
			}
			return nil
		}
		batch.Queue(`insert into recon_remainder (run_id, place, side, identity, day, switch_ref, provider_ref, originator_ref, serial, record)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (run_id, side, identity) do nothing returning place`,
			append([]any{r.run.ID, r.places}, row...)...).Query(func(rows pgx.Rows) error {
			var place int
			_, err := pgx.ForEachRow(rows, []any{&place}, count)
			return err
		})
	}
	return r.session.SendBatch(ctx, batch).Close()
}

// matchOwnDay applies the rules to what the day itself has left.
func (r *reconciling) matchOwnDay(ctx context.Context) error { return r.match(ctx) }

// matchOtherDays lets whatever has found no counterpart look for it on other days. What turns up there brings its own
// counterpart along, so that nothing is taken away from a pair that belongs together; what the day itself has joined stays
// joined.
func (r *reconciling) matchOtherDays(ctx context.Context) error {
	own := r.places
	if err := r.eachOpen(ctx, "A", own, r.carryLines); err != nil {
		return err
	}
	lines := r.places
	if err := r.eachOpen(ctx, "B", lines, r.carryRecords); err != nil {
		return err
	}
	if r.places == own {
		return nil
	}
	if err := r.eachOpenAfter(ctx, "A", lines, r.places, r.carryLines); err != nil {
		return err
	}
	return r.match(ctx)
}

// eachOpen goes through what is still without counterpart on one side, up to a place, a chunk at a time.
func (r *reconciling) eachOpen(ctx context.Context, side string, upTo int, do func(context.Context, []remaining) error) error {
	return r.eachOpenAfter(ctx, side, 0, upTo, do)
}

func (r *reconciling) eachOpenAfter(ctx context.Context, side string, after, upTo int, do func(context.Context, []remaining) error) error {
	for {
		rows, _ := r.session.Query(ctx, `select place, side, record from recon_remainder
			where run_id = $1 and side = $2 and place > $3 and place <= $4 and rule = 0 and not ambiguous order by place limit $5`,
			r.run.ID, side, after, upTo, r.chunk)
		list, err := pgx.CollectRows(rows, scanRemaining)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := do(ctx, list); err != nil {
			return err
		}
		if err := r.progress(); err != nil {
			return err
		}
		after = list[len(list)-1].place
	}
}

func scanRemaining(row pgx.CollectableRow) (m remaining, err error) {
	var side string
	var record []byte
	if err := row.Scan(&m.place, &side, &record); err != nil {
		return m, err
	}
	if side == "A" {
		return m, json.Unmarshal(record, &m.a)
	}
	return m, json.Unmarshal(record, &m.b)
}

// carryLines brings the lines of other days that share a key with one of the records.
func (r *reconciling) carryLines(ctx context.Context, records []remaining) error {
	ids := make([]string, 0, len(records))
	var refs, serials []string
	for _, m := range records {
		ids = append(ids, m.a.TransactionID.String())
		refs, serials = appendKey(refs, m.a.ProviderRef), appendKey(serials, m.a.Serial)
	}
	const find = `select ` + lineColumns + ` from recon_records where process_id = $1 and business_date <> $2::date and file_id = any($6) and `
	rows, _ := r.session.Query(ctx, find+`switch_ref <> '' and switch_ref = any($3)
		union `+find+`provider_ref <> '' and provider_ref = any($4)
		union `+find+`serial <> '' and serial = any($5) and business_date between $2::date - 2 and $2::date + 2
		order by 2, 1`, r.process.ID, string(r.run.BusinessDate), ids, refs, serials, r.loaded())
	lines, err := pgx.CollectRows(rows, scanLine)
	if err != nil {
		return err
	}
	found := make([]remaining, len(lines))
	for i := range lines {
		found[i].b = &lines[i]
	}
	return r.carry(ctx, found)
}

// loaded lists the files that count.
func (r *reconciling) loaded() []uuid.UUID {
	list := make([]uuid.UUID, 0, len(r.files))
	for _, id := range r.files {
		list = append(list, id)
	}
	return list
}

// carryRecords brings the records of other days that share a key with one of the lines. By our own reference any date counts,
// by the others only the neighbouring days: each arm is found by its own index, and the provider's reference has none.
func (r *reconciling) carryRecords(ctx context.Context, lines []remaining) error {
	var ids []uuid.UUID
	var refs, serials []string
	for _, m := range lines {
		if id, err := uuid.Parse(m.b.SwitchRef); err == nil {
			ids = append(ids, id)
		}
		refs, serials = appendKey(refs, m.b.ProviderRef), appendKey(serials, m.b.Serial)
	}
	rows, _ := r.session.Query(ctx, switchRecords+` and t.business_date <> $3::date and t.id in (
		select unnest($4::uuid[])
		union select n.id from transactions n where n.business_date in ($3::date - 1, $3::date + 1) and n.provider_id = $1
		  and n.provider_ref = any($5)
		union select n.id from vouchers w join voucher_transactions o on o.voucher_id = w.id join transactions n on n.id = o.transaction_id
		  where w.serial = any($6) and n.business_date in ($3::date - 1, $3::date + 1))`,
		r.process.ProviderID, r.process.Currency, string(r.run.BusinessDate), ids, refs, serials)
	records, err := pgx.CollectRows(rows, scanSwitchRecord)
	if err != nil {
		return err
	}
	found := make([]remaining, len(records))
	for i := range records {
		found[i].a = &records[i]
	}
	return r.carry(ctx, found)
}

func appendKey(list []string, key string) []string {
	if key == "" {
		return list
	}
	return append(list, key)
}

// remainderKeys are the columns of the matching rules, in their order.
var remainderKeys = []string{"switch_ref", "provider_ref", "originator_ref", "serial"}

// matchAtOnce is about how many rows of the remainder one statement looks at, so that none runs for long.
const matchAtOnce = 100_000

// match applies the rules one after the other to what is still open, as finance.Reconcile does: two records that have nobody
// but each other under a key are joined; where several come into question nobody is, and no later rule is tried. Rows of one
// key are always looked at by one statement. How many a row meets is counted by key and day and never pair by pair, so that a
// key which says the same on every line costs no more than any other.
func (r *reconciling) match(ctx context.Context) error {
	parts := 1 + r.spare/matchAtOnce
	for i := range remainderKeys {
		for part := range parts {
			if err := r.matchPart(ctx, i+1, part, parts); err != nil {
				return err
			}
			if err := r.progress(); err != nil {
				return err
			}
		}
	}
	return nil
}

// matchPart applies one rule to one part of the keys. The planner knows nothing of rows written a moment ago and would take
// each join for one of a single row, comparing every row with every other: it is left joins by hashing.
func (r *reconciling) matchPart(ctx context.Context, rule, part, parts int) error {
	key, near := remainderKeys[rule-1], "true"
	if rule == finance.RuleBySerial {
		near = "abs(g.day - o.day) <= 1"
	}
	return pgx.BeginFunc(ctx, r.session, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local enable_nestloop = off`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
		with open as (
		  select place, side, day, `+key+` as key from recon_remainder where run_id = $1 and rule = 0 and not ambiguous
		    and `+key+` is not null and (hashtext(`+key+`) & 2147483647) % $3 = $4),
		groups as (select key, side, day, count(*) as n, min(place) as place from open group by key, side, day),
		meets as (
		  select g.key, g.side, g.day, sum(o.n) as n, min(o.place) as other
		  from groups g join groups o on o.key = g.key and o.side <> g.side and `+near+` group by g.key, g.side, g.day),
		found as (
		  select m.place, c.other, c.n = 1 and back.n = 1 as joined
		  from open m join meets c using (key, side, day)
		  join open o on o.place = c.other join meets back on back.key = o.key and back.side = o.side and back.day = o.day)
		update recon_remainder m set rule = case when joined then $2::int else 0 end, other = case when joined then f.other end,
		  ambiguous = not joined
		from found f where m.run_id = $1 and m.place = f.place`, r.run.ID, rule, parts, part)
		return err
	})
}

// judgeRemainder makes the items of what was set aside.
func (r *reconciling) judgeRemainder(ctx context.Context) error {
	for after := 0; ; {
		rows, _ := r.session.Query(ctx, `select a.place, a.side, a.record, a.rule, a.ambiguous, b.record
			from recon_remainder a left join lateral (select m.record from recon_remainder m where m.run_id = a.run_id and m.place = a.other limit 1) b on true
			where a.run_id = $1 and a.place > $2 and (a.side = 'A' or a.other is null) order by a.place limit $3`, r.run.ID, after, r.chunk)
		list, err := pgx.CollectRows(rows, scanVerdict)
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1].place
		items := make([]finance.Item, 0, len(list))
		for _, v := range list {
			if it, shown := r.sheet.Judge(v.a, v.b, v.match); shown {
				it.No = v.place
				items = append(items, it)
			}
		}
		if err := r.keep(ctx, items); err != nil {
			return err
		}
	}
}

// verdict is a pair of the remainder, or one that stays alone.
type verdict struct {
	remaining
	match finance.Match
}

func scanVerdict(row pgx.CollectableRow) (v verdict, err error) {
	var side string
	var record, other []byte
	if err := row.Scan(&v.place, &side, &record, &v.match.Rule, &v.match.Ambiguous, &other); err != nil {
		return v, err
	}
	if side == "B" {
		return v, json.Unmarshal(record, &v.b)
	}
	if err := json.Unmarshal(record, &v.a); err != nil || other == nil {
		return v, err
	}
	return v, json.Unmarshal(other, &v.b)
}
