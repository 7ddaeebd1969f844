package console

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/setup"
)

// fakeConfig answers the reads of the configuration pages.
type fakeConfig struct {
	providers []setup.ProviderView
	provider  setup.ProviderCase
	products  setup.ProductPage
	asked     setup.ProductFilter
	routes    []setup.RouteView
	clients   []setup.ClientView
	terms     setup.TermList
	rail      setup.FinanceRail
	err       error
}

func (f *fakeConfig) Providers(context.Context) ([]setup.ProviderView, error) {
	return f.providers, f.err
}

func (f *fakeConfig) Provider(_ context.Context, id string) (setup.ProviderCase, error) {
	if id != f.provider.ID && f.err == nil {
		return setup.ProviderCase{}, apperr.Errorf(apperr.NotFound, "There is no provider %q.", id)
	}
	return f.provider, f.err
}

func (f *fakeConfig) Products(_ context.Context, x setup.ProductFilter) (setup.ProductPage, error) {
	f.asked = x
	return f.products, f.err
}

func (f *fakeConfig) Routes(_ context.Context, productID string) ([]setup.RouteView, bool, error) {
	return f.routes, productID == "FLA-50", f.err
}

func (f *fakeConfig) Clients(context.Context, []string) ([]setup.ClientView, error) {
	return f.clients, f.err
}

func (f *fakeConfig) Client(_ context.Context, id string, _ []string) (setup.ClientView, error) {
	for _, c := range f.clients {
		if c.ID == id {
			return c, f.err
		}
	}
	return setup.ClientView{}, apperr.Errorf(apperr.NotFound, "There is no client %q.", id)
}

func (f *fakeConfig) Terms(context.Context) (setup.TermList, error) { return f.terms, f.err }

func (f *fakeConfig) FinanceRail(context.Context, []string) (setup.FinanceRail, error) {
	return f.rail, f.err
}

