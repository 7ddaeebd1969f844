package main

import (
	"context"
	"maps"
	"os"
	"slices"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/setup"
)

// setUp writes the data file of a new installation; on one that was set up before the database is the truth.
func (p *program) setUp(ctx context.Context) error {
	name := p.settings.dataFile
	if name == "" {
		return nil
	}
	f, err := readDataFile(name)
	if err != nil {
		return err
	}
	if err := p.tryOptions(f); err != nil {
		return err
	}
	installed, err := setup.Apply(ctx, postgres.NewSetup(p.switchDB), f, setup.Passwords{
		Secret: func(name string) string { return secret(name)() }, Hash: api.HashPassword,
	})
	switch {
	case err != nil:
		return err
	case !installed:
		p.settings.log.Info("the data file was not read again: this installation was set up before, and its database is the truth", "file", name)
	default:
		p.settings.log.Info("the installation was set up from its data file", "file", name, "providers", len(f.Providers), "routes", len(f.Routes))
	}
	return nil
}

func readDataFile(name string) (setup.File, error) {
	in, err := os.Open(name)
	if err != nil {
		return setup.File{}, apperr.Wrap(err, apperr.Invalid, "--data-file "+name+" cannot be read")
	}
	defer func() { _ = in.Close() }() // only read
	return setup.Read(in, slices.Sorted(maps.Keys(connectorKinds()))...)
}

// tryOptions lets every connector look at its options, so that a wrong one shows before anything is written.
func (p *program) tryOptions(f setup.File) error {
	c, err := newConnectors(p.settings, noKeys{})
	if err != nil {
		return err
	}
	providers, _, _ := f.Directory()
	for _, provider := range providers {
		if err := c.use(provider); err != nil {
			return apperr.Wrap(err, apperr.Invalid, "provider "+provider.ID+" of the data file")
		}
	}
	return nil
}

// noKeys stands for the device keys while options are only looked at.
type noKeys struct{}

// DeviceKey implements the connector's Keys.
func (noKeys) DeviceKey(context.Context, string, string) (string, error) {
	return "", apperr.Errorf(apperr.NotFound, "no device is known yet")
}
