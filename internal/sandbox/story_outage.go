package sandbox

import (
	"bytes"
	"context"
	"net/http"
	"time"
)

// putBack bounds the time for leaving a provider as it was found, also when the program is stopping.
const putBack = 500 * time.Millisecond

// playOutage takes a provider out of order for a while, then leaves its settings as they were.
func (w *world) playOutage(ctx context.Context, providerID string) {
	before := w.control(ctx, http.MethodGet, providerID, nil)
	if !before.ok() || !w.control(ctx, http.MethodPut, providerID, []byte(`{"down":true,"down_mode":"503"}`)).ok() {
		w.log.Warn("the simulator could not be told to fail", "provider", providerID)
		return
	}
	w.log.Info("demo: a provider is out of order for a while", "provider", providerID)
	w.pause(ctx, outageLength)
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), putBack)
	defer cancel()
	if w.control(after, http.MethodPut, providerID, before.body).ok() {
		w.log.Info("demo: the provider works again", "provider", providerID)
	} else if ctx.Err() == nil {
		w.log.Warn("the simulator could not be told to work again", "provider", providerID)
	}
}

func (w *world) control(ctx context.Context, method, providerID string, body []byte) reply {
	return w.toSimulator(ctx, method, "/control/"+providerID, body)
}

// toSimulator calls the control side of the simulator.
func (w *world) toSimulator(ctx context.Context, method, path string, body []byte) reply {
	req, err := http.NewRequestWithContext(ctx, method, w.simulator+path, bytes.NewReader(body))
	if err != nil {
		return reply{}
	}
	return w.exchange(req)
}