// configured is a provider of vouchers with one thing missing of each kind, one of cards, and a disabled one.
func configured() *fakeConfig {
	flash := setup.ProviderView{
		Provider: setup.Provider{
			ID: "flash", Name: "Flash", InstitutionID: "90000029", Settlement: setup.Institution{ID: "90000040", Name: "Settler"}, Connector: "flash",
			BaseURL: "https://flash.example.invalid", User: "90000001", Credential: "file:/run/secrets/flash",
			Options: json.RawMessage(`{"accountNumber": "4410", "keySecret": "env:FLASH_KEY", "password": "hunter2-left-by-hand", "paths": {"a/b": "/c"}, "pages": 20}`),
			Profile: setup.Profile{ReverseProvision: true, Retry: true, Redeem: true, Refund: true, RefundIssuesNew: true, Products: true, Timeout: setup.Duration(30 * time.Second), NotFoundRepeat: setup.Duration(time.Minute)},
		},
		Products: 60, Routes: 2, Waiting: 7, Version: 4, UpdatedAt: at("09:00:00"),
	}
	cards := setup.ProviderView{Provider: setup.Provider{ID: "cards", Name: "Card issuer", Connector: "giftcardclient", Profile: setup.Profile{Cards: true}}}
	off := setup.ProviderView{Provider: setup.Provider{ID: "supabets", Name: "Supabets", Connector: "serviceinterface", Disabled: true}}
	held := setup.ProviderView{Provider: setup.Provider{ID: "ott", Name: "OTT", Connector: "ott"}, Held: true}
	price := int64(5000)
	lines := []setup.RouteView{
		{Route: setup.Route{Service: "VOUCHER", Product: "FLA-50", Provider: "flash"}, Position: 1, ProviderName: "Flash"},
		{Route: setup.Route{Service: "VOUCHER", Receiver: "90000029", Provider: "flash"}, Position: 2, ProviderName: "Flash", ReceiverName: "Flash"},
		{Route: setup.Route{Service: "VOUCHER", Receiver: "90000025", Provider: "supabets"}, Position: 3, ProviderName: "Supabets", ProviderOff: true, ReceiverName: "Supabets"},
		{Route: setup.Route{Service: "GIFTCARD", CardPrefix: "601788", Provider: "cards"}, Position: 4, ProviderName: "Card issuer"},
	}
	rate, burst, none := 100, 200, 0
	return &fakeConfig{
		providers: []setup.ProviderView{flash, cards, off, held},
		provider: setup.ProviderCase{
			ProviderView: flash, Lines: lines[:2], Switch: setup.Institution{ID: "90000001", Name: "Karoo Switch"},
			Goods: []setup.Product{{ID: "FLA-50", Provider: "flash", Description: "1Voucher R50", Currency: "710", Price: &price, NotReversible: true}},
			Term:  &setup.Term{Code: "COMMISSION", Kind: "COMMISSION", AppliesTo: []string{"PROVISION"}, RateBP: 350, TaxMode: "EXCLUSIVE", TaxRateBP: 1500},
		},
		products: setup.ProductPage{
			Rows:  []setup.ProductView{{Product: setup.Product{ID: "FLA-50", Provider: "flash", Description: "1Voucher R50", Currency: "710", Price: &price, ProviderCode: "311"}, ProviderName: "Flash", Inactive: true}},
			Total: 60, More: true, Providers: []setup.Institution{{ID: "flash", Name: "Flash"}}, Receivers: []setup.Institution{{ID: "90000029", Name: "Flash"}},
		},
		routes: lines,
		clients: []setup.ClientView{
			{Client: setup.Client{ID: "90000101", Name: "Karoo Fresh", Mode: "dual", Rate: &rate, Burst: &burst, Auth: "either", CertificateUse: "none", StrictIDs: true}, Password: true, PreviousUntil: at("15:00:00"), LastSeen: at("14:03:00"), Merchants: 2},
			{Client: setup.Client{ID: "90000102", Name: "Protea", Mode: "single", Rate: &none, Auth: "oauth2", CertificateUse: "also", Addresses: []string{"203.0.113.0/24"}, MaxInFlight: 40}, Pins: []setup.Pin{
				{Name: "old", Fingerprint: strings.Repeat("ab", 32), NotAfter: at("00:00:00")}, {Name: "next", Fingerprint: strings.Repeat("cd", 32), NotAfter: at("00:00:00").AddDate(0, 0, 20)},
			}},
			{Client: setup.Client{ID: "90000103", Name: "Duiker", Mode: "dual", Rate: &rate, Auth: "basic", CertificateUse: "alone", Disabled: true}},
			{Client: setup.Client{ID: "90000104", Name: "Springbok", Mode: "dual", Rate: &rate, Auth: "basic", CertificateUse: "alone"}, Pins: []setup.Pin{{Name: "gone", NotAfter: at("00:00:00")}}},
		},
		terms: setup.TermList{
			Terms: []setup.TermView{
				{Term: setup.Term{Provider: "flash", Code: "FLASH", Kind: "COMMISSION", AppliesTo: []string{"PROVISION"}, RateBP: 200, TaxMode: "NONE"}, ProviderName: "Flash"},
				{Term: setup.Term{Code: "COMMISSION", Kind: "COMMISSION", AppliesTo: []string{"PROVISION"}, RateBP: 350, TaxMode: "EXCLUSIVE", TaxRateBP: 1500}},
			},
			Rules: []setup.RuleView{
				{Process: "FLASH-ZAR", ProviderID: "flash", ProviderName: "Flash", Currency: "710", Code: "FLASH", AppliesTo: []string{"PROVISION"}, RateBP: 200, TaxMode: "NONE"},
				{Process: "OTT-ZAR", ProviderID: "ott", ProviderName: "OTT", Currency: "710", Code: "COMMISSION", AppliesTo: []string{"PROVISION"}, RateBP: 300, TaxMode: "NONE"},
			},
		},
		rail: setup.FinanceRail{
			Merchants: []setup.MerchantView{{HummMerchant: setup.HummMerchant{Merchant: "30188105", Client: "90000101", Country: "AU", Chain: "karoo"}, ClientName: "Karoo Fresh", Devices: 1}},
			Devices:   []setup.DeviceView{{Merchant: "30188105", Mark: "01020304", State: "ACTIVE", Generation: 2, UpdatedAt: at("13:00:00")}, {Merchant: "30188105", Mark: "a1b2c3d4", State: "DISABLED"}},
		},
	}
}

func newConfig(t *testing.T, f *fakeConfig, role operators.Role) *browser {
	t.Helper()
	app, people := newConsole(t, func(d *Deps) {
		d.Config, d.Zone = f, sast
		d.Gate = func(id string) monitoring.Gate {
			if id == "cards" {
				return monitoring.Gate{Requests: "open", Advices: "open"}
			}
			return monitoring.Gate{}
		}
	})
	return newBrowser(t, app).as(people, grant(role))
}

