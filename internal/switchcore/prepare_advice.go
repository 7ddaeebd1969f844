package switchcore

import (
	"context"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// prepareAdvice finds what an advice needs to have locked besides its key.
func (p *Processor) prepareAdvice(ctx context.Context, req *AdviceRequest) (*advise, error) {
	a := &advise{core: p.Core, req: req, id: p.Core.NewID(), entryID: p.Core.NewID()}
	if req.Signature != "" {
		named := *req // the caller's message stays as it is, should this be done again
		h, err := p.holder(ctx, Reference{Scope: req.Client.ID, Kind: RefSignature, Value: req.Signature})
		if err != nil {
			return nil, err
		}
		named.Key.RequestID = signatureID(req.Signature)
		if h.holder != uuid.Nil {
			t, err := p.Core.Store.Transaction(ctx, h.holder)
			if err != nil {
				return nil, err
			}
			named.Key = t.Key
		}
		a.bySignature, a.req = &h, &named
	}
	if req.Key.Service == transactions.GiftCard && req.Kind == transactions.Reverse {
		known, err := p.Core.Store.FindByKey(ctx, req.Key)
		if err != nil {
			return nil, err
		}
		if len(known) > 0 {
			a.cardHash = known[len(known)-1].CardHash
		}
	}
	return a, nil
}
