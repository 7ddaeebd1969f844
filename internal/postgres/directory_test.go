package postgres_test

import (
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func exampleFile(t *testing.T) setup.File {
	t.Helper()
	file, err := os.Open("../../docs/providers.example.json")
	require.NoError(t, err)
	defer file.Close()
	f, err := setup.Read(file)
	require.NoError(t, err)
	return f
}

func installed(t *testing.T) (*postgres.DB, setup.File) {
	t.Helper()
	db, f := postgrestest.New(t), exampleFile(t)
	done, err := postgres.NewSetup(db).Install(t.Context(), f, map[string]string{"90000101": "hash of karoo"})
	require.NoError(t, err)
	require.True(t, done)
	return db, f
}

func TestTheFileBecomesTheDirectory(t *testing.T) {
	t.Parallel()
	db, f := installed(t)
	got, err := postgres.NewDirectory(db).Load(t.Context())
	require.NoError(t, err)
	providers, products, routes := f.Directory()
	for _, want := range providers {
		have, ok := got.Provider(want.ID)
		require.True(t, ok, want.ID)
		assert.JSONEq(t, want.Options, have.Options)
		want.Options = have.Options
		assert.Equal(t, want, have)
	}
	assert.Len(t, got.Providers(), len(providers))
	for _, want := range products {
		have, ok := got.Product(want.ID, want.ProviderID)
		require.True(t, ok, want.ID)
		assert.Equal(t, want, have)
	}
	card, refusal := got.RouteOf(switchcore.RouteQuery{Service: transactions.GiftCard, CardNumber: "6017881234567890"})
	assert.Empty(t, refusal)
	assert.Equal(t, "giftcards", card.ID, "the card prefix came through")
	assert.NotEmpty(t, routes)
}

func TestAFileIsInstalledOnce(t *testing.T) {
	t.Parallel()
	db, f := postgrestest.New(t), exampleFile(t)
	store := postgres.NewSetup(db)
	done, err := store.Configured(t.Context())
	require.NoError(t, err)
	assert.False(t, done)
	var group sync.WaitGroup
	won := make(chan bool, 4)
	for range 4 {
		group.Go(func() {
			done, err := store.Install(t.Context(), f, nil)
			assert.NoError(t, err)
			won <- done
		})
	}
	group.Wait()
	close(won)
	n := 0
	for done := range won {
		if done {
			n++
		}
	}
	assert.Equal(t, 1, n, "of nodes that start at once one writes")
	done, err = store.Configured(t.Context())
	require.NoError(t, err)
	assert.True(t, done)
	var audits int
	require.NoError(t, db.Pool.QueryRow(t.Context(), `select count(*) from audit_log where action = 'setup.install'`).Scan(&audits))
	assert.Equal(t, 1, audits)
}

func TestAFileIsInstalledWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	db, f := postgrestest.New(t), exampleFile(t)
	f.Clients = append(f.Clients, f.Clients[0])
	done, err := postgres.NewSetup(db).Install(t.Context(), f, nil)
	assert.True(t, apperr.Is(err, apperr.Conflict), "%v", err)
	assert.False(t, done)
	done, err = postgres.NewSetup(db).Configured(t.Context())
	require.NoError(t, err)
	assert.False(t, done, "the providers before it are not there either")
}

