package postgres_test

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

func TestOpenRefusesAServerThatForgets(t *testing.T) {
	t.Parallel()
	url := postgrestest.Empty(t)
	_, err := postgres.Open(t.Context(), postgres.Config{URL: url})
	require.Equal(t, apperr.Invalid, apperr.CodeOf(err))
	require.ErrorContains(t, err, "fsync=off")
	_, err = postgres.Open(t.Context(), postgres.Config{URL: url + "&synchronous_commit=local&fsync=on"})
	require.Error(t, err)
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, url string
		code      apperr.Code
	}{
		{"not a URL", "postgres://user:canary@:port:/x", apperr.Invalid},
		{"nobody listens", "postgres://user:canary@127.0.0.1:1/x?sslmode=disable", apperr.Unavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := postgres.Open(t.Context(), postgres.Config{URL: tt.url})
			require.Equal(t, tt.code, apperr.CodeOf(err))
			require.NotContains(t, err.Error(), "canary")
		})
	}
}

func TestSettingsReachBothLibraries(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), postgres.Config{
		URL: postgrestest.Empty(t), Name: "saf", MaxConns: 2,
		StatementTimeout: 15 * time.Second, LockTimeout: 2 * time.Second, AllowUnsafe: true,
	})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	require.EqualValues(t, 2, db.Pool.Config().MaxConns)
	for name, want := range map[string]string{
		"application_name": "saf", "statement_timeout": "15s", "lock_timeout": "2s", "timezone": "UTC",
	} {
		var byPool, byGorm string
		require.NoError(t, db.Pool.QueryRow(t.Context(), "select current_setting($1)", name).Scan(&byPool))
		require.NoError(t, db.Gorm.WithContext(t.Context()).Raw("select current_setting(?)", name).Scan(&byGorm).Error)
		require.Equal(t, want, byPool)
		require.Equal(t, want, byGorm)
	}
}

func TestTimesArriveInUTC(t *testing.T) {
	t.Parallel()
	db := postgrestest.Open(t, postgrestest.Empty(t))
	const sql = "select timestamptz '2026-03-01 12:00:00+02'"
	want := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	var byPool, byGorm time.Time
	require.NoError(t, db.Pool.QueryRow(t.Context(), sql).Scan(&byPool))
	require.NoError(t, db.Gorm.WithContext(t.Context()).Raw(sql).Scan(&byGorm).Error)
	require.Equal(t, want, byPool)
	require.Equal(t, want, byGorm)
}

func TestUUIDsTravelBothWays(t *testing.T) {
	t.Parallel()
	db := postgrestest.Open(t, postgrestest.Empty(t))
	ctx := t.Context()
	_, err := db.Pool.Exec(ctx, "create table things (id uuid primary key, parent uuid)")
	require.NoError(t, err)
	a, b := uuid.New(), uuid.New()
	_, err = db.Pool.CopyFrom(ctx, pgx.Identifier{"things"}, []string{"id", "parent"}, pgx.CopyFromRows([][]any{{a, nil}, {b, &a}}))
	require.NoError(t, err)

	var got uuid.UUID
	require.NoError(t, db.Pool.QueryRow(ctx, "select id from things where parent = $1", a).Scan(&got))
	require.Equal(t, b, got)
	var parent *uuid.UUID
	require.NoError(t, db.Pool.QueryRow(ctx, "select parent from things where id = any($1)", []uuid.UUID{a}).Scan(&parent))
	require.Nil(t, parent)
	// Into a struct: gorm takes a bare UUID for a list of bytes.
	var row struct{ ID uuid.UUID }
	require.NoError(t, db.Gorm.WithContext(ctx).Raw("select id from things where parent = ?", a).Scan(&row).Error)
	require.Equal(t, b, row.ID)
}

func TestLogShowsStatementsWithoutValues(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	db, err := postgres.Open(t.Context(), postgres.Config{
		URL: postgrestest.Empty(t), AllowUnsafe: true, Logger: slog.New(slog.NewTextHandler(&out, nil)),
	})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	g := db.Gorm.WithContext(t.Context())
	require.NoError(t, g.Exec("create table codes (code text primary key)").Error)
	require.NoError(t, g.Exec("insert into codes values (?)", "canary-4711").Error)
	require.Empty(t, out.String(), "what works is not news")
	require.Error(t, g.Exec("insert into codes values (?)", "canary-4711").Error)
	require.Contains(t, out.String(), "insert into codes values ($1")
	require.Contains(t, out.String(), "23505")
	require.NotContains(t, out.String(), "canary")
}
