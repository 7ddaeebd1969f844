package switchcore

import (
	"context"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// prepareRetry prepares the repeat under the wire ref of the known transaction, and the first send should none be known.
func (p *Processor) prepareRetry(ctx context.Context, req *Request) (*retry, error) {
	first, err := p.prepare(ctx, req)
	if err != nil {
		return nil, err
	}
	r := &retry{first: first, provider: first.provider}
	known, err := p.Core.Store.FindByKey(ctx, req.Key)
	if err != nil || len(known) == 0 {
		return r, err
	}
	t := &known[len(known)-1]
	r.known = t.ID
	if own, ok := p.Core.Directory().Provider(t.ProviderID); ok && !r.mayStartAnew(t) { // never re-routed
		r.provider, first.refusal = own, nil
	}
	if t.Outcome != transactions.Unknown || !r.repeats() {
		return r, nil
	}
	connector := p.Core.Connector(r.provider.ID)
	if connector == nil {
		return nil, apperr.Errorf(apperr.Unavailable, "provider %s is not in service on this node", r.provider.ID)
	}
	r.call = p.Core.callOf(t, r.provider, repeatOf(t))
	r.call.Request = req
	if req.Exact { // what is signed goes out as it was stored
		stored := *req
		stored.Body = p.Core.openRequest(t)
		r.call.Request = &stored
	}
	r.message, err = connector.Prepare(r.call)
	return r, err
}
