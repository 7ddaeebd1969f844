package humm

import (
	"context"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
	rail "github.com/signalboxhq/signalbox/internal/humm"
)

// refusal is a code that the service answers with by itself; an empty text is the table's own.
type refusal struct{ code, text string }

// findWithin is the time for the reads before a signature can be checked.
const findWithin = 2 * time.Second

// identify finds the seller and the key behind a message, and proves the signature (spec/humm.md 4). On the way it fills in the
// key to answer with, as soon as there is one that both sides share.
func (s *Service) identify(ctx context.Context, k *call) *refusal {
	ctx, cancel := context.WithTimeout(ctx, findWithin)
	defer cancel()
	merchantID, deviceID := k.msg.Text(rail.MerchantID), k.msg.Text(rail.DeviceID)
	if !fits(merchantID, maxMerchant) || !fits(deviceID, maxDevice) {
		return &refusal{code: rail.NotRecognised}
	}
	k.merchant.ID = merchantID
	if k.op == rail.CreateKey {
		return s.identifyByToken(ctx, k)
	}
	merchant, err := s.Merchants.Merchant(ctx, merchantID)
	if err != nil {
		return s.notFound(err)
	}
	k.merchant = merchant
	return s.identifyDevice(ctx, k, deviceID)
}

// identifyDevice checks the signature with the device's key. A key that was replaced a moment ago is read again before
// anybody is refused.
func (s *Service) identifyDevice(ctx context.Context, k *call, deviceID string) *refusal {
	for _, fresh := range []bool{false, true} {
		device, err := s.Devices.Device(ctx, k.merchant.ID, deviceID, fresh)
		if err != nil {
			return s.notFound(err)
		}
		if !device.Active {
			return &refusal{code: rail.NotRecognised}
		}
		if k.key = device.Key; k.msg.Verify(k.key) {
			return nil
		}
	}
	return &refusal{code: rail.BadSignature}
}

// identifyByToken checks a request for a key with the one-time token in it. In the sandbox an unknown seller becomes known
// by it.
func (s *Service) identifyByToken(ctx context.Context, k *call) *refusal {
	token := k.msg.Text(rail.DeviceToken)
	if token == "" {
		return &refusal{rail.Invalid, rail.DeviceToken + " is missing"}
	}
	k.key = token
	merchant, err := s.Merchants.Merchant(ctx, k.merchant.ID)
	unknown := apperr.Is(err, apperr.NotFound)
	if err != nil && (!unknown || s.Adopt == nil) {
		return s.notFound(err)
	}
	if !k.msg.Verify(token) {
		return &refusal{code: rail.BadSignature}
	}
	if unknown {
		if merchant, err = s.Adopt(ctx, k.merchant.ID); err != nil {
			return s.notFound(err)
		}
	}
	k.merchant = merchant
	return nil
}

// notFound tells an unknown sender from a record that cannot be read.
func (s *Service) notFound(err error) *refusal {
	if apperr.Is(err, apperr.NotFound) {
		return &refusal{code: rail.NotRecognised}
	}
	s.Log.Error("a consumer finance message cannot be checked now; nothing was begun", "err", err)
	return &refusal{code: rail.InternalFailure}
}
