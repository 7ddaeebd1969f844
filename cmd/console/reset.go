package main

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/postgres"
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

func (p *program) resetSimulator(ctx context.Context, clientID string) error {
	body := strings.NewReader(`{"userDataWillBeLost":"TRUE","resetUserData":"TRUE"}`)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.settings.simulatorURL+"/testServerAdmin/reset", body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(clientID, secret("file:"+p.settings.secretFile)())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return apperr.Wrap(err, apperr.Unavailable, "the simulator's books could not be reset")
	}
	return res.Body.Close() // 400 means that it had nothing of this client
}
