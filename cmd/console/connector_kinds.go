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
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/connectors/yoyo"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// builder makes the connector of a provider.
type builder func(*connectors, switchcore.Provider) (switchcore.Connector, error)

// connectorKinds are the connectors that a provider can name (providers.md 9).
func connectorKinds() map[string]builder {
	return map[string]builder{
		"serviceinterface": kind(parsed(serviceinterface.ParseOptions), newServiceInterface),
		"giftcardclient":   kind(parsed(giftcardclient.ParseOptions), newGiftcardClient),
		"flash":            kind(parsed(flash.ParseOptions), newFlash),
		"ott":              kind(readOptions[ott.Options], newOTT),
		"yoyo":             kind(readOptions[yoyo.Options], newYoyo),
		"blu":              kind(parsed(blu.ParseOptions), newBlu),
		"humm":             kind(readOptions[humm.Options], newHumm),
	}
}

// kind builds a connector from the provider and the options that its connector reads.
func kind[O any, C switchcore.Connector](read func(switchcore.Provider) (O, error), build func(*connectors, switchcore.Provider, O) (C, error)) builder {
	return func(c *connectors, p switchcore.Provider) (switchcore.Connector, error) {
		o, err := read(p)
		if err != nil {
			return nil, err
		}
		return build(c, p, o)
	}
}

// parsed reads options with the connector's own reader.
func parsed[O any](parse func(string) (O, error)) func(switchcore.Provider) (O, error) {
	return func(p switchcore.Provider) (O, error) { return parse(p.Options) }
}

// readOptions reads the options of a connector that has no reader; what the connector does not know is refused.
func readOptions[O any](p switchcore.Provider) (o O, err error) {
	if strings.TrimSpace(p.Options) == "" {
		return o, nil
	}
	d := json.NewDecoder(bytes.NewReader([]byte(p.Options)))
	d.DisallowUnknownFields()
	return o, apperr.Wrap(d.Decode(&o), apperr.Invalid, "the options of provider "+p.ID+" cannot be read")
}

// wire is how a provider is reached, whatever it speaks.
func (c *connectors) wire(p switchcore.Provider) wire.Config {
	return wire.Config{BaseURL: p.BaseURL, Timeout: c.listen, DialTimeout: c.dial, Connections: p.Profile.MaxInFlight, Guard: c.guard}
}

func newServiceInterface(c *connectors, p switchcore.Provider, o serviceinterface.Options) (*serviceinterface.Connector, error) {
	return serviceinterface.New(serviceinterface.Config{Config: c.wire(p), User: p.User, Password: secret(p.Credential), Secret: secret, Options: o})
}

func newGiftcardClient(c *connectors, p switchcore.Provider, o giftcardclient.Options) (*giftcardclient.Connector, error) {
	return giftcardclient.New(giftcardclient.Config{Config: c.wire(p), User: p.User, Password: secret(p.Credential), Secret: secret, Options: o})
}

func newFlash(c *connectors, p switchcore.Provider, o flash.Options) (*flash.Connector, error) {
	return flash.New(flash.Config{Config: c.wire(p), Key: secret(p.Credential), Secret: secret, Options: o})
}

func newOTT(c *connectors, p switchcore.Provider, o ott.Options) (*ott.Connector, error) {
	return ott.New(ott.Config{Config: c.wire(p), User: p.User, Password: secret(p.Credential), Secret: secret, Options: o})
}

func newYoyo(c *connectors, p switchcore.Provider, o yoyo.Options) (*yoyo.Connector, error) {
	return yoyo.New(yoyo.Config{Config: c.wire(p), User: p.User, Password: secret(p.Credential), Secret: secret, Options: o})
}

func newBlu(c *connectors, p switchcore.Provider, o blu.Options) (*blu.Connector, error) {
	return blu.New(blu.Config{Config: c.wire(p), SellKey: secret(p.Credential), Secret: secret, Options: o})
}

func newHumm(c *connectors, p switchcore.Provider, o humm.Options) (*humm.Connector, error) {
	return humm.New(humm.Config{Config: c.wire(p), Keys: c.keys, Options: o})
}
