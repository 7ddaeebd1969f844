package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

// TestSwitchAtWork: a session that asks is at work itself, so asking under a name shows whether the name counts; sessions that
// only wait for their next statement do not.
func TestSwitchAtWork(t *testing.T) {
	t.Parallel()
	url, other := postgrestest.URL(t), postgrestest.URL(t)
	named := func(url, name string) *postgres.DB {
		db, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: name, AllowUnsafe: true})
		require.NoError(t, err)
		t.Cleanup(db.Close)
		return db
	}
	atWork := func(db *postgres.DB) bool {
		busy, err := postgres.NewFinance(db).SwitchAtWork(t.Context())
		require.NoError(t, err)
		return busy
	}
	jobs := named(url, "signalbox jobs")
	require.False(t, atWork(jobs), "nobody is there")
	require.True(t, atWork(named(url, postgres.AdviceSessions)))
	held := named(url, postgres.SwitchSessions)
	require.True(t, atWork(held))

	tx, err := held.Pool.Begin(t.Context())
	require.NoError(t, err)
	require.False(t, atWork(jobs), "idle, one of them within a transaction")
	require.NoError(t, tx.Rollback(t.Context()))

	// One of the switch that waits for what this session holds is at work, as others see it; another database's is not.
	gate, err := jobs.Pool.Acquire(t.Context())
	require.NoError(t, err)
	_, err = gate.Exec(t.Context(), `select pg_advisory_lock(1)`)
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() {
		_, err := held.Pool.Exec(t.Context(), `select pg_advisory_xact_lock(1)`)
		ended <- err
	}()
	for waiting := false; !waiting; {
		require.NoError(t, jobs.Pool.QueryRow(t.Context(), `select exists (select 1 from pg_locks l join pg_database d on d.oid = l.database
			where d.datname = current_database() and l.locktype = 'advisory' and not l.granted)`).Scan(&waiting))
	}
	require.True(t, atWork(jobs))
	require.False(t, atWork(named(other, "signalbox jobs")))
	_, err = gate.Exec(t.Context(), `select pg_advisory_unlock(1)`)
	require.NoError(t, err)
	gate.Release()
	require.NoError(t, <-ended)
}