func TestEveryChangeHasAVersion(t *testing.T) {
	t.Parallel()
	db, _ := installed(t)
	directory := postgres.NewDirectory(db)
	before, err := directory.Version(t.Context())
	require.NoError(t, err)
	for _, change := range []struct {
		sql  string
		seen bool
	}{
		{`update providers set base_url = base_url || '/x' where id = 'flash'`, true},
		{`update providers set options = '{}' where id = 'flash'`, true},
		{`update providers set enabled = false where id = 'flash'`, true},
		{`update products set amount_minor = 1 where id = 'STL-100'`, true},
		{`update products set active = false where id = 'STL-100'`, true},
		{`update routes set card_prefix = '60' where card_prefix is not null`, true},
		{`delete from routes where product_id = 'STL-100'`, true},
		{`update providers set held_at = now(), hold_reason = 'maintenance' where id = 'flash'`, false},
		{`update clients set rate_per_second = 7`, false},
	} {
		_, err := db.Pool.Exec(t.Context(), change.sql)
		require.NoError(t, err, change.sql)
		after, err := directory.Version(t.Context())
		require.NoError(t, err)
		assert.Equal(t, change.seen, after != before, change.sql)
		before = after
	}
}

func TestPutMovesOnlyAddresses(t *testing.T) {
	t.Parallel()
	db, f := installed(t)
	directory := postgres.NewDirectory(db)
	providers, products, routes := f.Directory()
	_, err := db.Pool.Exec(t.Context(), `update providers set name = 'Renamed', enabled = false where id = 'flash'`)
	require.NoError(t, err)
	var before, after int64
	version := `select version from providers where id = 'flash'`
	require.NoError(t, db.Pool.QueryRow(t.Context(), version).Scan(&before))
	require.NoError(t, directory.Put(t.Context(), providers, products, routes))
	require.NoError(t, db.Pool.QueryRow(t.Context(), version).Scan(&after))
	assert.Equal(t, before, after, "nothing moved")
	for i := range providers {
		providers[i].BaseURL = "http://127.0.0.1:1/" + providers[i].ID
	}
	require.NoError(t, directory.Put(t.Context(), providers, products, routes))
	loaded, err := directory.Load(t.Context())
	require.NoError(t, err)
	flash, _ := loaded.Provider("flash")
	assert.Equal(t, "http://127.0.0.1:1/flash", flash.BaseURL)
	assert.Equal(t, "Renamed", flash.Name)
	assert.False(t, flash.Enabled)
}

func TestTermsOfAProvider(t *testing.T) {
	t.Parallel()
	db, _ := installed(t)
	terms := postgres.NewTerms(db)
	rule, err := terms.FeeRule(t.Context(), "netcare")
	require.NoError(t, err)
	assert.Equal(t, finance.FeeRule{Code: "COMMISSION-NETCARE", RateBP: 200, AppliesTo: []finance.Operation{finance.Provision}, Tax: finance.TaxExclusive, TaxRateBP: 1500}, rule, "its own line")
	rule, err = terms.FeeRule(t.Context(), "flash")
	require.NoError(t, err)
	assert.Equal(t, 350, rule.RateBP, "the line of all others")
	require.NoError(t, rule.Validate())
	_, err = db.Pool.Exec(t.Context(), `delete from terms where provider_id is null`)
	require.NoError(t, err)
	rule, err = terms.FeeRule(t.Context(), "flash")
	require.NoError(t, err)
	assert.Equal(t, finance.FeeRule{}, rule, "no line charges nothing")
	require.NoError(t, terms.Put(t.Context(), []setup.Term{{Code: "C", Kind: "COMMISSION", AppliesTo: []string{"REFUND"}, RateBP: 1, TaxMode: "NONE"}, {Provider: "netcare", Code: "C", Kind: "COMMISSION", AppliesTo: []string{"REFUND"}, TaxMode: "NONE"}}))
	rule, err = terms.FeeRule(t.Context(), "flash")
	require.NoError(t, err)
	assert.Equal(t, 1, rule.RateBP)
	rule, err = terms.FeeRule(t.Context(), "netcare")
	require.NoError(t, err)
	assert.Equal(t, 200, rule.RateBP, "what is there stays")
}

