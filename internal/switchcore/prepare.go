package switchcore

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// prepare does everything for a request that needs no lock: route, capability checks, the provider's message, sealing
// and hashing. What it read is checked again under lock.
func (p *Processor) prepare(ctx context.Context, req *Request) (*begin, error) {
	c := p.Core
	b := &begin{core: c, req: req, kind: transactions.AttemptRequest, id: c.NewID(), attemptID: c.NewID()}
	if req.Key.Operation == transactions.Lookup {
		b.kind = transactions.AttemptLookup
	}
	if req.VoucherCode != "" {
		b.codeHash = c.codeHash(req.VoucherCode)
	}
	voucher, err := p.findVoucher(ctx, b)
	if err != nil {
		return nil, err
	}
	if voucher != nil {
		b.awaitID = voucher.ID
	}
	b.refusal = c.routeRequest(b, voucher)
	if req.Key.Operation == transactions.Lookup && b.refusal == nil {
		if b.refusal, err = p.lookupRefusal(ctx, voucher); err != nil {
			return nil, err
		}
	}
	if b.refusal == nil {
		call := Call{Kind: b.kind, ClientID: req.Client.ID, Operation: req.Key.Operation, WireRef: b.id.String(), Provider: b.provider, Request: req}
		if voucher != nil && req.LookupRequestID != "" { // the provider knows the provision by our wire ref
			theirs := *req
			theirs.LookupRequestID = voucher.ProvisionID.String()
			call.Request = &theirs
		}
		if b.message, err = c.Connector(b.provider.ID).Prepare(call); err != nil {
			p.Log.Warn("a request cannot be written in the provider's protocol", "provider", b.provider.ID, "err", err)
			b.refusal = &Reply{Status: 400, ErrorType: ErrNotSupported, ErrorMessage: "Provider cannot take it"}
		}
	}
	if len(req.Body) > 0 {
		b.sealed = c.Vault.Seal("transactions", "request_sealed", b.id, mask.Storable(req.Body))
	}
	if len(req.Fingerprint) > 0 { // keyed, so that a short secret among the fields cannot be guessed from the stored hash
		b.print = c.Vault.Hash("FINGERPRINT", string(req.Fingerprint))
	}
	b.terms = c.terms(req.Terms)
	return b, nil
}

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
	t := known[len(known)-1]
	r.known = t.ID
	if own, ok := p.Core.Directory().Provider(t.ProviderID); ok { // never re-routed
		r.provider, first.refusal = own, nil
	}
	if t.Outcome == transactions.Unknown && r.provider.Profile.Retry {
		call := Call{Kind: transactions.AttemptRetry, ClientID: req.Client.ID, Operation: req.Key.Operation, WireRef: t.WireRef(), Provider: r.provider, Request: req}
		connector := p.Core.Connector(r.provider.ID)
		if connector == nil {
			return nil, apperr.Errorf(apperr.Unavailable, "provider %s is not in service on this node", r.provider.ID)
		}
		r.message, err = connector.Prepare(call)
	}
	return r, err
}

// findVoucher reads the voucher that a redemption, refund or look-up means.
func (p *Processor) findVoucher(ctx context.Context, b *begin) (*vouchers.Voucher, error) {
	q := VoucherQuery{CodeHash: b.codeHash}
	switch op := b.req.Key.Operation; {
	case op == transactions.Provision || op == transactions.Products:
		return nil, nil
	case op == transactions.Lookup && b.codeHash == nil && b.req.VoucherSerial != "":
		q.Serial = b.req.VoucherSerial
	case op == transactions.Lookup && b.codeHash == nil:
		return p.voucherOfProvision(ctx, b.req)
	}
	list, err := p.Core.Store.FindVouchers(ctx, q)
	if err != nil {
		return nil, err
	}
	i := chooseVoucher(p.Core.Directory(), b.req, list)
	if i < 0 {
		return nil, nil
	}
	if b.req.Key.Operation != transactions.Lookup {
		b.voucherID = list[i].ID
	}
	return &list[i], nil
}

