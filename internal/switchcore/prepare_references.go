package switchcore

import (
	"context"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// heldHint is a reference of a request with the transaction that held it before the lock.
type heldHint struct {
	HeldReference
	holder uuid.UUID
}

// findReferences reads who holds the references of a request.
func (p *Processor) findReferences(ctx context.Context, b *begin) error {
	for _, r := range b.req.References {
		h, err := p.holder(ctx, r)
		if err != nil {
			return err
		}
		b.held = append(b.held, h)
	}
	return nil
}

func (p *Processor) holder(ctx context.Context, r Reference) (h heldHint, err error) {
	h.HeldReference = HeldReference{Scope: r.Scope, Kind: r.Kind, Hash: p.Core.Vault.Hash("REFERENCE_"+string(r.Kind), r.Value)}
	h.holder, err = p.Core.Store.FindReference(ctx, h.HeldReference)
	return h, err
}

// terms hashes references; the clear value is not kept.
func (c *Core) terms(list []Term) []transactions.SearchTerm {
	out := make([]transactions.SearchTerm, 0, len(list))
	for _, t := range list {
		value := transactions.NormalTerm(t.Kind, t.Value)
		if value == "" {
			continue
		}
		out = append(out, transactions.SearchTerm{Kind: t.Kind, Hash: c.Vault.Hash(string(t.Kind), value), Masked: maskTerm(t)})
	}
	return out
}

// maskTerm keeps references readable and hides codes and phone numbers.
func maskTerm(t Term) string {
	switch t.Kind {
	case transactions.TermCode:
		return mask.MaskCode(t.Value)
	case transactions.TermMSISDN:
		return mask.MaskTail3(t.Value)
	case transactions.TermCard:
		return mask.MaskPan(t.Value)
	case transactions.TermApproval:
		return mask.MaskAll(t.Value)
	case transactions.TermRRN:
		return mask.MaskReference(t.Value)
	}
	return t.Value
}
