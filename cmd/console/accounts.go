package main

import (
	"context"
	"errors"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// accounts is the record of clients as the channel API's sign-in wants it.
type accounts struct{ clients *postgres.Clients }

var _ api.ClientStore = accounts{}

// FindAccount implements api.ClientStore.
func (a accounts) FindAccount(ctx context.Context, id string) (api.Account, error) {
	row, err := a.clients.Find(ctx, id)
	if err != nil {
		return api.Account{}, err
	}
	hashes := []string{row.Hash}
	if row.PreviousHash != "" {
		hashes = append(hashes, row.PreviousHash)
	}
	return api.Account{
		Client: row.Client, Enabled: row.Enabled, Hashes: hashes, Version: row.Version,
		Rate: row.Rate, Burst: row.Burst, InFlight: row.InFlight,
		Methods: api.Methods(row.Methods), Certificate: api.CertificateUse(row.Certificate), Pins: row.Pins,
		AllowedFrom: row.AllowedFrom, Credential: row.CredentialVersion,
	}, nil
}

// OwnerOf implements api.ClientStore.
func (a accounts) OwnerOf(ctx context.Context, fingerprint []byte) (string, error) {
	return a.clients.OwnerOfCertificate(ctx, fingerprint)
}

// CreateAccount implements api.ClientStore; in a sandbox only, without a rate limit.
func (a accounts) CreateAccount(ctx context.Context, id, hash string) (api.Account, error) {
	row := postgres.ClientRow{Client: switchcore.Client{ID: id, Name: id, Mode: transactions.Dual}, Hash: hash}
	if err := a.clients.Add(ctx, row, operators.Switch()); err != nil {
		return api.Account{}, err
	}
	return a.FindAccount(ctx, id)
}

// errNoPassword is told when no way to read the password was named.
var errNoPassword = errors.New("give the password on standard input with --password-stdin")
