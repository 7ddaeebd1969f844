package postgres

import "context"

// SummariseTransactions notes of the pages of transactions that were filled since what they hold, so that a search for something
// rare passes them by; it tells how many groups of pages these were. Until then they are read. Safe on every node at once.
func (d *DB) SummariseTransactions(ctx context.Context) (groups int, err error) {
	err = d.Pool.QueryRow(ctx, `select summarise_transactions()`).Scan(&groups)
	return groups, Explain(err, "summary of transactions")
}
