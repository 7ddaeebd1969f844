package sandbox

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/internal/simulator"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func directory() *switchcore.Directory {
	return switchcore.NewDirectory(Setup("http://sim/", "90000010", "sandbox").Directory())
}

func routeOf(d *switchcore.Directory, productID, receiverID string) (switchcore.Provider, string) {
	return d.RouteOf(switchcore.RouteQuery{Service: transactions.Voucher, ProductID: productID, ReceiverID: receiverID})
}

// The sandbox's configuration is a data file like any other, but for the sign-in as the client itself.
func TestTheConfigurationIsADataFile(t *testing.T) {
	t.Parallel()
	f := Setup("http://sim/", "90000010", "file:/var/lib/secret")
	for i := range f.Providers {
		f.Providers[i].Profile.ActAsClient = false
	}
	text, err := json.Marshal(f)
	require.NoError(t, err)
	read, err := setup.Read(bytes.NewReader(text))
	require.NoError(t, err)
	wantProviders, wantProducts, wantRoutes := f.Directory()
	gotProviders, gotProducts, gotRoutes := read.Directory()
	require.Equal(t, wantProviders, gotProviders)
	require.Equal(t, wantProducts, gotProducts)
	require.Equal(t, wantRoutes, gotRoutes)
	require.Equal(t, f.HummMerchants, read.HummMerchants)
	require.Equal(t, []setup.HummMerchant{{Merchant: "30477001", Client: "90000104", Country: "AU", Chain: "Wattle Home"}}, f.HummMerchants)
	require.Len(t, read.Clients, 1)
	require.Equal(t, "90000104 Wattle Home single", read.Clients[0].ID+" "+read.Clients[0].Name+" "+read.Clients[0].Mode)
	require.Equal(t, []setup.Term{{Code: "COMMISSION", Kind: "COMMISSION", AppliesTo: []string{"PROVISION"}, RateBP: 350, TaxMode: "EXCLUSIVE", TaxRateBP: 1500}}, read.Terms)
}

// The profile must never promise what the stand-in refuses, and must use all that it offers.
func TestProfilesAgreeWithTheStandIns(t *testing.T) {
	t.Parallel()
	d := directory()
	require.Equal(t, 13, len(d.Providers()), "eleven of vouchers, an issuer of gift cards, consumer finance")
	for _, played := range simulator.Providers() {
		p, ok := d.Provider(played.ID)
		require.True(t, ok, played.ID)
		if speaksItsOwn(p.ID) {
			continue
		}
		require.True(t, p.Profile.ActAsClient, p.ID)
		require.Equal(t, "http://sim/"+played.ID+"/suv/v1", p.BaseURL)
		require.Equal(t, "90000010", p.User)
		require.Equal(t, "sandbox", p.Credential)
		require.True(t, p.Enabled)
		for _, op := range []transactions.Operation{transactions.Redemption, transactions.Refund} {
			require.Equal(t, played.Redemption, p.Profile.Offers(op), "%s offers %s", p.ID, op)
			for _, kind := range []transactions.Decision{transactions.Confirm, transactions.Reverse} {
				require.Equal(t, played.Redemption && played.Advices, p.Profile.Takes(op, kind), "%s takes %s of %s", p.ID, kind, op)
			}
		}
		require.Equal(t, played.Advices, p.Profile.Takes(transactions.Provision, transactions.Confirm), p.ID)
		require.Equal(t, played.Advices, p.Profile.Takes(transactions.Provision, transactions.Reverse), p.ID)
		require.Equal(t, played.Retries, p.Profile.Retry, p.ID)
		require.Equal(t, played.Lookup, p.Profile.Lookup, p.ID)
	}
}

