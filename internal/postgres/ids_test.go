package postgres_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

// TestIDsArriveAsTheyLeft: through every way a statement may be sent, absent ids included.
func TestIDsArriveAsTheyLeft(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	sent := uuid.New()
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol} {
		var got uuid.UUID
		var pointed, absent *uuid.UUID
		var text string
		var list []uuid.UUID
		err := db.Pool.QueryRow(t.Context(), `select $1::uuid, $1::uuid, $2::uuid, $3::text, array[$1::uuid]`, mode, sent, (*uuid.UUID)(nil), sent.String()).
			Scan(&got, &pointed, &absent, &text, &list)
		require.NoError(t, err, mode)
		require.Equal(t, []uuid.UUID{sent, sent, sent}, []uuid.UUID{got, *pointed, list[0]}, mode)
		require.Equal(t, sent.String(), text, mode)
		require.Nil(t, absent, mode)

		require.NoError(t, db.Pool.QueryRow(t.Context(), `select $1::uuid`, mode, &sent).Scan(&text))
		require.Equal(t, sent.String(), text, mode)
		require.NoError(t, db.Pool.QueryRow(t.Context(), `select null::uuid`, mode).Scan(&got))
		require.Equal(t, sent, got, mode)
	}
}
