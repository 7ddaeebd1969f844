package switchcore_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

func (w *world) voucherWith(code string) *vouchers.Voucher {
	w.t.Helper()
	for _, v := range w.store.Vouchers {
		if string(v.CodeHash) == "VOUCHER:"+code {
			return v
		}
	}
	w.t.Fatalf("no voucher %s", code)
	return nil
}

// A code sold outside the switch is asked about where the profile says so; an approval makes it known as redeemed.
func TestACodeSoldElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *switchcore.Profile) { p.ForwardUnknownCodes = true })
	w.provider.reading = func(_ switchcore.Call, r switchcore.Result) switchcore.Result { r.Voucher = nil; return r }
	w.provider.answers = []string{"decline", "approve"}
	require.Equal(t, said{400, switchcore.ErrDoNotHonor, "", false}, w.redeem("1", "9999"), "the provider's own refusal")
	require.Equal(t, 201, w.redeem("2", "9999").Status)
	require.Equal(t, vouchers.Redeemed, w.voucherWith("9999").State)
	require.Equal(t, said{400, switchcore.ErrAlreadyRedeemed, "", false}, w.redeem("3", "9999"))
	require.Equal(t, 202, w.confirm(transactions.Redemption, "2", "c").Status)
	require.Equal(t, vouchers.RedemptionConfirmed, w.voucherWith("9999").State)
}

// What a redemption leaves comes back as a new voucher: money, spendable once the redemption is confirmed and withdrawn
// when it is reversed.
func TestAChangeVoucher(t *testing.T) {
	t.Parallel()
	for _, kind := range []transactions.Decision{transactions.Confirm, transactions.Reverse} {
		w := sold(t)
		w.provider.reading = func(_ switchcore.Call, r switchcore.Result) switchcore.Result {
			if r.Voucher != nil {
				r.Voucher.Code, r.BalanceAmount = "change", &money.Amount{Minor: 700, Currency: "710"}
			}
			return r
		}
		require.Equal(t, 201, w.redeem("use", theCode).Status)
		change := w.voucherWith("change")
		require.Equal(t, vouchers.None, change.State)
		require.Equal(t, int64(700), *change.Amount)
		require.Equal(t, change.ID, w.only(transactions.Redemption, "use").ChangeVoucherID)
		require.NotEqual(t, uuid.Nil, change.ID)
		require.Equal(t, 202, w.advise(kind, transactions.Redemption, "use", "a").Status)
		want := vouchers.Available
		if kind == transactions.Reverse {
			want = vouchers.None
		}
		require.Equal(t, want, w.voucherWith("change").State)
	}
}

// A redemption that is reversed while it still runs leaves nothing to spend: what came with its answer was taken back with
// it, in single messaging too.
func TestTheChangeOfARedemptionReversedInFlight(t *testing.T) {
	t.Parallel()
	for _, mode := range []transactions.Mode{transactions.Dual, transactions.Single} {
		w := sold(t)
		w.client.Mode = mode
		w.provider.reading = func(_ switchcore.Call, r switchcore.Result) switchcore.Result {
			if r.Voucher != nil {
				r.Voucher.Code, r.BalanceAmount = "change", &money.Amount{Minor: 700, Currency: "710"}
				require.Equal(t, 202, w.reverse(red, "use", "r").Status, "before the answer is on record")
			}
			return r
		}
		require.Equal(t, said{400, switchcore.ErrRedemptionReversed, "r", false}, w.redeem("use", theCode))
		require.Equal(t, vouchers.None, w.voucherWith("change").State, mode)
	}
}

// A refund that issues a new voucher leaves the old code spent for ever (providers.md 4.7).
func TestARefundAsANewVoucher(t *testing.T) {
	t.Parallel()
	w := sold(t)
	plain := w.provider.reading
	w.provider.reading = func(_ switchcore.Call, r switchcore.Result) switchcore.Result { r.Voucher = nil; return r }
	w.redeem("use", theCode)
	w.confirm(transactions.Redemption, "use", "c")
	w.provider.reading = plain
	w.provider.code = "fresh"
	require.Equal(t, 201, w.refund("back", theCode).Status)
	require.Equal(t, 202, w.confirm(transactions.Refund, "back", "rc").Status)
	require.Equal(t, vouchers.Available, w.voucherWith("fresh").State)
	require.Equal(t, vouchers.RedemptionConfirmed, w.voucherWith(theCode).State)
}

