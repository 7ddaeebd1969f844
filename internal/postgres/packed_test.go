package postgres_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
	"github.com/signalboxhq/signalbox/internal/saf"
)

// TestRowsArriveAsTheyLeft: what a column writes is what it reads, absent values and the ends of every range included.
func TestRowsArriveAsTheyLeft(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	at := time.Date(2026, 11, 21, 10, 11, 12, 131415000, time.UTC)
	old := time.Date(1961, 4, 12, 6, 7, 0, 1000, time.UTC)
	least, most := int64(math.MinInt64), int64(math.MaxInt64)
	sent := []*postgres.Values{
		{
			ID: uuid.New(), Ref: uuid.New(), Word: "wörd", Text: "{\"a\",NULL}\n", Count: math.MaxInt32, Number: math.MinInt32, Big: most, Minor: &least, Flag: true,
			Stamp: at, Moment: old, Due: saf.Never, Day: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Raw: []byte{0, 255}, Blob: []byte("b"), Tag: make([]byte, 5000),
		},
		{Stamp: old, Due: at, Day: time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC), Raw: []byte{}, Minor: new(int64)},
	}
	got, err := postgres.SendRows(t.Context(), db, sent)
	require.NoError(t, err)
	require.Equal(t, sent, got)
}
