package main

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/blu"
	"github.com/signalboxhq/signalbox/internal/connectors/flash"
	"github.com/signalboxhq/signalbox/internal/connectors/giftcardclient"
	"github.com/signalboxhq/signalbox/internal/connectors/humm"
	"github.com/signalboxhq/signalbox/internal/connectors/ott"
	"github.com/signalboxhq/signalbox/internal/connectors/serviceinterface"
	"github.com/signalboxhq/signalbox/internal/connectors/yoyo"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// connectorKinds are the connectors that a provider can name (providers.md 9).
func connectorKinds() map[string]func(*connectors, switchcore.Provider) (switchcore.Connector, error) {
	return map[string]func(*connectors, switchcore.Provider) (switchcore.Connector, error){
		"serviceinterface": newServiceInterface,
		"giftcardclient":   newGiftcardClient,
		"flash":            newFlash,
		"ott":              newOTT,
		"yoyo":             newYoyo,
		"blu":              newBlu,
		"humm":             newHumm,
	}
}

// readOptions reads the options of a provider's connector; what the connector does not know is refused.
func readOptions[T any](p switchcore.Provider) (o T, err error) {
	if strings.TrimSpace(p.Options) == "" {
		return o, nil
	}
	d := json.NewDecoder(bytes.NewReader([]byte(p.Options)))
	d.DisallowUnknownFields()
	return o, apperr.Wrap(d.Decode(&o), apperr.Invalid, "the options of provider "+p.ID+" cannot be read")
}

func newServiceInterface(c *connectors, p switchcore.Provider) (switchcore.Connector, error) {
	o, err := serviceinterface.ParseOptions(p.Options)
	if err != nil {
		return nil, err
	}
	return serviceinterface.New(serviceinterface.Config{
		BaseURL: p.BaseURL, User: p.User, Password: secret(p.Credential), Secret: secret, Options: o,
		Timeout: c.listen, DialTimeout: c.dial, Connections: p.Profile.MaxInFlight, Guard: c.guard,
	})
}

func newGiftcardClient(c *connectors, p switchcore.Provider) (switchcore.Connector, error) {
	o, err := giftcardclient.ParseOptions(p.Options)
	if err != nil {
		return nil, err
	}
	return giftcardclient.New(giftcardclient.Config{
		BaseURL: p.BaseURL, User: p.User, Password: secret(p.Credential), Secret: secret, Options: o,
		Timeout: c.listen, DialTimeout: c.dial, Connections: p.Profile.MaxInFlight, Guard: c.guard,
	})
}

func newFlash(c *connectors, p switchcore.Provider) (switchcore.Connector, error) {
	o, err := flash.ParseOptions(p.Options)
	if err != nil {
		return nil, err
	}
	return flash.New(flash.Config{
		BaseURL: p.BaseURL, Key: secret(p.Credential), Secret: secret, Options: o,
		Timeout: c.listen, DialTimeout: c.dial, Connections: p.Profile.MaxInFlight, Guard: c.guard,
	})
}

func newOTT(c *connectors, p switchcore.Provider) (switchcore.Connector, error) {
	o, err := readOptions[ott.Options](p)
	if err != nil {
		return nil, err
	}
	return ott.New(ott.Config{
		BaseURL: p.BaseURL, User: p.User, Password: secret(p.Credential), Secret: secret, Options: o,
		Timeout: c.listen, DialTimeout: c.dial, Connections: p.Profile.MaxInFlight, Guard: c.guard,
	})
}

func newYoyo(c *connectors, p switchcore.Provider) (switchcore.Connector, error) {
	o, err := readOptions[yoyo.Options](p)
	if err != nil {
		return nil, err
	}
	return yoyo.New(yoyo.Config{
		BaseURL: p.BaseURL, User: p.User, Password: secret(p.Credential), Secret: secret, Options: o,
		Timeout: c.listen, DialTimeout: c.dial, Connections: p.Profile.MaxInFlight, Guard: c.guard,
	})
}

func newBlu(c *connectors, p switchcore.Provider) (switchcore.Connector, error) {
	o, err := blu.ParseOptions(p.Options)
	if err != nil {
		return nil, err
	}
	return blu.New(blu.Config{
		BaseURL: p.BaseURL, SellKey: secret(p.Credential), Secret: secret, Options: o,
		Timeout: c.listen, DialTimeout: c.dial, Connections: p.Profile.MaxInFlight, Guard: c.guard,
	})
}

func newHumm(c *connectors, p switchcore.Provider) (switchcore.Connector, error) {
	o, err := readOptions[humm.Options](p)
	if err != nil {
		return nil, err
	}
	return humm.New(humm.Config{
		BaseURL: p.BaseURL, Keys: c.keys, Options: o,
		Timeout: c.listen, DialTimeout: c.dial, Connections: p.Profile.MaxInFlight, Guard: c.guard,
	})
}