// A product that the provider takes no reversals of: accepted, consumed, and for people to look at.
func TestAProductThatCannotBeReversed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	d := switchcore.NewDirectory([]switchcore.Provider{{ID: "demo", Enabled: true, Profile: w.profile}}, []switchcore.Product{{ID: "gift", ProviderID: "demo", NotReversible: true}},
		[]switchcore.Route{{Service: transactions.Voucher, ProviderID: "demo"}}).WithLimits(64, 8)
	w.p.Core.Directory = func() *switchcore.Directory { return d }
	r := w.request(prov, "1", "")
	r.ProductID = "gift"
	require.Equal(t, 201, w.read(w.p.Process(r)).Status)
	require.Equal(t, 202, w.reverse(prov, "1", "r").Status)
	require.Equal(t, transactions.Reversed, w.only(prov, "1").Final)
	require.True(t, w.only(prov, "1").ReconRequired)
	require.Len(t, w.provider.sent, 1)
}

// A code that was never issued through us may be redeemed without a sum. When no answer comes, nothing tells the currency
// but what the provider sells; without one no reconciliation would ever look at the transaction.
func TestRedemptionWithoutSumHasACurrency(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *switchcore.Profile) { p.ForwardUnknownCodes = true })
	known := w.p.Core.Directory()
	provider, _ := known.Provider("demo")
	sells := func(currencies ...string) {
		var products []switchcore.Product
		for i, currency := range currencies {
			products = append(products, switchcore.Product{ID: string(rune('a' + i)), ProviderID: "demo", Currency: currency})
		}
		products = append(products, switchcore.Product{ID: "z", ProviderID: "another", Currency: "978"})
		d := switchcore.NewDirectory([]switchcore.Provider{provider}, products, []switchcore.Route{{Service: transactions.Voucher, ProviderID: "demo"}})
		w.p.Core.Directory = func() *switchcore.Directory { return d }
	}
	for i, tt := range []struct {
		sold []string
		want string
	}{{[]string{"710", "710"}, "710"}, {[]string{"710", "840"}, ""}, {nil, ""}} {
		id := string(rune('r' + i))
		sells(tt.sold...)
		w.provider.answers = []string{"unknown"}
		require.Equal(t, 504, w.redeem(id, "88888888"+id).Status)
		require.Equal(t, tt.want, w.only(red, id).Currency, tt.sold)
	}
}

// A code that was sold outside the switch is refunded without a sum too: what its redemption took is on record.
func TestRefundOfACodeSoldElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *switchcore.Profile) { p.ForwardUnknownCodes = true })
	var asked *money.Amount
	w.provider.reading = func(c switchcore.Call, r switchcore.Result) switchcore.Result {
		switch {
		case c.EntryID != "":
		case c.Operation == transactions.Refund:
			asked = c.Request.Amount
		default:
			r.ApprovedAmount = &money.Amount{Minor: 10000, Currency: "710"}
			r.Voucher = nil
		}
		return r
	}
	require.Equal(t, 201, w.redeem("r", "888888887777").Status)
	require.Equal(t, 202, w.confirm(red, "r", "rc").Status)
	require.Equal(t, 201, w.refund("f", "888888887777").Status)
	require.Equal(t, &money.Amount{Minor: 10000, Currency: "710"}, asked)
}

// An approval in another currency is none: of a sum that was asked for, and of one that only the voucher names.
func TestAnApprovalInAnotherCurrencyProvesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.provider.code = theCode
	currency := "710"
	w.provider.reading = func(_ switchcore.Call, r switchcore.Result) switchcore.Result {
		if r.Class == switchcore.ClassApproved {
			r.ApprovedAmount = &money.Amount{Minor: 5000, Currency: currency}
		}
		return r
	}
	require.Equal(t, 201, w.provision("p").Status)
	require.Equal(t, 202, w.confirm(prov, "p", "pc").Status)
	currency = "840"
	require.Equal(t, 504, w.redeem("use", theCode).Status)
	asked := w.request(prov, "named", "")
	asked.Amount = &money.Amount{Minor: 5000, Currency: "710"}
	require.Equal(t, 504, w.read(w.p.Process(asked)).Status)
	for _, done := range []*transactions.Transaction{w.only(red, "use"), w.only(prov, "named")} {
		require.Equal(t, transactions.Unknown, done.Outcome)
		require.Equal(t, "710", done.Currency)
	}
}
