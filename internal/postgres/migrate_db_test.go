package postgres_test

import (
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

func TestOneOfFourMigratorsWorks(t *testing.T) {
	t.Parallel()
	url := postgrestest.Empty(t)
	files := fstest.MapFS{
		"0001_a.sql": {Data: []byte("-- +goose Up\ncreate table a (id int);\nselect pg_sleep(0.2);\n-- +goose Down\ndrop table a;\n")},
		"0002_b.sql": {Data: []byte("-- +goose Up\ncreate table b (id int);\n-- +goose Down\ndrop table b;\n")},
	}
	var mu sync.Mutex
	var applied []int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			mine, err := postgres.MigrateFiles(t.Context(), url, files)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Errorf("migrate: %v", err)
			}
			applied = append(applied, mine...)
		})
	}
	wg.Wait()
	require.Equal(t, []int64{1, 2}, applied, "each step once, all by one migrator")
}

func TestNothingToMigrate(t *testing.T) {
	t.Parallel()
	applied, err := postgres.MigrateFiles(t.Context(), postgrestest.Empty(t), fstest.MapFS{})
	require.NoError(t, err)
	require.Empty(t, applied)
}

func TestBrokenStepChangesNothing(t *testing.T) {
	t.Parallel()
	url := postgrestest.Empty(t)
	_, err := postgres.MigrateFiles(t.Context(), url, fstest.MapFS{
		"0001_a.sql": {Data: []byte("-- +goose Up\ncreate table half (id int);\nselect 1/0;\n-- +goose Down\n")},
	})
	require.ErrorContains(t, err, "0001_a.sql")
	var there bool
	db := postgrestest.Open(t, url)
	require.NoError(t, db.Pool.QueryRow(t.Context(), "select to_regclass('half') is not null").Scan(&there))
	require.False(t, there)
}

func TestOwnMigrations(t *testing.T) {
	t.Parallel()
	url := postgrestest.Empty(t)
	db := postgrestest.Open(t, url)
	require.Equal(t, apperr.Invalid, apperr.CodeOf(db.CheckSchema(t.Context())), "an empty database is not ready")

	require.NoError(t, postgres.Migrate(t.Context(), url))
	require.NoError(t, db.CheckSchema(t.Context()))
	require.NoError(t, postgres.Migrate(t.Context(), url), "a second time there is nothing to do")
	list, err := postgres.MigrationStatus(t.Context(), url)
	require.NoError(t, err)
	require.NotEmpty(t, list)
	for _, m := range list {
		require.True(t, m.Applied, m.Name)
		require.False(t, m.AppliedAt.IsZero())
	}

	_, err = db.Pool.Exec(t.Context(), "insert into goose_db_version (version_id, is_applied) values ($1, true)", postgres.NewestMigration(t)+1)
	require.NoError(t, err)
	require.ErrorContains(t, db.CheckSchema(t.Context()), "newer", "a schema of a later release is refused")
}
