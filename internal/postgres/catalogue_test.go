package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

func TestRefreshProducts(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	directory := postgres.NewDirectory(db)
	cents := func(n int64) *int64 { return &n }
	flash := switchcore.Provider{ID: "flash", Name: "Flash", Receiver: switchcore.Institution{ID: "9"}, Connector: "flash", Enabled: true}
	own := []switchcore.Product{
		{ID: "FLA-50", ProviderID: "flash", Description: "1Voucher R50", Currency: "710", Amount: cents(5000), ProviderCode: "1"},
		{ID: "FLA-VAR", ProviderID: "flash", Description: "1Voucher", Currency: "710", Min: cents(500), Max: cents(400000), ProviderCode: "1"},
		{ID: "GIFT", ProviderID: "flash", Description: "Gift", Currency: "710", Amount: cents(10000), ProviderCode: "311"},
		{ID: "OLD", ProviderID: "flash", Description: "Gone soon", Currency: "710", Amount: cents(100)},
	}
	require.NoError(t, directory.Put(t.Context(), []switchcore.Provider{flash}, own, nil))
	published := []switchcore.Product{
		{ID: "1", ProviderCode: "1", Description: "1Voucher", Currency: "710", Min: cents(1000), Max: cents(300000)},
		{ID: "311", ProviderCode: "311", Description: "Gift", Currency: "710", Amount: cents(12000), NotReversible: true},
		{ID: "351", ProviderCode: "351", ProviderGroup: "eezi-voucher", Description: "Eezi", Currency: "710", Min: cents(200), Max: cents(99900)},
	}
	change, err := directory.RefreshProducts(t.Context(), "flash", published)
	require.NoError(t, err)
	require.Equal(t, postgres.CatalogueChange{Added: 1, Changed: 2, Withdrawn: 1}, change)
	snapshot, err := directory.Load(t.Context())
	require.NoError(t, err)
	fixed, _ := snapshot.Product("FLA-50", "flash")
	require.Equal(t, int64(5000), *fixed.Amount, "our fixed price of a voucher of any amount stays")
	ranged, _ := snapshot.Product("FLA-VAR", "flash")
	require.Equal(t, []int64{1000, 300000}, []int64{*ranged.Min, *ranged.Max})
	gift, _ := snapshot.Product("GIFT", "flash")
	require.Equal(t, int64(12000), *gift.Amount)
	require.True(t, gift.NotReversible)
	eezi, _ := snapshot.Product("351", "flash")
	require.Equal(t, "eezi-voucher", eezi.ProviderGroup)
	_, sold := snapshot.Product("OLD", "flash")
	require.False(t, sold)

	change, err = directory.RefreshProducts(t.Context(), "flash", published)
	require.NoError(t, err)
	require.Zero(t, change, "the same list again changes nothing")
	_, err = directory.RefreshProducts(t.Context(), "flash", nil)
	require.Error(t, err, "an empty list is no catalogue")
	snapshot, err = directory.Load(t.Context())
	require.NoError(t, err)
	require.Len(t, snapshot.Products(""), 4)
}
