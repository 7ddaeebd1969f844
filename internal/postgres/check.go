package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// oldestServer is the first server version the migrations are written for, as server_version_num.
const oldestServer = 140000

// durable lists the values that keep a confirmed commit, by setting.
var durable = map[string][]string{
	"fsync":              {"on"},
	"full_page_writes":   {"on"},
	"synchronous_commit": {"on", "remote_apply"},
}

// checkServer refuses a server that is too old or that may forget a commit it confirmed (guarantees A3).
func checkServer(ctx context.Context, pool *pgxpool.Pool, allowUnsafe bool) error {
	rows, err := pool.Query(ctx, `select name, setting from pg_settings
		where name in ('fsync', 'full_page_writes', 'synchronous_commit')`)
	if err != nil {
		return apperr.Wrap(err, apperr.Unavailable, "the database cannot be reached")
	}
	settings := map[string]string{}
	var name, value string
	if _, err := pgx.ForEachRow(rows, []any{&name, &value}, func() error {
		settings[name] = value
		return nil
	}); err != nil {
		return apperr.Wrap(err, apperr.Unavailable, "the database cannot be reached")
	}
	var version int
	if err := pool.QueryRow(ctx, "select current_setting('server_version_num')::int").Scan(&version); err != nil {
		return apperr.Wrap(err, apperr.Unavailable, "the database cannot be reached")
	}
	if version < oldestServer {
		return apperr.Errorf(apperr.Invalid, "the database server is PostgreSQL %d; %d or newer is needed", version/10000, oldestServer/10000)
	}
	if allowUnsafe {
		return nil
	}
	return checkDurable(settings)
}

// checkDurable names the first setting that does not keep commits.
func checkDurable(settings map[string]string) error {
	for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		ok := false
		for _, good := range durable[name] {
			ok = ok || settings[name] == good
		}
		if !ok {
			return apperr.Errorf(apperr.Invalid, "the database has %s=%s and could lose a confirmed payment; set it to %s", name, settings[name], durable[name][0])
		}
	}
	return nil
}
