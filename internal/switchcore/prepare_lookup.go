package switchcore

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

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
