package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// The floor writes what one complete transaction left behind, read back from the database: the same rows in the same
// tables with the same indexes, and every value as long as it is. Keys and indexed values are drawn anew for each
// transaction; everything else is literal.

// rows are what one commit wrote to one table.
type rows struct {
	table, columns string
	values         []string
}

// script is the complete transaction as commits.
type script struct {
	commits [][]rows
	draws   int // random numbers needed
}

// tables in the order in which the product writes them; found is how the rows of a transaction are found.
var tables = []struct{ name, found, order string }{
	{"transactions", "t.id = $1", "t.id"},
	{"vouchers", "t.id = (select voucher_id from transactions where id = $1)", "t.id"},
	{"voucher_transactions", "t.transaction_id = $1", "t.voucher_id"},
	{"saf_entries", "t.transaction_id = $1", "t.id"},
	{"attempts", "t.transaction_id = $1", "t.started_at"},
	{"advices", "t.transaction_id = $1", "t.id"},
	{"traces", "t.transaction_id = $1", "t.seq"},
	{"search_terms", "t.transaction_id = $1", "t.kind"},
	{"transaction_events", "t.transaction_id = $1", "t.seq"},
}

// fresh are columns whose value must differ from row to row, because an index is on them.
var fresh = map[string]bool{"vouchers.code_hash": true, "vouchers.serial": true, "search_terms.value_hash": true}

// readScript turns the rows of a transaction into the floor.
func readScript(ctx context.Context, conn *pgx.Conn, id string) (*script, error) {
	commits, err := commitsOf(ctx, conn, id)
	if err != nil {
		return nil, err
	}
	s := &script{commits: make([][]rows, len(commits))}
	keys := map[string]string{} // uuid -> expression that draws one
	for _, t := range tables {
		if err := s.readTable(ctx, conn, id, t.name, t.found, t.order, commits, keys); err != nil {
			return nil, fmt.Errorf("rows of %s: %w", t.name, err)
		}
	}
	return s, nil
}

// commitsOf numbers the commits of a transaction by the moment of their traces, which all rows of a commit share.
func commitsOf(ctx context.Context, conn *pgx.Conn, id string) (map[string]int, error) {
	found, err := conn.Query(ctx, `select t.at::text from traces t where t.transaction_id = $1 group by t.at order by t.at`, id)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	if len(list) != 5 {
		return nil, fmt.Errorf("the measured transaction took %d commits, not 5 (request intent, request outcome, advice, SAF claim, SAF result)", len(list))
	}
	out := map[string]int{}
	for i, at := range list {
		out[at] = i
	}
	return out, nil
}

// commit tells which commit wrote a row, by the row's own moment.
const moments = `coalesce(j->>'at', j->>'started_at', j->>'created_at')::timestamptz::text`

func (s *script) readTable(ctx context.Context, conn *pgx.Conn, id, table, found, order string, commits map[string]int, keys map[string]string) error {
	cols, err := columnsOf(ctx, conn, table)
	if err != nil {
		return err
	}
	list := make([]string, len(cols))
	for i, c := range cols {
		list[i] = "t." + c.name + "::text"
	}
	found = fmt.Sprintf("select %s, array[%s] from %s t, lateral (select to_jsonb(t) as j) x where %s order by %s", "coalesce("+moments+", '')", strings.Join(list, ", "), table, found, order)
	answer, err := conn.Query(ctx, found, id)
	if err != nil {
		return err
	}
	defer answer.Close()
	byCommit := map[int][]string{}
	for answer.Next() {
		var at string
		var values []*string
		if err := answer.Scan(&at, &values); err != nil {
			return err
		}
		byCommit[commitOf(table, at, commits)] = append(byCommit[commitOf(table, at, commits)], s.row(table, cols, values, keys))
	}
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = c.name
	}
	for _, n := range slices.Sorted(maps.Keys(byCommit)) {
		s.commits[n] = append(s.commits[n], rows{table, strings.Join(names, ", "), byCommit[n]})
	}
	return answer.Err()
}