func TestConfigurationOpensWithTheProviders(t *testing.T) {
	t.Parallel()
	b := newConfig(t, configured(), operators.OperatorRole)
	res := b.get("/config")
	assert.Equal(t, 303, res.StatusCode)
	assert.Equal(t, "/config/providers", res.Header.Get("Location"))
	require.Equal(t, 200, b.get("/config/providers").StatusCode)
	page := text(b.last)
	assert.Contains(t, page, "3 of 4 providers in service ; 7 advices wait. 1 is disabled and takes no new request. The advices of 1 are held.")
	for _, state := range []string{"Flash flash In service", "Card issuer cards Breaker open", "Supabets supabets Disabled", "OTT ott Advices held"} {
		assert.Contains(t, page, state)
	}
	assert.Contains(t, page, "Flash flash In service flash – no yes yes – no yes yes yes – no – no 30 s 60 2 7", "the matrix says yes and no in words too")
	assert.Contains(t, b.last, `href="/saf/queues/flash"`)
}

func TestProviderPageSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	b := newConfig(t, configured(), operators.Auditor)
	require.Equal(t, 200, b.get("/config/providers/flash").StatusCode)
	page := text(b.last)
	for _, words := range []string{
		"6 abilities are missing",
		"Confirmation of a sale – no Taken from the client, kept for reconciliation, and not sent.",
		"Voucher look-up – no Refused with FUNCTION_NOT_SUPPORTED before anything is sent.",
		"Reversal of a redemption – no Taken from the client, applied here but not sent; a break says that money may have to come back.",
		"Refund yes Sent to the provider, which gives a new voucher; the old code stays spent.",
		"404 to a reversal repeated once after 1 min, then final",
		"file:/run/secrets/flash", "We are there 90000001 Karoo Switch", "keySecret env:FLASH_KEY name of a secret", "paths.a/b /c", "pages 20",
		"password [not shown: looks like a secret]",
		"the first 1 of 60", "1Voucher R50", "not reversible", "Commission 3.50 % of the final amount, COMMISSION", "Tax 15.00 % on top", "those of every provider",
	} {
		assert.Contains(t, page, words)
	}
	assert.NotContains(t, b.last, "hunter2", "a secret in the database is not shown")
	assert.Contains(t, b.last, `data-copy="https://flash.example.invalid"`)
	assert.Equal(t, 404, b.get("/config/providers/nobody").StatusCode)
	assert.Contains(t, text(b.last), "There is no provider")
}

// TestIdsThatTheDatabaseCannotHold: nobody has one, and the database is not asked, which would refuse the text.
func TestIdsThatTheDatabaseCannotHold(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"%00", "a%00b", "%ff", "%ed%a0%80", strings.Repeat("a", maxKey+1)} {
		broken := &fakeConfig{err: errors.New("invalid byte sequence for encoding")}
		b := newConfig(t, broken, operators.Auditor)
		assert.Equal(t, 404, b.get("/config/providers/"+id).StatusCode, id)
		assert.Equal(t, 404, b.get("/config/clients/"+id).StatusCode, id)
	}
}

func TestProviderPageOfOthers(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		provider setup.Provider
		says     []string
		not      string
	}{
		"cards":           {setup.Provider{ID: "x", Name: "X", Profile: setup.Profile{Cards: true}}, []string{"Gift cards", "All of them are sent to this issuer"}, "Voucher look-up"},
		"redeeming cards": {setup.Provider{ID: "x", Name: "X", Profile: setup.Profile{Cards: true, Redeem: true, Lookup: true}}, []string{"Gift cards", "1 ability is missing"}, "Part of a voucher"},
		"finance":         {setup.Provider{ID: "x", Name: "X", Profile: setup.Profile{Finance: true}}, []string{"Consumer finance", "an approved code is final", "Credential none"}, "Voucher look-up"},
		"nothing":         {setup.Provider{ID: "x", Name: "X"}, []string{"Vouchers", "11 abilities are missing", "Confirmation of a redemption – no Does not arise.", "In service, but no route leads here", "No products", "without commission", "as the installation"}, "Gift cards All"},
		"disabled":        {setup.Provider{ID: "x", Name: "X", Disabled: true, Credential: "env:X", Options: json.RawMessage(`[`)}, []string{"Disabled : new requests that would go here are refused", "a variable of the environment", "cannot be read"}, "In service"},
		"sandbox":         {setup.Provider{ID: "x", Name: "X", Profile: setup.Profile{ActAsClient: true, FIFO: true, TenderFirst: true, RecordsEarlyReversals: true, Status503Failed: true, ForwardUnknownCodes: true, Redeem: true, FullRedeemOnly: true}}, []string{"signs in as the client itself", "one by one, in the order of arrival", "a sale must say how it was paid", "final at once", "a decline", "asked of the provider", "cannot be redeemed"}, "side by side"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := configured()
			f.provider = setup.ProviderCase{ProviderView: setup.ProviderView{Provider: x.provider}}
			b := newConfig(t, f, operators.Admin)
			require.Equal(t, 200, b.get("/config/providers/x").StatusCode)
			page := text(b.last)
			for _, words := range x.says {
				assert.Contains(t, page, words)
			}
			assert.NotContains(t, page, x.not)
		})
	}
}

