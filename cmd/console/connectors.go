package main

import (
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/humm"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// connectors makes the connector of each provider and keeps it while its address and user stay the same.
type connectors struct {
	dial   time.Duration
	listen time.Duration // time-out and late window: how long an exchange may be listened to
	guard  func(netip.Addr) error
	keys   humm.Keys // of till devices, for consumer finance

	mu    sync.RWMutex
	byID  map[string]switchcore.Connector
	built map[string]string // what each was built from
}

func newConnectors(s settings, keys humm.Keys) (*connectors, error) {
	guard, err := s.security.guard(s.mode)
	return &connectors{
		guard: guard, keys: keys, dial: s.switchSettings.DialTimeout, listen: s.switchSettings.ProviderTimeout + s.switchSettings.LateWindow,
		byID: map[string]switchcore.Connector{}, built: map[string]string{},
	}, err
}

// of gives the connector of a provider, nil when it is not in service.
func (c *connectors) of(providerID string) switchcore.Connector {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.byID[providerID]
}

// use builds the connector a provider names; an unchanged one stays.
func (c *connectors) use(p switchcore.Provider) error {
	key := strings.Join([]string{p.Connector, p.BaseURL, p.User, p.Credential, p.Options}, "\x00")
	c.mu.RLock()
	same := c.built[p.ID] == key
	c.mu.RUnlock()
	if same {
		return nil
	}
	build, known := connectorKinds()[p.Connector]
	if !known {
		return apperr.Errorf(apperr.Invalid, "connector %q is not known", p.Connector)
	}
	made, err := build(c, p)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byID[p.ID], c.built[p.ID] = made, key
	return nil
}

// secretAge is how long a secret read from a file is used before the file is read again, so that a changed one needs no
// restart and a send costs no disk access.
const secretAge = 2 * time.Second

// secret gives a named secret: "env:NAME" or "file:PATH".
func secret(name string) func() string {
	var mu sync.Mutex
	var value string
	var read time.Time
	return func() string {
		if env, ok := strings.CutPrefix(name, "env:"); ok {
			return os.Getenv(env)
		}
		mu.Lock()
		defer mu.Unlock()
		if time.Since(read) > secretAge {
			text, err := os.ReadFile(strings.TrimPrefix(name, "file:"))
			if err == nil {
				value, read = strings.TrimSpace(string(text)), time.Now()
			}
		}
		return value
	}
}