// Providers with an API of their own have the column of the capability matrix (providers.md 2), and addresses that the simulator
// plays.
func TestProfilesOfNativeProviders(t *testing.T) {
	t.Parallel()
	type can struct{ confirm, reverse, retry, redeem, confirmRedeem, reverseRedeem, refund, lookup, products bool }
	d := directory()
	for id, want := range map[string]can{
		"ott":   {confirm: true, reverse: true, retry: true, redeem: true, reverseRedeem: true, lookup: true}, // the connector looks, then consumes it
		"yoyo":  {reverse: true, retry: true, redeem: true, confirmRedeem: true, reverseRedeem: true, lookup: true, products: true},
		"blu":   {redeem: true, reverseRedeem: true, lookup: true}, // as OTT
		"flash": {reverse: true, retry: true, redeem: true, reverseRedeem: true, refund: true, lookup: true, products: true},
	} {
		p, ok := d.Provider(id)
		require.True(t, ok, id)
		got := can{
			p.Profile.Takes(transactions.Provision, transactions.Confirm), p.Profile.Takes(transactions.Provision, transactions.Reverse), p.Profile.Retry,
			p.Profile.Offers(transactions.Redemption), p.Profile.Takes(transactions.Redemption, transactions.Confirm),
			p.Profile.Takes(transactions.Redemption, transactions.Reverse), p.Profile.Offers(transactions.Refund),
			p.Profile.Offers(transactions.Lookup), p.Profile.Offers(transactions.Products),
		}
		require.Equal(t, want, got, id)
		require.Equal(t, want.refund, p.Profile.Takes(transactions.Refund, transactions.Reverse), id)
		require.Equal(t, id, p.Connector)
		require.True(t, p.Profile.ForwardUnknownCodes, "%s sells elsewhere too", id)
		require.False(t, p.Profile.ActAsClient, "%s knows the switch alone", id)
		require.Regexp(t, "^http://sim/"+id+"/native", p.BaseURL)
	}
	cards, _ := d.Provider(issuerID)
	require.True(t, cards.Profile.Cards && cards.Profile.ActAsClient, "every client has its own cards")
	lent, _ := d.Provider(financeID)
	require.True(t, lent.Profile.Finance)
}

func TestEveryRequestFindsItsProvider(t *testing.T) {
	t.Parallel()
	d := directory()
	for _, p := range d.Products("") {
		found, refusal := routeOf(d, p.ID, p.Receiver.ID)
		require.Empty(t, refusal)
		require.Equal(t, p.ProviderID, found.ID)
		found, _ = routeOf(d, "", p.Receiver.ID)
		require.Equal(t, p.ProviderID, found.ID, "receiver alone")
		require.True(t, p.Amount != nil || p.Min != nil && p.Max != nil, p.ID)
	}
	for _, odd := range [][2]string{{"", ""}, {"UNHEARD-OF", ""}, {"", "12345678"}, {"UNHEARD-OF", "12345678"}} {
		found, refusal := routeOf(d, odd[0], odd[1])
		require.Empty(t, refusal)
		require.Equal(t, defaultProvider, found.ID)
	}
	for _, service := range []transactions.Service{transactions.GiftCard, transactions.Humm} {
		found, refusal := d.RouteOf(switchcore.RouteQuery{Service: service})
		require.Empty(t, refusal)
		require.Equal(t, map[transactions.Service]string{transactions.GiftCard: issuerID, transactions.Humm: financeID}[service], found.ID)
	}
}

func TestPeopleAndClients(t *testing.T) {
	t.Parallel()
	grants, mails := []string{}, map[string]bool{}
	for _, p := range People() {
		g := operators.Grant{Role: p.Role, Half: p.Half}
		require.NoError(t, operators.Grants{g}.Validate())
		grants, mails[p.Mail] = append(grants, g.String()), true
	}
	slices.Sort(grants)
	require.Equal(t, []string{"admin", "auditor", "finance", "finance:approve", "operator", "operator:approve", "support", "viewer"}, grants)
	require.Len(t, mails, len(grants))
	modes := map[transactions.Mode]int{}
	for _, c := range Clients() {
		modes[c.Mode]++
		require.GreaterOrEqual(t, len(c.Password), 12)
		require.LessOrEqual(t, len(c.Name), 40)
	}
	require.Equal(t, map[transactions.Mode]int{transactions.Dual: 2, transactions.Single: 1}, modes)
}
