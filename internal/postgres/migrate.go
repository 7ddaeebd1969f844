package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/migrations"
)

// Migration is one numbered step of the schema.
type Migration struct {
	Version   int64
	Name      string
	Applied   bool
	AppliedAt time.Time // UTC; zero when not applied
}

// Migrate brings the schema to the newest version this program knows. Several may call it at once: one
// works, the others wait and find nothing left to do.
func Migrate(ctx context.Context, url string) error {
	_, err := migrate(ctx, url, migrations.Files)
	return err
}

// migrate applies the steps in files and gives the numbers of those it applied itself.
func migrate(ctx context.Context, url string, files fs.FS) (applied []int64, err error) {
	p, closeAll, err := provider(url, files)
	if err != nil || p == nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	results, err := p.Up(ctx)
	for _, r := range results {
		applied = append(applied, r.Source.Version)
	}
	var partial *goose.PartialError
	if errors.As(err, &partial) {
		return applied, fmt.Errorf("the schema cannot be brought up to date: %s: %w", partial.Failed.Source.Path, err)
	}
	if err != nil {
		return applied, fmt.Errorf("the schema cannot be brought up to date: %w", err)
	}
	return applied, nil
}

// MigrationStatus lists every step this program knows, oldest first.
func MigrationStatus(ctx context.Context, url string) (list []Migration, err error) {
	p, closeAll, err := provider(url, migrations.Files)
	if err != nil || p == nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	states, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("the schema's state cannot be read: %w", err)
	}
	for _, s := range states {
		list = append(list, Migration{
			Version: s.Source.Version, Name: s.Source.Path,
			Applied: s.State == goose.StateApplied, AppliedAt: s.AppliedAt.UTC(),
		})
	}
	return list, nil
}

// provider opens a connection of its own for migrating: a session lock must not pass through a pool that somebody
// else closes. Without any migration it gives nil.
func provider(url string, files fs.FS) (*goose.Provider, func() error, error) {
	cc, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, nil, apperr.Errorf(apperr.Invalid, "the database URL cannot be read; it looks like postgres://user:password@host:5432/name")
	}
	// A step waits briefly for its locks: longer, and the running switch would queue up behind it (guarantees A8).
	cc.RuntimeParams["lock_timeout"] = "2s"
	cc.RuntimeParams["timezone"] = "UTC"
	db := stdlib.OpenDB(*cc)
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil, nil, db.Close()
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("the migrations cannot be read: %w", err), db.Close())
	}
	return p, db.Close, nil
}

// CheckSchema refuses a schema that this program does not know: one made by a newer release, or one that still lacks
// a step (guarantees A8). The message names the mend.
func (d *DB) CheckSchema(ctx context.Context) error {
	have, err := schemaVersion(ctx, d.sql)
	if err != nil {
		return err
	}
	want, err := newest(migrations.Files)
	if err != nil {
		return err
	}
	return compareSchema(have, want)
}

// compareSchema says what to do about a difference.
func compareSchema(have, want int64) error {
	switch {
	case have > want:
		return apperr.Errorf(apperr.Invalid, "the database has schema version %d and this program knows %d at most; run the release that made it, or a newer one", have, want)
	case have < want:
		return apperr.Errorf(apperr.Invalid, "the database has schema version %d and this program needs %d; run: console migrate up", have, want)
	default:
		return nil
	}
}

// schemaVersion reads the highest applied step, 0 for an empty database.
func schemaVersion(ctx context.Context, db *sql.DB) (int64, error) {
	var version int64
	err := db.QueryRowContext(ctx, "select coalesce(max(version_id), 0) from goose_db_version where is_applied").Scan(&version)
	if sqlState(err) == codeUnknownTable {
		return 0, nil
	}
	return version, Explain(err, "schema version")
}

// newest gives the highest number among the migration files.
func newest(files fs.FS) (int64, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return 0, err
	}
	var highest int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("migration %s has no number: %w", name, err)
		}
		highest = max(highest, version)
	}
	return highest, nil
}