func TestConfigurationOfProviders(t *testing.T) {
	t.Parallel()
	db, f := installed(t)
	_, err := db.Pool.Exec(t.Context(), `update providers set held_at = now() where id = 'flash'; update providers set held_at = now(), held_until = now() - interval '1 min', enabled = false where id = 'ott'`)
	require.NoError(t, err)
	config := postgres.NewConfiguration(db)
	list, err := config.Providers(t.Context())
	require.NoError(t, err)
	require.Len(t, list, len(f.Providers))
	assert.Equal(t, "betway", list[0].ID, "by name")
	byID := map[string]setup.ProviderView{}
	for _, p := range list {
		byID[p.ID] = p
	}
	flash := byID["flash"]
	assert.Equal(t, 3, flash.Products)
	assert.Equal(t, 4, flash.Routes)
	assert.True(t, flash.Held)
	assert.Equal(t, "file:/run/secrets/flash-api-key", flash.Credential)
	assert.True(t, flash.Profile.RefundIssuesNew)
	assert.True(t, byID["ott"].Disabled)
	assert.False(t, byID["ott"].Held, "the hold is over")

	one, err := config.Provider(t.Context(), "netcare")
	require.NoError(t, err)
	assert.Len(t, one.Goods, 2)
	assert.Len(t, one.Lines, 3)
	assert.Equal(t, 200, one.Term.RateBP)
	assert.Equal(t, f.Institution, one.Switch)
	_, err = config.Provider(t.Context(), "nobody")
	assert.True(t, apperr.Is(err, apperr.NotFound))

	routes, known, err := config.Routes(t.Context(), "FLA-VAR")
	require.NoError(t, err)
	assert.True(t, known)
	require.Len(t, routes, len(f.Routes))
	for i, r := range routes {
		assert.Equal(t, f.Routes[i], r.Route, "in the order of the file")
	}
	assert.Equal(t, "Stellr", routes[0].ReceiverName)
	_, known, err = config.Routes(t.Context(), "UNHEARD-OF")
	require.NoError(t, err)
	assert.False(t, known)
}

func TestConfigurationOfProducts(t *testing.T) {
	t.Parallel()
	db, f := installed(t)
	config := postgres.NewConfiguration(db)
	var ids []string
	filter := setup.ProductFilter{Limit: 7}
	for {
		page, err := config.Products(t.Context(), filter)
		require.NoError(t, err)
		assert.Equal(t, len(f.Products), page.Total)
		for _, p := range page.Rows {
			ids = append(ids, p.ID)
		}
		if !page.More {
			break
		}
		last := page.Rows[len(page.Rows)-1]
		filter.AfterID, filter.AfterProvider = last.ID, last.Provider
	}
	assert.IsIncreasing(t, ids)
	assert.Len(t, ids, len(f.Products), "every line once, over three pages")
	for name, x := range map[string]struct {
		filter setup.ProductFilter
		want   int
	}{
		"provider":      {setup.ProductFilter{Provider: "flash"}, 3},
		"receiver":      {setup.ProductFilter{Receiver: "90000026"}, 1},
		"description":   {setup.ProductFilter{Text: "streaming"}, 1},
		"provider code": {setup.ProductFilter{Text: "50117"}, 1},
		"id":            {setup.ProductFilter{Text: "hwb-"}, 2},
		"wild card":     {setup.ProductFilter{Text: "%"}, 0},
		"fixed":         {setup.ProductFilter{Provider: "flash", Kind: "fixed"}, 2},
		"range":         {setup.ProductFilter{Provider: "flash", Kind: "range"}, 1},
	} {
		x.filter.Limit = 50
		page, err := config.Products(t.Context(), x.filter)
		require.NoError(t, err, name)
		assert.Equal(t, x.want, page.Total, name)
		assert.Len(t, page.Rows, x.want, name)
	}
}

