package postgrestest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProgramCountsAsAUser(t *testing.T) {
	t.Parallel()
	c := join(t)
	var users, watchers int
	c.mu.Lock()
	defer c.mu.Unlock()
	require.NoError(t, c.conn.QueryRow(t.Context(), usersSQL, uint32(inUse)).Scan(&users))
	require.NoError(t, c.conn.QueryRow(t.Context(), "select count(*) from pg_stat_activity where application_name = $1", watcherName).Scan(&watchers))
	require.GreaterOrEqual(t, users, 1, "the watcher would end the cluster under our feet")
	require.Equal(t, 1, watchers, "nobody would end the cluster")
}
