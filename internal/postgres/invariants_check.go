package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// maxViolations is how many rows of a broken rule are shown.
const maxViolations = 5

// Violations counts the rows of a rule and gives the first few, as text. It is made for a live database: read only, one
// statement and so one short snapshot, no lock that anybody waits for, and one processor at most.
func (d *DB) Violations(ctx context.Context, r Rule, canary string) (count int, first []string, err error) {
	err = pgx.BeginTxFunc(ctx, d.Pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local search_path = "check", public; set local max_parallel_workers_per_gather = 0`); err != nil {
			return err
		}
		var args []any
		if r.ID == "V25" {
			args = append(args, canary)
		}
		rows, err := tx.Query(ctx, r.sql, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			values, err := rows.Values()
			if err != nil {
				return err
			}
			if count++; len(first) < maxViolations {
				first = append(first, shown(rows.FieldDescriptions(), values))
			}
		}
		return rows.Err()
	})
	return count, first, Explain(err, "invariant "+r.ID)
}

// shown writes a row as name=value.
func shown(columns []pgconn.FieldDescription, values []any) string {
	parts := make([]string, len(values))
	for i, v := range values {
		if id, ok := v.([16]byte); ok {
			v = fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
		}
		parts[i] = fmt.Sprintf("%s=%v", columns[i].Name, v)
	}
	return strings.Join(parts, " ")
}