func TestProductPage(t *testing.T) {
	t.Parallel()
	f := configured()
	b := newConfig(t, f, operators.OperatorRole)
	require.Equal(t, 200, b.get("/config/products?provider=flash&kind=fixed&text=+vouch%00er+&receiver=").StatusCode)
	assert.Equal(t, setup.ProductFilter{Provider: "flash", Kind: "fixed", Text: "voucher", Limit: goodsPerPage}, f.asked)
	page := text(b.last)
	assert.Contains(t, page, "60 products fit these filters")
	assert.Contains(t, page, "not sold")
	assert.Contains(t, page, "Provider: Flash")
	assert.Contains(t, b.last, `href="/config/products?kind=fixed&amp;text=voucher" aria-label="Remove filter Provider: Flash"`)
	assert.Contains(t, b.last, `/config/products?after=FLA-50&amp;kind=fixed&amp;of=flash&amp;provider=flash&amp;text=voucher`)

	require.Equal(t, 200, b.get("/config/products?kind=odd&after=FLA-50&of=flash").StatusCode)
	assert.Equal(t, setup.ProductFilter{AfterID: "FLA-50", AfterProvider: "flash", Limit: goodsPerPage}, f.asked)
	assert.Contains(t, b.last, `href="/config/products" rel="prev"`)

	f.products = setup.ProductPage{}
	require.Equal(t, 200, b.get("/config/products?text=zzz").StatusCode)
	assert.Contains(t, text(b.last), "No product fits")
	require.Equal(t, 200, b.get("/config/products").StatusCode)
	assert.Contains(t, text(b.last), "The master list is empty")
}

func TestRoutesAnswerWhereARequestGoes(t *testing.T) {
	t.Parallel()
	b := newConfig(t, configured(), operators.OperatorRole)
	for query, words := range map[string][]string{
		"": {"4 routes, 1 of them to a disabled provider", "Voucher 3 lines, in order", "Gift card 1 line, in order"},
		"?service=VOUCHER&product=FLA-50&receiver=90000029": {"It would go to Flash,", "position 1", "Chosen: it names the product", "Fits less closely, or comes later: it names the receiver", "Lines that do not"},
		"?service=VOUCHER&receiver=90000025":                {"It would be refused with ROUTING_ERROR.", "Supabets is disabled."},
		"?service=VOUCHER&product=NOPE":                     {"It would be refused with INVALID_PRODUCT.", "No provider has this product, and no route takes just any."},
		"?service=HUMM":                                     {"It would be refused with ROUTING_ERROR.", "No route takes it."},
		"?service=GIFTCARD&card=60178812":                   {"It would go to Card issuer,", "Chosen: the card number begins with 601788"},
		"?service=GIFTCARD&card=6017":                       {"its card range needs more digits to tell"},
		"?service=AIRTIME":                                  {"Voucher 3 lines, in order"},
	} {
		require.Equal(t, 200, b.get("/config/routes"+query).StatusCode, query)
		for _, w := range words {
			assert.Contains(t, text(b.last), w, query)
		}
	}
}

// A card number must not stay in an address, where histories and logs keep it.
func TestACardNumberIsCutBeforeThePageIsShown(t *testing.T) {
	t.Parallel()
	b := newConfig(t, configured(), operators.OperatorRole)
	res := b.get("/config/routes?service=GIFTCARD&card=6017+8812+3456+7890")
	assert.Equal(t, 303, res.StatusCode)
	assert.Equal(t, "/config/routes?card=60178812&service=GIFTCARD", res.Header.Get("Location"))
	res = b.get("/config/routes?service=GIFTCARD&card=none")
	assert.Equal(t, "/config/routes?service=GIFTCARD", res.Header.Get("Location"))
}

