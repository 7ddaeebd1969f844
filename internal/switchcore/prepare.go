package switchcore

import (
	"context"
	"errors"
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
		b.await = append(b.await, Holder{VoucherID: voucher.ID})
	}
	if req.CardNumber != "" {
		b.cardHash = c.cardHash(req.CardNumber)
		b.await = append(b.await, Holder{Card: b.cardHash})
	}
	if req.OtherCardNumber != "" {
		b.otherCard = c.cardHash(req.OtherCardNumber)
		b.await = append(b.await, Holder{Card: b.otherCard})
	}
	if err := p.findReferences(ctx, b); err != nil {
		return nil, err
	}
	b.refusal = c.routeRequest(b, voucher)
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

// completed is a request as its provider is asked: what it leaves out and our own record knows is filled in, such as the
// product of the voucher, or the sum that a refund gives back.
func (p *Processor) completed(ctx context.Context, req *Request, v *vouchers.Voucher) (*Request, error) {
	if v == nil || v.ProvisionID == uuid.Nil || req.Key.Service != transactions.Voucher {
		return req, nil
	}
	sold, err := p.Core.Store.Transaction(ctx, v.ProvisionID)
	if err != nil {
		return nil, err
	}
	known := *req
	known.ProductID = firstOf(req.ProductID, sold.ProductID)
	if req.LookupRequestID != "" { // the provider knows the provision by our wire ref
		known.LookupRequestID, known.VoucherSerial = sold.WireRef(), firstOf(req.VoucherSerial, v.Serial)
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
	r.call = p.Core.callOf(t, r.provider, transactions.AttemptRetry)
	r.call.Request = req
	if !t.MaybeSent { // no byte ever left: it is still the first request
		r.call.Kind = transactions.AttemptRequest
	}
	if req.Exact { // what is signed goes out as it was stored
		stored := *req
		stored.Body = p.Core.openRequest(t)
		r.call.Request = &stored
	}
	r.message, err = connector.Prepare(r.call)
	return r, err
}

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
func (p *Processor) lookupRefusal(ctx context.Context, v *vouchers.Voucher, profile Profile) (*Reply, error) {
	no := func(status int, kind, message string) (*Reply, error) {
		return &Reply{Status: status, ErrorType: kind, ErrorMessage: message}, nil
	}
	switch {
	case v == nil && profile.ForwardUnknownCodes:
		return nil, nil
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
	}
	return t.Value
}
