package simulation

import (
	"context"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/humm"
)

// deviceKeys are the signing keys of tills as one node reads them from the record, where the switch keeps what it learned.
type deviceKeys struct{ life *life }

// DeviceKey implements the port of the connector.
func (k deviceKeys) DeviceKey(_ context.Context, merchantID, deviceID string) (string, error) {
	if (&store{life: k.life}).down() {
		return "", unreachable("the database cannot be reached")
	}
	w := k.life.node.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if key, ok := w.keys[string(openVault{}.Hash(humm.DeviceHash, humm.DeviceName(merchantID, deviceID)))]; ok {
		return key, nil
	}
	return "", apperr.Errorf(apperr.NotFound, "There is no such device.")
}

// learn takes over the keys that a commit left on record.
func (w *world) learn() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.mem.Devices[w.learned:] {
		w.keys[string(d.DeviceHash)] = string(d.KeySealed)
	}
	w.learned = len(w.mem.Devices)
}
