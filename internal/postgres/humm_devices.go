package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/seal"
)

// HummDevices reads the till devices of consumer finance. Their keys are learned, and written, by the switch in the commit
// that records the answer they came in (humm.md 8.1). It is safe for concurrent use.
type HummDevices struct {
	db    *DB
	vault *seal.Vault
	known *recent[humm.Device]
}

// NewHummDevices makes the store.
func NewHummDevices(db *DB, vault *seal.Vault) *HummDevices {
	return &HummDevices{db: db, vault: vault, known: newRecent[humm.Device]()}
}

// DeviceKey gives the signing key of a device, disabled ones included: what they sent earlier must still be settled.
func (h *HummDevices) DeviceKey(ctx context.Context, merchantID, deviceID string) (string, error) {
	d, err := h.Device(ctx, merchantID, deviceID, false)
	return d.Key, err
}

// Device gives a device with its key, at most two seconds old; fresh reads it now. NotFound when there is none.
func (h *HummDevices) Device(ctx context.Context, merchantID, deviceID string, fresh bool) (humm.Device, error) {
	hash := h.vault.Hash(humm.DeviceHash, humm.DeviceName(merchantID, deviceID))
	id := merchantID + "|" + string(hash)
	if d, ok := h.known.get(id); ok && !fresh {
		return d, nil
	}
	began := h.known.now()
	d, err := h.read(ctx, merchantID, hash)
	if err != nil {
		return humm.Device{}, err
	}
	h.known.put(id, d, began)
	return d, nil
}

func (h *HummDevices) read(ctx context.Context, merchantID string, hash []byte) (humm.Device, error) {
	d := humm.Device{MerchantID: merchantID}
	var sealed []byte
	err := h.db.Pool.QueryRow(ctx,
		`select key_sealed, generation, client_id, state = 'ACTIVE', updated_at from humm_devices where merchant_id = $1 and device_id_hash = $2`,
		merchantID, hash).Scan(&sealed, &d.Generation, &d.ClientID, &d.Active, &d.UpdatedAt)
	if err != nil {
		return humm.Device{}, Explain(err, "till device")
	}
	key, err := h.vault.Open("humm_devices", "key_sealed", DeviceRow(hash), sealed)
	if err != nil {
		return humm.Device{}, apperr.Wrap(err, apperr.Internal, "a device's key cannot be opened")
	}
	d.Key = string(key)
	return d, nil
}

// DeviceRow stands for the row of a device in the sealing: the first half of the keyed hash of its name.
func DeviceRow(hash []byte) (row uuid.UUID) {
	copy(row[:], hash)
	return row
}

// HummDeviceLine is a device as a page lists it: no id, no key.
type HummDeviceLine struct {
	MerchantID string
	Device     string // the beginning of the hash of its id, as shown with its transactions
	ClientID   string
	Generation int
	Active     bool
	UpdatedAt  time.Time
}

// Lines lists the devices by merchant, the latest keys first.
func (h *HummDevices) Lines(ctx context.Context, limit int) ([]HummDeviceLine, error) {
	rows, err := h.db.Pool.Query(ctx, `select merchant_id, 'device-' || encode(substring(device_id_hash for 4), 'hex'), client_id, generation,
  state = 'ACTIVE', updated_at from humm_devices order by merchant_id, updated_at desc, device_id_hash limit $1`, limit)
	if err != nil {
		return nil, Explain(err, "till device")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l HummDeviceLine, err error) {
		err = row.Scan(&l.MerchantID, &l.Device, &l.ClientID, &l.Generation, &l.Active, &l.UpdatedAt)
		return l, err
	})
	return list, Explain(err, "till device")
}