// commitOf places rows that carry no moment of their own: the record and its references come with the intent, the voucher
// with the outcome, the advice with the decision.
func commitOf(table, at string, commits map[string]int) int {
	if n, ok := commits[at]; ok {
		return n
	}
	return map[string]int{"vouchers": 1, "voucher_transactions": 1, "advices": 2, "saf_entries": 2}[table]
}

type column struct{ name, typ string }

func columnsOf(ctx context.Context, conn *pgx.Conn, table string) ([]column, error) {
	found, err := conn.Query(ctx, `select attname::text, format_type(atttypid, atttypmod) from pg_attribute
  where attrelid = $1::text::regclass and attnum > 0 and not attisdropped and attidentity = '' and attgenerated = '' order by attnum`, table)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, func(row pgx.CollectableRow) (c column, err error) {
		return c, row.Scan(&c.name, &c.typ)
	})
}

func (s *script) row(table string, cols []column, values []*string, keys map[string]string) string {
	list := make([]string, len(cols))
	for i, c := range cols {
		list[i] = s.value(table, c, values[i], keys)
	}
	return "(" + strings.Join(list, ", ") + ")"
}

func (s *script) value(table string, c column, v *string, keys map[string]string) string {
	switch {
	case v == nil:
		return "null"
	case strings.HasPrefix(c.typ, "timestamp"):
		return "now()"
	case fresh[table+"."+c.name] && c.typ == "bytea":
		return "sha256(int8send(" + s.draw() + "::bigint))"
	case fresh[table+"."+c.name]:
		return fmt.Sprintf("left(md5(%s::text), %d)", s.draw(), len(*v))
	case c.typ == "uuid" || isUUID(*v): // the same id everywhere it stands, as text too
		if keys[*v] == "" && (*v)[14] == '7' { // grows with time in the product, so here as well
			keys[*v] = fmt.Sprintf("(lpad(to_hex(:n::bigint), 12, '0') || substr(md5(%s::text), 13))::uuid", s.draw())
		}
		if keys[*v] == "" {
			keys[*v] = "md5(" + s.draw() + "::text)::uuid"
		}
		if c.typ == "uuid" {
			return keys[*v]
		}
		return keys[*v] + "::text"
	}
	return literal(*v) + "::" + c.typ
}

func (s *script) draw() string {
	s.draws++
	return fmt.Sprintf(":r%d", s.draws)
}

func isUUID(v string) bool {
	return len(v) == 36 && v[8] == '-' && v[13] == '-' && v[18] == '-' && v[23] == '-'
}

// literal quotes a value without a colon, which pgbench would take for a variable.
func literal(v string) string {
	v = strings.ReplaceAll(v, "'", "''")
	if !strings.ContainsAny(v, ":\\") {
		return "'" + v + "'"
	}
	v = strings.ReplaceAll(v, `\`, `\\`)
	return "U&'" + strings.ReplaceAll(v, ":", `\003A`) + "'"
}

// text writes the first n commits for pgbench.
func (s *script) text(n int) string {
	var b strings.Builder
	b.WriteString("\\set n :n + 1\n") // a client makes fewer transactions than milliseconds go by
	for i := range s.draws {
		fmt.Fprintf(&b, "\\set r%d random(0, 9223372036854775806)\n", i+1)
	}
	for _, commit := range s.commits[:n] {
		b.WriteString("begin;\n")
		for _, r := range commit {
			fmt.Fprintf(&b, "insert into %s (%s) values %s;\n", r.table, r.columns, strings.Join(r.values, ",\n  "))
		}
		b.WriteString("end;\n")
	}
	return b.String()
}

// summary lists the rows of each commit.
func (s *script) summary() []string {
	names := []string{"request intent", "request outcome", "advice", "SAF claim", "SAF result"}
	out := make([]string, len(s.commits))
	for i, commit := range s.commits {
		parts := make([]string, len(commit))
		for j, r := range commit {
			parts[j] = fmt.Sprintf("%s x%d", r.table, len(r.values))
		}
		out[i] = fmt.Sprintf("%d %s: %s", i+1, names[i], strings.Join(parts, ", "))
	}
	return out
}
