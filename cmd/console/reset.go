package main

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/apperr"
	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// resetOf is the sandbox-only reset of vouchers.md 1: our rows of the client, then the simulator's books of it.
func (p *program) resetOf() func(clientID string) (bool, error) {
	if p.settings.mode != postgres.Sandbox || p.settings.simulatorURL == "" {
		return nil
	}
	return func(clientID string) (bool, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		found, err := p.switchDB.ResetClient(ctx, clientID)
		if err != nil {
			return false, err
		}
		return found, p.resetSimulator(ctx, clientID)
	}
}

// resetSimulator restarts the books that the voucher providers and the gift card issuer keep of a client.
func (p *program) resetSimulator(ctx context.Context, clientID string) error {
	for _, path := range []string{"/testServerAdmin/reset", "/giftcards/giftcard/v3/testServerAdmin/reset"} {
		res, err := p.askSimulator(ctx, http.MethodPost, path, clientID, `{"userDataWillBeLost":"TRUE","resetUserData":"TRUE"}`)
		if err != nil {
			return err
		}
		if err := res.Body.Close(); err != nil { // 400 means that it had nothing of this client
			return err
		}
	}
	return nil
}

// askSimulator speaks to the simulator as a client of the sandbox.
func (p *program) askSimulator(ctx context.Context, method, path, clientID, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, p.settings.simulatorURL+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(clientID, secret("file:"+p.settings.secretFile)())
	res, err := http.DefaultClient.Do(req)
	return res, apperr.Wrap(err, apperr.Unavailable, "the simulator does not answer")
}

// dumpOf passes a look at the issuer's books on (giftcard-rules.md 13.2), sandbox only.
func (p *program) dumpOf() func(ctx context.Context, clientID, path string) (int, []byte, error) {
	if p.settings.mode != postgres.Sandbox || p.settings.simulatorURL == "" {
		return nil
	}
	return func(ctx context.Context, clientID, path string) (int, []byte, error) {
		res, err := p.askSimulator(ctx, http.MethodGet, "/giftcards/giftcard/v3"+path, clientID, "")
		if err != nil {
			return 0, nil, err
		}
		defer func() { _ = res.Body.Close() }() // everything of use was read
		body, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
		return res.StatusCode, body, err
	}
}

// adoptOf makes a client for a seller that nobody knows yet, so that a till with nothing but the address works (design.md
// 4); sandbox only.
func (p *program) adoptOf() func(ctx context.Context, merchantID string) (rail.Merchant, error) {
	if p.settings.mode != postgres.Sandbox {
		return nil
	}
	return func(ctx context.Context, merchantID string) (rail.Merchant, error) {
		m := rail.Merchant{ID: merchantID, ClientID: "humm-" + merchantID, Country: "AU", Chain: "Seller " + merchantID}
		hash, err := api.HashPassword(rand.Text()) // it signs its messages; nobody needs the password
		if err != nil {
			return m, err
		}
		row := postgres.ClientRow{Client: switchcore.Client{ID: m.ClientID, Name: m.Chain, Mode: transactions.Single}, Hash: hash}
		if err := postgres.NewClients(p.switchDB).Add(ctx, row, operators.Switch()); err != nil && !apperr.Is(err, apperr.Conflict) {
			return m, err
		}
		return m, p.merchants.Put(ctx, m, operators.Switch())
	}
}
