package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

// TestEveryPoolHasItsLimits asks the server what holds on the connections of each pool (guarantees A7).
func TestEveryPoolHasItsLimits(t *testing.T) {
	t.Parallel()
	url := postgrestest.Empty(t)
	limits := map[string][2]string{}
	for _, pool := range (&program{}).pools() {
		c := pool.config
		c.URL, c.AllowUnsafe = url, true
		db, err := postgres.Open(t.Context(), c)
		require.NoError(t, err)
		t.Cleanup(db.Close)
		var statement, lock string
		require.NoError(t, db.Pool.QueryRow(t.Context(), `select current_setting('statement_timeout'), current_setting('lock_timeout')`).Scan(&statement, &lock))
		limits[c.Name] = [2]string{statement, lock}
		require.Less(t, c.LockTimeout, c.StatementTimeout, "a wait for a lock must be told from a slow statement: %s", c.Name)
	}
	require.Equal(t, map[string][2]string{
		"signalbox switch": {"2s", "1500ms"}, "signalbox saf": {"10s", "2s"},
		"signalbox console": {"15s", "2s"}, "signalbox jobs": {"2min", "5s"},
	}, limits)
}
