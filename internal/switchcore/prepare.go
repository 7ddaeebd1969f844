package switchcore

import (
	"context"
	"errors"

	"github.com/google/uuid"

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
		b.await = append(b.await, Holder{VoucherID: voucher.ID})
	}
	if err := p.findReferences(ctx, b); err != nil {
		return nil, err
	}
	b.refusal = c.routeRequest(b, voucher)
	c.nameCards(b)
	if req.Key.Operation == transactions.Lookup && req.Key.Service == transactions.Voucher && b.refusal == nil {
		if b.refusal, err = p.lookupRefusal(ctx, voucher, b.provider.Profile); err != nil {
			return nil, err
		}
	}
	if b.refusal == nil {
		known, err := p.completed(ctx, req, voucher)
		if err != nil {
			return nil, err
		}
		p.prepareFirst(b, known, voucher)
	}
	if len(req.Body) > 0 && !req.Transient {
		kept := req.Body
		if !req.Exact {
			kept = mask.Storable(req.Body)
		}
		b.sealed = c.Vault.Seal("transactions", "request_sealed", b.id, kept)
	}
	if len(req.Fingerprint) > 0 { // keyed, so that a short secret among the fields cannot be guessed from the stored hash
		b.print = c.Vault.Hash("FINGERPRINT", string(req.Fingerprint))
	}
	b.terms = c.terms(req.Terms)
	return b, nil
}

// nameCards names the gift cards of a request, and waits for what is still to be delivered about them.
func (c *Core) nameCards(b *begin) {
	books := ""
	if b.provider.Profile.ActAsClient { // the provider has books, and so cards, of their own for each client
		books = b.req.Client.ID
	}
	if b.req.CardNumber != "" {
		b.cardHash = c.cardHash(books, b.req.CardNumber)
		b.await = append(b.await, Holder{Card: b.cardHash})
	}
	if b.req.OtherCardNumber != "" {
		b.otherCard = c.cardHash(books, b.req.OtherCardNumber)
		b.await = append(b.await, Holder{Card: b.otherCard})
	}
}

// completed is a request as its provider is asked: what it leaves out and our own record knows is filled in, such as the
// product of the voucher, or the sum that a refund gives back.
func (p *Processor) completed(ctx context.Context, req *Request, v *vouchers.Voucher) (*Request, error) {
	if v == nil || req.Key.Service != transactions.Voucher {
		return req, nil
	}
	known := *req
	if v.ProvisionID != uuid.Nil { // else it was sold outside the switch
		sold, err := p.Core.Store.Transaction(ctx, v.ProvisionID)
		if err != nil {
			return nil, err
		}
		known.ProductID = firstOf(req.ProductID, sold.ProductID)
		if req.LookupRequestID != "" { // the provider knows the provision by our wire ref
			known.LookupRequestID, known.VoucherSerial = sold.WireRef(), firstOf(req.VoucherSerial, v.Serial)
		}
	}
	if req.Key.Operation == transactions.Refund && req.Amount == nil && v.UseID != uuid.Nil {
		spent, err := p.Core.Store.Transaction(ctx, v.UseID)
		if err != nil {
			return nil, err
		}
		if sum, ok := spent.Amount(); ok {
			known.Amount = &sum
		}
	}
	return &known, nil
}

// prepareFirst writes the provider's message of a first request.
func (p *Processor) prepareFirst(b *begin, req *Request, voucher *vouchers.Voucher) {
	b.call = Call{
		Kind: b.kind, Service: req.Key.Service, Operation: req.Key.Operation, ClientID: req.Client.ID, WireRef: b.id.String(), Provider: b.provider, Request: req,
	}
	b.call.NextWireRef = (&transactions.Transaction{ID: b.id}).NextWireRef()
	if product, ok := p.Core.Directory().Product(req.ProductID, b.provider.ID); ok {
		b.call.Product = &product
	}
	m, err := p.Core.Connector(b.provider.ID).Prepare(b.call)
	b.message = m
	var refused *Refusal
	switch {
	case errors.Is(err, ErrOwnRecord) && voucher != nil:
		b.record = p.Core.ownRecord(b.provider, voucher)
	case errors.Is(err, ErrOwnRecord):
		b.refusal = &Reply{Status: 404, ErrorType: ErrNotLocated, ErrorMessage: "No such voucher"}
	case errors.As(err, &refused):
		b.refusal = &Reply{Status: 400, ErrorType: refused.ErrorType, ErrorMessage: refused.Message}
	case err != nil:
		p.Log.Warn("a request cannot be written in the provider's protocol", "provider", b.provider.ID, "err", err)
		b.refusal = &Reply{Status: 400, ErrorType: ErrNotSupported, ErrorMessage: "Provider cannot take it"}
	}
}

// findVoucher reads the voucher that a redemption, refund or look-up means.
func (p *Processor) findVoucher(ctx context.Context, b *begin) (*vouchers.Voucher, error) {
	q := VoucherQuery{CodeHash: b.codeHash}
	switch op := b.req.Key.Operation; {
	case b.req.Key.Service != transactions.Voucher || op == transactions.Provision || op == transactions.Products:
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

// routeRequest picks the provider and gives the refusal of what it does not offer (vouchers.md 3, 6).
func (c *Core) routeRequest(b *begin, v *vouchers.Voucher) *Reply {
	d, req := c.Directory(), b.req
	if v != nil {
		b.provider, _ = d.Provider(v.ProviderID)
	} else {
		provider, refusal := d.RouteOf(RouteQuery{
			Service: req.Key.Service, ProductID: req.ProductID, ReceiverID: firstOf(req.Receiver.ID, req.ProductReceiver), CardNumber: req.CardNumber,
		})
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
