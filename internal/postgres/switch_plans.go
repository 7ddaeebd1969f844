package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// byKey makes a connection plan the switch's statements once and always by index. All of them find rows by key or in the
// order of an index; but a plan made while a table was empty reads the whole table, and the server keeps it until the
// table is next analysed: minutes of scans under full load. Left to choose, it also plans many of them anew at every call,
// which costs more than running them.
const byKey = `select set_config('plan_cache_mode', 'force_generic_plan', false), set_config('enable_seqscan', 'off', false),
  set_config('enable_bitmapscan', 'off', false), set_config('enable_sort', 'off', false)`

// plansByKey marks a connection that was told.
const plansByKey = "signalbox.plans_by_key"

// acquire takes a connection on which statements are planned by key and rows can be sent; the first use of a connection pays
// three round trips.
func acquire(ctx context.Context, pool *pgxpool.Pool) (*pgxpool.Conn, error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	told := conn.Conn().PgConn().CustomData()
	if told[plansByKey] == nil {
		if _, err := conn.Exec(ctx, byKey, pgx.QueryExecModeSimpleProtocol); err != nil {
			conn.Release()
			return nil, err
		}
		told[plansByKey] = true
	}
	if err := learnRowTypes(ctx, conn.Conn()); err != nil {
		conn.Release()
		return nil, err
	}
	return conn, nil
}
