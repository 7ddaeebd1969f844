package postgres_test

import (
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
	"github.com/signalboxhq/signalbox/internal/seal"
)

func testVault(t *testing.T) *seal.Vault {
	t.Helper()
	master := sha256.Sum256([]byte(t.Name()))
	v, err := seal.New(master[:])
	require.NoError(t, err)
	return v
}

// learn writes a device the way the switch does in its commit.
func learn(t *testing.T, db *postgres.DB, v *seal.Vault, merchant, device, key, state string) {
	t.Helper()
	hash := v.Hash("HUMM_DEVICE", merchant+"|"+device)
	row := postgres.DeviceRow(hash)
	_, err := db.Pool.Exec(t.Context(), `insert into humm_devices (merchant_id, device_id_hash, device_id_sealed, key_sealed, client_id, state, updated_at)
values ($1, $2, $3, $4, 'chain', $5, clock_timestamp())
on conflict (merchant_id, device_id_hash) do update set key_sealed = excluded.key_sealed, generation = humm_devices.generation + 1, state = excluded.state`,
		merchant, hash, v.Seal("humm_devices", "device_id_sealed", row, []byte(device)), v.Seal("humm_devices", "key_sealed", row, []byte(key)), state)
	require.NoError(t, err)
}

func TestHummDevices(t *testing.T) {
	t.Parallel()
	db, vault := postgrestest.New(t), testVault(t)
	store := postgres.NewHummDevices(db, vault)
	_, err := store.DeviceKey(t.Context(), "30477001", "lane-04")
	require.True(t, apperr.Is(err, apperr.NotFound))

	learn(t, db, vault, "30477001", "lane-04", "first", "ACTIVE")
	d, err := store.Device(t.Context(), "30477001", "lane-04", false)
	require.NoError(t, err, "that it was missing is not remembered")
	require.Equal(t, "first", d.Key)
	require.Equal(t, "chain", d.ClientID)
	require.True(t, d.Active)
	require.Equal(t, 1, d.Generation)

	_, err = store.DeviceKey(t.Context(), "30477002", "lane-04")
	require.True(t, apperr.Is(err, apperr.NotFound), "a device belongs to one merchant")

	learn(t, db, vault, "30477001", "lane-04", "second", "DISABLED")
	d, err = store.Device(t.Context(), "30477001", "lane-04", false)
	require.NoError(t, err)
	require.Equal(t, "first", d.Key, "as it was a moment ago")
	d, err = store.Device(t.Context(), "30477001", "lane-04", true)
	require.NoError(t, err)
	require.Equal(t, "second", d.Key)
	require.Equal(t, 2, d.Generation)
	require.False(t, d.Active)
	key, err := store.DeviceKey(t.Context(), "30477001", "lane-04")
	require.NoError(t, err, "earlier sales of a disabled device are still settled")
	require.Equal(t, "second", key)

	lines, err := store.Lines(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, lines, 1)
	require.Regexp(t, `^device-[0-9a-f]{8}$`, lines[0].Device)
	require.Equal(t, 2, lines[0].Generation)
}

// A key moved to another device does not open.
func TestHummKeyIsBoundToItsDevice(t *testing.T) {
	t.Parallel()
	db, vault := postgrestest.New(t), testVault(t)
	learn(t, db, vault, "30477001", "lane-04", "first", "ACTIVE")
	learn(t, db, vault, "30477001", "lane-05", "other", "ACTIVE")
	_, err := db.Pool.Exec(t.Context(), `update humm_devices d set key_sealed = o.key_sealed from humm_devices o where o.device_id_hash <> d.device_id_hash`)
	require.NoError(t, err)
	_, err = postgres.NewHummDevices(db, vault).DeviceKey(t.Context(), "30477001", "lane-04")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "other")
}

func TestHummMerchants(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	store := postgres.NewHummMerchants(db)
	_, err := store.Merchant(t.Context(), "30477001")
	require.True(t, apperr.Is(err, apperr.NotFound))

	by := operators.Actor{Name: "cli"}
	require.NoError(t, store.Put(t.Context(), humm.Merchant{ID: "30477001", ClientID: "chain", Chain: "Toys"}, by))
	require.NoError(t, store.Put(t.Context(), humm.Merchant{ID: "30477001", ClientID: "chain", Chain: "Toys"}, by))
	m, err := store.Merchant(t.Context(), "30477001")
	require.NoError(t, err)
	require.Equal(t, humm.Merchant{ID: "30477001", ClientID: "chain", Country: "AU", Chain: "Toys"}, m)

	require.NoError(t, store.Put(t.Context(), humm.Merchant{ID: "30477001", ClientID: "other", Country: "NZ"}, by))
	m, err = store.Merchant(t.Context(), "30477001")
	require.NoError(t, err)
	require.Equal(t, humm.Merchant{ID: "30477001", ClientID: "other", Country: "NZ"}, m, "a change acts at once on its own node")
	list, err := store.List(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1)

	var n int
	require.NoError(t, db.Pool.QueryRow(t.Context(), `select count(*) from audit_log where action = 'humm.merchant'`).Scan(&n))
	require.Equal(t, 2, n, "what changed nothing leaves no audit row")
}