// voucherOfProvision finds the voucher of a look-up by provision id, among the client's own requests only.
func (p *Processor) voucherOfProvision(ctx context.Context, req *Request) (*vouchers.Voucher, error) {
	key := transactions.Key{ClientID: req.Client.ID, Service: req.Key.Service, Operation: transactions.Provision, RequestID: strings.ToLower(req.LookupRequestID)}
	known, err := p.Core.Store.FindByKey(ctx, key)
	if err != nil || len(known) == 0 {
		return nil, err
	}
	t := known[len(known)-1]
	if t.VoucherID == uuid.Nil { // no code yet: its provision tells why
		return &vouchers.Voucher{ProviderID: t.ProviderID, State: vouchers.None, ProvisionID: t.ID}, nil
	}
	list, err := p.Core.Store.FindVouchers(ctx, VoucherQuery{ProvisionID: t.ID})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// lookupRefusal answers a look-up from our own record where that already says no (vouchers.md 6).
func (p *Processor) lookupRefusal(ctx context.Context, v *vouchers.Voucher) (*Reply, error) {
	no := func(status int, kind, message string) (*Reply, error) {
		return &Reply{Status: status, ErrorType: kind, ErrorMessage: message}, nil
	}
	switch {
	case v == nil:
		return no(404, ErrNotLocated, "No such voucher")
	case v.State == vouchers.Available:
		return nil, nil
	case v.State != vouchers.None:
		return no(400, ErrAlreadyRedeemed, "Spent")
	}
	t, err := p.Core.Store.Transaction(ctx, v.ProvisionID)
	switch {
	case err != nil:
		return nil, err
	case t.Decision == transactions.Reverse:
		return no(400, ErrVoucherReversed, "Its provision was reversed")
	case t.Outcome == transactions.Pending || t.Outcome == transactions.Unknown:
		return no(500, ErrStatusUnknown, "Its provision is not known yet")
	case t.Outcome == transactions.Failed:
		return no(404, ErrNotLocated, "No such voucher")
	}
	return no(400, ErrNotRedeemable, "Not confirmed yet")
}

// routeRequest picks the provider and gives the refusal of what it does not offer (vouchers.md 3, 6).
func (c *Core) routeRequest(b *begin, v *vouchers.Voucher) *Reply {
	d, req := c.Directory(), b.req
	if v != nil {
		b.provider, _ = d.Provider(v.ProviderID)
	} else {
		provider, refusal := d.Route(req.Key.Service, req.ProductID, firstOf(req.Receiver.ID, req.ProductReceiver))
		if refusal != "" {
			return &Reply{Status: 400, ErrorType: refusal, ErrorMessage: "No route for this request"}
		}
		b.provider = provider
	}
	profile := b.provider.Profile
	switch {
	case c.Connector(b.provider.ID) == nil:
		return &Reply{Status: 400, ErrorType: ErrRouting, ErrorMessage: "Route not in service"}
	case !profile.Offers(req.Key.Operation):
		return &Reply{Status: 400, ErrorType: ErrNotSupported, ErrorMessage: "Not offered by provider"}
	case req.Key.Operation == transactions.Provision && profile.TenderFirst && !req.Tendered:
		return &Reply{Status: 400, ErrorType: ErrFormat, ErrorMessage: "Tender first", FormatErrors: []FormatError{{Field: "tenders", Msg: "tenders may not be null"}}}
	}
	if p, known := d.Product(req.ProductID, b.provider.ID); known && p.NoClientCodes && req.VoucherCode != "" && req.Key.Operation == transactions.Provision {
		return &Reply{Status: 400, ErrorType: ErrNotSupported, ErrorMessage: "No codes of your own"}
	}
	return nil
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
	}
	return t.Value
}