func TestConfigurationOfClientsAndTerms(t *testing.T) {
	t.Parallel()
	db, _ := installed(t)
	config := postgres.NewConfiguration(db)
	list, err := config.Clients(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, list, 3)
	assert.Equal(t, "Duiker Wallet", list[0].Name)
	assert.False(t, list[0].Password)
	assert.Equal(t, 40, list[0].MaxInFlight)
	assert.Equal(t, "either", list[0].Auth)
	assert.True(t, list[1].Password)
	assert.Equal(t, 2, list[1].Merchants)
	assert.Equal(t, []string{"203.0.113.0/24", "2001:db8:40::/48"}, list[1].Addresses)

	one, err := config.Client(t.Context(), "90000102", nil)
	require.NoError(t, err)
	assert.Equal(t, "single", one.Mode)
	assert.Equal(t, "oauth2", one.Auth)
	assert.Equal(t, "also", one.CertificateUse)
	require.Len(t, one.Pins, 1)
	assert.Equal(t, "3a7c11905e0d42bb682fc419d38a70e59b26f10c5784ae336d92c805ef1b74a6", one.Pins[0].Fingerprint)
	assert.Equal(t, time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC), one.Pins[0].NotAfter.UTC(), "the whole last day counts")
	assert.Zero(t, one.LastSeen)
	_, err = config.Client(t.Context(), "90000102", []string{"90000101"})
	assert.True(t, apperr.Is(err, apperr.NotFound), "out of scope")
	list, err = config.Clients(t.Context(), []string{"90000101"})
	require.NoError(t, err)
	assert.Len(t, list, 1)
	found, err := postgres.NewClients(db).Find(t.Context(), "90000101")
	require.NoError(t, err)
	assert.Equal(t, "hash of karoo", found.Hash)

	terms, err := config.Terms(t.Context())
	require.NoError(t, err)
	require.Len(t, terms.Terms, 3)
	assert.Equal(t, []string{"humm", "Netcare", ""}, []string{terms.Terms[0].ProviderName, terms.Terms[1].ProviderName, terms.Terms[2].ProviderName}, "the line of all others is last")
	assert.Empty(t, terms.Rules)
	p := finance.Process{ID: uuid.New(), Code: "FLASH-ZAR", Name: "Flash", ProviderID: "flash", Currency: "710", Zone: "UTC", ExpiryDays: 7}
	require.NoError(t, postgres.NewFinance(db).AddProcess(t.Context(), p, finance.FeeRule{Code: "COMMISSION", RateBP: 350, AppliesTo: []finance.Operation{finance.Provision}, Tax: finance.TaxNone}))
	terms, err = config.Terms(t.Context())
	require.NoError(t, err)
	require.Len(t, terms.Rules, 1)
	assert.Equal(t, setup.RuleView{Process: "FLASH-ZAR", ProviderID: "flash", ProviderName: "Flash", Currency: "710", Code: "COMMISSION", AppliesTo: []string{"PROVISION"}, RateBP: 350, TaxMode: "NONE"}, terms.Rules[0])
}

func TestConfigurationOfTheFinanceRail(t *testing.T) {
	t.Parallel()
	db, _ := installed(t)
	_, err := db.Pool.Exec(t.Context(), `insert into humm_devices (merchant_id, device_id_hash, device_id_sealed, key_sealed, client_id, updated_at)
  values ('30188105', '\x0102030405060708', '\x00', '\x00', '90000101', now())`)
	require.NoError(t, err)
	rail, err := postgres.NewConfiguration(db).FinanceRail(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, rail.Merchants, 2)
	assert.Equal(t, "Karoo Fresh Stores", rail.Merchants[0].ClientName)
	assert.Equal(t, 1, rail.Merchants[0].Devices)
	assert.Equal(t, "karoo-fresh", rail.Merchants[1].Chain)
	require.Len(t, rail.Devices, 1)
	assert.Equal(t, "01020304", rail.Devices[0].Mark)
	rail, err = postgres.NewConfiguration(db).FinanceRail(t.Context(), []string{"90000103"})
	require.NoError(t, err)
	assert.Empty(t, rail.Merchants)
	assert.Empty(t, rail.Devices)
}