func TestClientPages(t *testing.T) {
	t.Parallel()
	b := newConfig(t, configured(), operators.Admin)
	require.Equal(t, 200, b.get("/config/clients").StatusCode)
	page := text(b.last)
	assert.Contains(t, page, "3 of 4 clients may call the channel API . 1 is disabled. 1 has no password yet and cannot sign in.")
	assert.Contains(t, page, "Karoo Fresh 90000101 Enabled dual password or token – anywhere 100/s, burst 200 strict ids password being changed")
	assert.Contains(t, page, "Protea 90000102 Enabled single token required as well 1 network no limit no password set")
	assert.Contains(t, page, "Duiker 90000103 Disabled dual certificate, password enough alone")
	for id, words := range map[string][]string{
		"90000101": {"Enabled , dual messaging; last request at 14:03:00.", "Its password is being changed.", "Open to every address", "No certificate is pinned", "refused for ever", "Its sellers"},
		"90000102": {"no request within the last hour.", "No password is set, so it cannot sign in.", "console client rotate --id 90000102", "old Expired", "next Ends soon", "203.0.113.0/24", "Calls at once 40"},
		"90000103": {"Disabled : every call is refused with 401"},
		"90000104": {"It must show a certificate, but none that is pinned is valid."},
	} {
		require.Equal(t, 200, b.get("/config/clients/"+id).StatusCode, id)
		for _, w := range words {
			assert.Contains(t, text(b.last), w, id)
		}
	}
	assert.Equal(t, 404, b.get("/config/clients/nobody").StatusCode)
	assert.Equal(t, 404, b.get("/config/clients/"+strings.Repeat("x", 300)).StatusCode)
}

func TestTermsAndTheFinanceRail(t *testing.T) {
	t.Parallel()
	f := configured()
	b := newConfig(t, f, operators.Auditor)
	require.Equal(t, 200, b.get("/config/terms").StatusCode)
	page := text(b.last)
	assert.Contains(t, page, "1 provider has terms of its own")
	assert.Contains(t, page, "every other provider Commission COMMISSION provider to originator Provision 3.50 % 15.00 % on top")
	assert.Contains(t, page, "FLASH-ZAR Flash ZAR FLASH Provision 2.00 % none the beginning –")
	assert.Contains(t, page, "OTT-ZAR OTT ZAR COMMISSION Provision 3.00 % none the beginning not as agreed now")

	require.Equal(t, 200, b.get("/config/finance").StatusCode)
	page = text(b.last)
	assert.Contains(t, page, "1 seller , 1 till device holds a signing key.")
	assert.Contains(t, page, "30188105 Karoo Fresh AU karoo 1")
	assert.Contains(t, page, "a1b2c3d4 30188105 Disabled")
}

func TestNothingConfigured(t *testing.T) {
	t.Parallel()
	b := newConfig(t, &fakeConfig{}, operators.Admin)
	for path, words := range map[string]string{
		"/config/providers": "--data-file", "/config/products": "The master list is empty", "/config/routes": "There is no route",
		"/config/clients": "console client add", "/config/terms": "No terms", "/config/finance": "No sellers",
	} {
		require.Equal(t, 200, b.get(path).StatusCode, path)
		assert.Contains(t, text(b.last), words, path)
	}
}

func TestConfigurationThatCannotBeRead(t *testing.T) {
	t.Parallel()
	f := configured()
	f.err = apperr.Wrap(errors.New("refused"), apperr.Unavailable, "The database cannot be reached.")
	b := newConfig(t, f, operators.Admin)
	for _, path := range []string{"/config/providers", "/config/providers/flash", "/config/products", "/config/routes", "/config/clients", "/config/clients/90000101", "/config/terms", "/config/finance"} {
		assert.Equal(t, 503, b.get(path).StatusCode, path)
	}
}

func TestATransactionLeadsToItsProviderAndClient(t *testing.T) {
	t.Parallel()
	deps, _, _ := newDesk(nil)
	app, people := newConsole(t, deps)
	for role, offered := range map[operators.Role]bool{operators.OperatorRole: true, operators.Support: false} {
		b := newBrowser(t, app).as(people, grant(role))
		require.Equal(t, 200, b.get("/transactions/"+saleID.String()).StatusCode)
		assert.Equal(t, offered, strings.Contains(b.last, `href="/config/providers/hwb"`), role)
		assert.Equal(t, offered, strings.Contains(b.last, `href="/config/clients/karoo"`), role)
	}
}

func TestSupportMayNotSeeTheConfiguration(t *testing.T) {
	t.Parallel()
	b := newConfig(t, configured(), operators.Support)
	assert.Equal(t, 403, b.get("/config/providers").StatusCode)
	assert.Contains(t, text(b.last), "config.view")
	assert.NotContains(t, b.last, `href="/config"`, "the navigation does not offer it")
}
