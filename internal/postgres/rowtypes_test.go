package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

// TestRowTypesAreTheColumns: the server takes a row only with the columns of its type, in their order; what a rare operation
// writes must be found out here and not by its first caller.
func TestRowTypesAreTheColumns(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	for name, want := range postgres.RowTypes() {
		var got []string
		require.NoError(t, db.Pool.QueryRow(t.Context(), `select array(select a.attname || ' ' || a.atttypid from pg_attribute a
			join pg_class c on c.oid = a.attrelid where c.relname = $1 and c.relkind = 'c' and not a.attisdropped order by a.attnum)`, name).Scan(&got))
		require.Equal(t, want, got, name)
	}
}
