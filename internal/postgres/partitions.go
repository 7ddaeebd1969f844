package postgres

import "context"

// EnsurePartitions makes the monthly partitions of this month and the given number of months ahead; it tells how many
// were missing. Safe on every node at once.
func (d *DB) EnsurePartitions(ctx context.Context, ahead int) (made int, err error) {
	err = d.Pool.QueryRow(ctx, `select ensure_month_partitions($1)`, ahead).Scan(&made)
	return made, Explain(err, "partition")
}
