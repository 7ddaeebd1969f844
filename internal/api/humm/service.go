// Package humm is the consumer finance service of the channel API: signed messages of tills in, signed answers out
// (spec/humm.md). It checks signature and fields and hands the till's own bytes to the switch.
package humm

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/signalboxhq/signalbox/internal/api"
	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Switch takes messages through their journey; switchcore.Processor is the real one. Every method returns the committed
// answer.
type Switch interface {
	// Process runs a request that is never repeated: a device key, an invitation.
	Process(*switchcore.Request) switchcore.Outbound
	// Retry runs a request whose identical repeat is answered from the record: authorisation, adjustment, receipt.
	Retry(*switchcore.Request) switchcore.Outbound
	// Advise runs the reversal of an adjustment.
	Advise(*switchcore.AdviceRequest) switchcore.Outbound
	// Heard keeps the traces of a message that becomes no transaction.
	Heard(switchcore.Inbound, switchcore.Client, switchcore.Reply, func(switchcore.Reply) switchcore.Outbound) switchcore.Outbound
}

// Merchants knows the sellers.
type Merchants interface {
	// Merchant gives a seller; apperr.NotFound when there is none.
	Merchant(ctx context.Context, id string) (rail.Merchant, error)
}

// Devices knows the till devices and their keys.
type Devices interface {
	// Device gives a device, perhaps as it was a moment ago; fresh asks the record. apperr.NotFound when there is none.
	Device(ctx context.Context, merchantID, deviceID string, fresh bool) (rail.Device, error)
}

// Permitter lets the client behind a verified message in, within its limits; a refusal is an *api.Error.
type Permitter interface {
	Permit(clientID string, caller api.Caller) (switchcore.Client, error)
}

// Country holds what the rail leaves to the country of a seller.
type Country struct {
	Currency   string // ISO 4217 numeric: no message names one
	MinFinance int64  // smallest amount financed, in cents; 0: 100
}

// Service is the consumer finance service. Switch, Merchants, Devices, Clients, Hash, NewID and Log are needed.
type Service struct {
	Switch    Switch
	Merchants Merchants
	Devices   Devices
	Clients   Permitter
	// Hash is the keyed hash of a value of a kind: pre-approval codes and device ids are known by it only.
	Hash  func(kind, value string) []byte
	NewID func() uuid.UUID
	Log   *slog.Logger
	// Countries by their two letters; a seller of any other country is served as of Australia.
	Countries map[string]Country
	// RetryAfter is how long a till that waits for its buyer is told to wait; 0: five seconds.
	RetryAfter time.Duration
	// Adopt makes an unknown seller that asks for a device key known, together with a client of its own; sandbox mode only,
	// nil refuses it.
	Adopt func(ctx context.Context, merchantID string) (rail.Merchant, error)

	refused atomic.Uint64
}

// Register shows the count of messages refused before their sender was proved: these leave no trace (I13).
func (s *Service) Register(registry prometheus.Registerer) error {
	return registry.Register(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "signalbox_humm_refusals_total", Help: "Consumer finance messages refused before their sender was proved.",
	}, func() float64 { return float64(s.refused.Load()) }))
}

// Defaults of spec/humm.md 2 and 5.
const (
	defaultCurrency   = "036" // Australian dollars
	defaultMinFinance = 100
	defaultRetryAfter = 5 * time.Second
)

// country gives the settings for a seller.
func (s *Service) country(m rail.Merchant) Country {
	c := s.Countries[m.Country]
	if c.Currency == "" {
		c.Currency = defaultCurrency
	}
	if c.MinFinance == 0 {
		c.MinFinance = defaultMinFinance
	}
	return c
}

func (s *Service) retryAfter() time.Duration {
	if s.RetryAfter > 0 {
		return s.RetryAfter
	}
	return defaultRetryAfter
}
