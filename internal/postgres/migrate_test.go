package postgres

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/migrations"
)

func TestCompareSchema(t *testing.T) {
	t.Parallel()
	require.NoError(t, compareSchema(4, 4))
	require.ErrorContains(t, compareSchema(5, 4), "knows 4 at most")
	require.ErrorContains(t, compareSchema(3, 4), "console migrate up")
}

func TestNewest(t *testing.T) {
	t.Parallel()
	none, err := newest(fstest.MapFS{})
	require.NoError(t, err)
	require.Zero(t, none)
	two, err := newest(fstest.MapFS{"0002_b.sql": {}, "0001_a.sql": {}})
	require.NoError(t, err)
	require.EqualValues(t, 2, two)
	_, err = newest(fstest.MapFS{"notes.sql": {}})
	require.ErrorContains(t, err, "notes.sql")
}

// MigrateFiles lets the tests outside the package migrate with files of their own.
var MigrateFiles = migrate

// NewestMigration gives the number of the last migration.
func NewestMigration(t *testing.T) int64 {
	t.Helper()
	n, err := newest(migrations.Files)
	require.NoError(t, err)
	return n
}
