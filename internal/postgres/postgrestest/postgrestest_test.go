package postgrestest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	a, b := postgrestest.New(t), postgrestest.New(t)

	_, err := a.Pool.Exec(t.Context(), "create table only_here (id int)")
	require.NoError(t, err)

	var there bool
	require.NoError(t, b.Pool.QueryRow(t.Context(), "select to_regclass('only_here') is not null").Scan(&there))
	require.False(t, there)
	require.NoError(t, a.Pool.QueryRow(t.Context(), "select to_regclass('only_here') is not null").Scan(&there))
	require.True(t, there)
}

// BenchmarkNew measures what a database costs a test; the aim is below 50 ms.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		postgrestest.New(b)
	}
}
