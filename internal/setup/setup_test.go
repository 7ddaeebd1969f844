package setup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// sound is a small file without a mistake. Every test changes one place of it.
const sound = `{
  "institution": {"id": "90000001", "name": "Karoo Switch"},
  "providers": [
    {"id": "alpha", "name": "Alpha", "institution": "90000021", "settlement": {"id": "90000040", "name": "Settler"}, "connector": "serviceinterface",
     "baseUrl": "https://alpha.example.invalid/suv/v1", "credential": "env:ALPHA_PASSWORD", "options": {"accountNumber": "1234-5678", "tokenUrl": "https://alpha.example.invalid/token"},
     "profile": {"confirmProvision": true, "reverseProvision": true, "timeout": "30s", "redeem": true}},
    {"id": "cards", "name": "Card issuer", "institution": "90000022", "settlement": {"id": "90000040", "name": "Settler"}, "connector": "giftcardclient",
     "baseUrl": "https://cards.example.invalid", "user": "90000099", "profile": {"cards": true}}
  ],
  "products": [
    {"id": "A-50", "provider": "alpha", "description": "Alpha R50", "currency": "710", "price": 5000},
    {"id": "A-VAR", "provider": "alpha", "description": "Alpha, any amount", "currency": "710", "min": 500, "max": 100000}
  ],
  "routes": [
    {"service": "VOUCHER", "product": "A-50", "provider": "alpha"},
    {"service": "VOUCHER", "provider": "alpha"},
    {"service": "GIFTCARD", "cardPrefix": "6017", "provider": "cards"}
  ],
  "terms": [{"code": "COMMISSION", "kind": "COMMISSION", "appliesTo": ["PROVISION"], "rateBp": 350, "taxMode": "EXCLUSIVE", "taxRateBp": 1500}],
  "clients": [{"id": "90000101", "name": "Karoo Fresh", "mode": "dual", "credential": "file:/run/secrets/karoo", "auth": "oauth2", "certificateUse": "also", "addresses": ["203.0.113.0/24"],
    "certificates": [{"name": "till proxy", "fingerprint": "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99", "notAfter": "2027-03-31"}]}],
  "hummMerchants": [{"merchant": "30188105", "client": "90000101", "country": "AU"}]
}`

func TestASoundFileIsReadAndCompleted(t *testing.T) {
	t.Parallel()
	f, err := Read(strings.NewReader("\ufeff"+sound), "serviceinterface", "giftcardclient")
	require.NoError(t, err)
	require.Equal(t, "90000001", f.Providers[0].User, "our own institution stands in")
	require.Equal(t, "90000099", f.Providers[1].User)
	require.JSONEq(t, `{}`, string(f.Providers[1].Options))
	require.Equal(t, &Institution{ID: "90000021", Name: "Alpha"}, f.Products[0].Receiver)
	require.Equal(t, 100, *f.Clients[0].Rate)
	require.Equal(t, 200, *f.Clients[0].Burst)
	require.Equal(t, strings.Repeat("aabbccddeeff00112233445566778899", 2), f.Clients[0].Certificates[0].Fingerprint)

	providers, products, routes := f.Directory()
	assert.True(t, providers[0].Enabled)
	assert.JSONEq(t, `{"accountNumber": "1234-5678", "tokenUrl": "https://alpha.example.invalid/token"}`, providers[0].Options)
	assert.Equal(t, "alpha", products[1].ProviderID)
	assert.Equal(t, int64(100000), *products[1].Max)
	assert.Equal(t, "6017", routes[2].CardPrefix)
}

// Every refusal names its place and how to mend it, and nothing of what may be a secret.
func TestRefusals(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-Very-Secret"
	for name, x := range map[string]struct{ old, new, path, says string }{
		"unknown member":          {`"terms": [`, `"fees": [], "terms": [`, "fees", "not known"},
		"capitals count":          {`"baseUrl": "https://alpha`, `"baseURL": "https://alpha`, "providers[0].baseURL", "write baseUrl"},
		"unknown in profile":      {`"redeem": true`, `"redeem": true, "retries": true`, "providers[0].profile.retries", "retry"},
		"kind of a flag":          {`"redeem": true`, `"redeem": "yes"`, "providers[0].profile.redeem", "true or false"},
		"kind of a price":         {`"price": 5000`, `"price": "50.00"`, "products[0].price", "whole number"},
		"a price with cents":      {`"price": 5000`, `"price": 50.5`, "products[0].price", "whole number"},
		"kind of a text":          {`"id": "A-50"`, `"id": 50`, "products[0].id", "text in quotes"},
		"kind of a list":          {`"appliesTo": ["PROVISION"]`, `"appliesTo": "PROVISION"`, "terms[0].appliesTo", "list"},
		"kind of an object":       {`{"id": "90000001", "name": "Karoo Switch"}`, `"90000001"`, "institution", "object"},
		"options":                 {`"options": {"accountNumber": "1234-5678", "tokenUrl": "https://alpha.example.invalid/token"}`, `"options": "none"`, "providers[0].options", "an object"},
		"a duration":              {`"timeout": "30s"`, `"timeout": 30`, "providers[0].profile.timeout", `"30s"`},
		"a duration without unit": {`"timeout": "30s"`, `"timeout": "30"`, "providers[0].profile.timeout", `"30s"`},
		"null":                    {`"mode": "dual"`, `"mode": null`, "clients[0].mode", "text in quotes"},
		"twice":                   {`"id": "90000001",`, `"id": "90000001", "id": "90000002",`, "institution.id", "twice"},
		"no JSON":                 {`"terms": [`, `"terms": [,`, "terms", "line 19"},
		"a comment":               {`"terms": [`, "// fees\n\"terms\": [", "", "no comments"},
		"cut off":                 {`"country": "AU"}]` + "\n}", `"country": "AU"}]`, "", "ends too early"},
		"more behind the end":     {`"country": "AU"}]` + "\n}", `"country": "AU"}]}{}`, "", "not JSON"},

		"no institution":          {`"id": "90000001"`, `"id": ""`, "institution.id", "missing"},
		"a long name":             {`Karoo Switch`, strings.Repeat("x", 41), "institution.name", "at most 40"},
		"id of a provider":        {`"id": "alpha", "name"`, `"id": "Alpha!", "name"`, "providers[0].id", "small letters"},
		"a provider twice":        {`"id": "cards"`, `"id": "alpha"`, "providers[1].id", "[0]"},
		"no receiver":             {`"institution": "90000021", `, ``, "providers[0].institution", "missing"},
		"no settlement":           {`"institution": "90000021", "settlement": {"id": "90000040", "name": "Settler"}`, `"institution": "90000021"`, "providers[0].settlement.id", "missing"},
		"connector":               {`"connector": "serviceinterface"`, `"connector": "telex"`, "providers[0].connector", "serviceinterface, giftcardclient"},
		"address":                 {`"baseUrl": "https://alpha.example.invalid/suv/v1"`, `"baseUrl": "alpha.example.invalid"`, "providers[0].baseUrl", "absolute"},
		"no address":              {`"baseUrl": "https://alpha.example.invalid/suv/v1", `, ``, "providers[0].baseUrl", "missing"},
		"address with query":      {`invalid/suv/v1"`, `invalid/suv/v1?a=b"`, "providers[0].baseUrl", "?"},
		"long timeout":            {`"timeout": "30s"`, `"timeout": "46s"`, "providers[0].profile.timeout", "45s"},
		"negative pause":          {`"timeout": "30s"`, `"notFoundRepeatAfter": "-1s"`, "providers[0].profile.notFoundRepeatAfter", "negative"},
		"negative limit":          {`"timeout": "30s"`, `"maxInFlight": -1`, "providers[0].profile.maxInFlight", "negative"},
		"many in order":           {`"timeout": "30s"`, `"fifo": true, "safParallel": 2`, "providers[0].profile.safParallel", "fifo"},
		"signs in as the client":  {`"timeout": "30s"`, `"actAsClient": true`, "providers[0].profile.actAsClient", "sandbox"},
		"reversal of nothing":     {`"redeem": true`, `"reverseRedeem": true`, "providers[0].profile.reverseRedeem", "redeem"},
		"confirmation of nothing": {`"redeem": true`, `"confirmRefund": true`, "providers[0].profile.confirmRefund", "refund"},
		"no provider":             {sound[strings.Index(sound, `"providers"`):strings.Index(sound, `"products"`)], `"providers": [],` + "\n  ", "providers", "empty"},

		"product of nobody":    {`"id": "A-VAR", "provider": "alpha"`, `"id": "A-VAR", "provider": "omega"`, "products[1].provider", "not in providers"},
		"product twice":        {`"id": "A-VAR"`, `"id": "A-50"`, "products[1].id", "[0]"},
		"no price":             {`, "price": 5000`, ``, "products[0].price", "missing"},
		"price and range":      {`"price": 5000`, `"price": 5000, "min": 1`, "products[0].price", "beside"},
		"price of nothing":     {`"price": 5000`, `"price": 0`, "products[0].price", "more than 0"},
		"half a range":         {`"min": 500, `, ``, "products[1].min", "both"},
		"range upside down":    {`"min": 500, "max": 100000`, `"min": 500, "max": 400`, "products[1].max", "below min"},
		"currency":             {`"currency": "710", "price"`, `"currency": "ZAR", "price"`, "products[0].currency", "three digits"},
		"unheard-of currency":  {`"currency": "710", "price"`, `"currency": "000", "price"`, "products[0].currency", "three digits"},
		"no description":       {`"description": "Alpha R50", `, ``, "products[0].description", "missing"},
		"route to nobody":      {`"product": "A-50", "provider": "alpha"}`, `"product": "A-50", "provider": "omega"}`, "routes[0].provider", "not in providers"},
		"route of no service":  {`"service": "VOUCHER", "product"`, `"service": "AIRTIME", "product"`, "routes[0].service", "HUMM"},
		"route of no product":  {`"product": "A-50", "provider"`, `"product": "A-51", "provider"`, "routes[0].product", "does not have"},
		"route twice":          {`"service": "VOUCHER", "product": "A-50"`, `"service": "VOUCHER"`, "routes[1]", "[0]"},
		"prefix of a voucher":  {`"product": "A-50", "provider": "alpha"}`, `"product": "A-50", "cardPrefix": "60", "provider": "alpha"}`, "routes[0].cardPrefix", "GIFTCARD"},
		"prefix with letters":  {`"cardPrefix": "6017"`, `"cardPrefix": "60x"`, "routes[2].cardPrefix", "digits"},
		"cards where are none": {`"cardPrefix": "6017", "provider": "cards"`, `"cardPrefix": "6017", "provider": "alpha"`, "routes[2].provider", "no gift cards"},
		"finance without":      {`"service": "GIFTCARD", "cardPrefix": "6017"`, `"service": "HUMM"`, "routes[2].provider", "no consumer finance"},
		"no route":             {sound[strings.Index(sound, `"routes"`):strings.Index(sound, `"terms"`)], `"routes": [], `, "routes", "empty"},

		"term of nobody":       {`{"code": "COMMISSION"`, `{"provider": "omega", "code": "COMMISSION"`, "terms[0].provider", "not in providers"},
		"term for a product":   {`{"code": "COMMISSION"`, `{"product": "A-50", "code": "COMMISSION"`, "terms[0].product", "not known"},
		"term kind":            {`"kind": "COMMISSION"`, `"kind": "SWITCH_FEE"`, "terms[0].kind", "COMMISSION"},
		"term for no work":     {`["PROVISION"]`, `[]`, "terms[0].appliesTo", "empty"},
		"term for a void":      {`["PROVISION"]`, `["VOID"]`, "terms[0].appliesTo[0]", "PROVISION"}, // it settles nothing, and its rule could not be stored
		"term for a look-up":   {`["PROVISION"]`, `["PROVISION", "LOOKUP"]`, "terms[0].appliesTo[1]", "REDEMPTION"},
		"a rate over the sale": {`"rateBp": 350`, `"rateBp": 10001`, "terms[0].rateBp", "350 is 3.5 %"},
		"a negative rate":      {`"rateBp": 350`, `"rateBp": -1`, "terms[0].rateBp", "350 is 3.5 %"},
		"tax mode":             {`"EXCLUSIVE"`, `"INCLUSIVE"`, "terms[0].taxMode", "NONE"},
		"tax of no mode":       {`"EXCLUSIVE"`, `"NONE"`, "terms[0].taxRateBp", "leave it out"},

		"client with a colon":    {`"id": "90000101", "name"`, `"id": "9:1", "name"`, "clients[0].id", "colon"},
		"messaging":              {`"mode": "dual"`, `"mode": "both"`, "clients[0].mode", "single"},
		"negative rate":          {`"mode": "dual"`, `"mode": "dual", "rate": -1`, "clients[0].rate", "no limit"},
		"negative burst":         {`"mode": "dual"`, `"mode": "dual", "burst": -1`, "clients[0].burst", "negative"},
		"negative calls at once": {`"mode": "dual"`, `"mode": "dual", "maxInFlight": -1`, "clients[0].maxInFlight", "no limit"},
		"way to sign in":         {`"oauth2"`, `"pigeon"`, "clients[0].auth", "either"},
		"use of a certificate":   {`"also"`, `"never"`, "clients[0].certificateUse", "alone"},
		"one address":            {`203.0.113.0/24`, `203.0.113.7`, "clients[0].addresses[0]", "/32"},
		"address in a network":   {`203.0.113.0/24`, `203.0.113.7/24`, "clients[0].addresses[0]", "network"},
		"fingerprint":            {`"AA:BB:CC:`, `"BB:CC:`, "clients[0].certificates[0].fingerprint", "64 hexadecimal"},
		"end of a certificate":   {`"2027-03-31"`, `"31 March"`, "clients[0].certificates[0].notAfter", "2027-03-31"},
		"nameless certificate":   {`"name": "till proxy", `, ``, "clients[0].certificates[0].name", "missing"},
		"certificate twice":      {`"certificates": [`, `"certificates": [{"name": "x", "notAfter": "2027-03-31", "fingerprint": "aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899"}, `, "clients[0].certificates[1].fingerprint", "[0]"},
		"no fingerprint":         {sound[strings.Index(sound, `"certificates"`):strings.Index(sound, `}],`+"\n"+`  "hummMerchants"`)], `"certificates": []`, "clients[0].certificates", "empty"},
		"seller of nobody":       {`"client": "90000101"`, `"client": "90000102"`, "hummMerchants[0].client", "not in clients"},
		"country of the seller":  {`"country": "AU"`, `"country": "aus"`, "hummMerchants[0].country", "capital letters"},

		"password as credential":   {`"env:ALPHA_PASSWORD"`, `"` + secret + `"`, "providers[0].credential", "env:NAME"},
		"password of a client":     {`"file:/run/secrets/karoo"`, `"` + secret + `"`, "clients[0].credential", "file:PATH"},
		"password in an option":    {`"accountNumber": "1234-5678"`, `"password": "` + secret + `"`, "providers[0].options.password", "passwordSecret"},
		"secret that names none":   {`"accountNumber": "1234-5678"`, `"apiSecret": "` + secret + `"`, "providers[0].options.apiSecret", "env:NAME"},
		"deep in an option":        {`"accountNumber": "1234-5678"`, `"redemption": [{"hashKey": "` + secret + `"}]`, "providers[0].options.redemption[0].hashKey", "hashKeySecret"},
		"a key by its look":        {`"accountNumber": "1234-5678"`, `"account": "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA"`, "providers[0].options.account", "looks like a secret"},
		"a hexadecimal key":        {`"accountNumber": "1234-5678"`, `"account": "9f86d081884c7d659a2feaa0c55ad015"`, "providers[0].options.account", "looks like a secret"},
		"a header":                 {`"accountNumber": "1234-5678"`, `"authorization": "Basic aGk6aG8="`, "providers[0].options.authorization", "looks like a secret"},
		"a private key":            {`"accountNumber": "1234-5678"`, `"pem": "-----BEGIN PRIVATE KEY----- x"`, "providers[0].options.pem", "looks like a secret"},
		"a token":                  {`"description": "Alpha R50"`, `"description": "eyJhbGciOiJIUzI1NiJ9.e30.abc"`, "products[0].description", "looks like a secret"},
		"a password in an address": {`https://alpha.example.invalid/suv`, `https://karoo:` + secret + `@alpha.example.invalid/suv`, "providers[0].baseUrl", "looks like a secret"},
		"a user in an address":     {`https://alpha.example.invalid/suv`, `https://karoo@alpha.example.invalid/suv`, "providers[0].baseUrl", "user and credential"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, sound, x.old, "the test changes nothing")
			_, err := Read(strings.NewReader(strings.Replace(sound, x.old, x.new, 1)), "serviceinterface", "giftcardclient")
			require.Error(t, err)
			assert.True(t, apperr.Is(err, apperr.Invalid))
			found := problems(t, err)
			i := 0
			for i < len(found) && found[i].Path != x.path {
				i++
			}
			require.Less(t, i, len(found), "no problem at %q: %v", x.path, err)
			assert.Contains(t, found[i].Message, x.says)
			assert.NotContains(t, err.Error(), secret)
		})
	}
}

func problems(t *testing.T, err error) Problems {
	t.Helper()
	var p Problems
	require.True(t, errors.As(err, &p), "%v", err)
	return p
}

func TestAllProblemsAtOnceByPlace(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer(`"redeem": true`, `"redeem": 1`, `"AU"`, `"Australia"`, `"rateBp": 350`, `"rateBp": 99999`, `"product": "A-50"`, `"product": "nothing"`,
		`"user": "90000099"`, `"username": "90000099"`, `"price": 5000`, `"price": -1`).Replace(sound)
	_, err := Read(strings.NewReader(text))
	var paths []string
	for _, p := range problems(t, err) {
		paths = append(paths, p.Path)
	}
	want := []string{"hummMerchants[0].country", "products[0].price", "providers[0].profile.redeem", "providers[1].username", "routes[0].product", "terms[0].rateBp"}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Error(diff)
	}
	assert.Equal(t, 7, strings.Count(err.Error(), "\n")+1, "one line each below the head: %v", err)
}

func TestAMistakeHasNoConsequences(t *testing.T) {
	t.Parallel()
	_, err := Read(strings.NewReader(strings.Replace(sound, `{"id": "A-50", "provider": "alpha", "description": "Alpha R50", "currency": "710", "price": 5000}`, `"A-50"`, 1)))
	found := problems(t, err)
	require.Equal(t, "products[0]", found[0].Path)
	for _, p := range found {
		assert.NotContains(t, p.Path, "products[0].", "what the mistake hides is no mistake of its own")
	}
}

func TestTooLargeAndUnreadable(t *testing.T) {
	t.Parallel()
	_, err := Read(bytes.NewReader(make([]byte, maxBytes+1)))
	assert.ErrorContains(t, err, "16 MiB")
	_, err = Read(failing{})
	assert.True(t, apperr.Is(err, apperr.Unavailable))
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

// What only looks random must not be refused.
func TestHarmlessValues(t *testing.T) {
	t.Parallel()
	for _, harmless := range []string{
		"", "1234567890123456789012345678", "9a5d0c4e-6f7b-4d3a-8c21-5b0e7f2d9a64", "Karoo Fresh Stores 2026 Limited", "https://a.example.invalid/Path/With9Digits",
		"/webapi/V1/ProcessAuthorisation2", "env:SIGNALBOX_FLASH_PASSWORD_2", "file:/run/secrets/Flash9Key", "electronic-voucher-of-2026", "abcdefghijklmnopqrstuvwxyz",
	} {
		assert.False(t, looksSecret(harmless), harmless)
	}
}

// fakeStore is a database that may have been set up before.
type fakeStore struct {
	done   bool
	err    error
	file   File
	hashes map[string]string
}

func (f *fakeStore) Configured(context.Context) (bool, error) { return f.done, f.err }

func (f *fakeStore) Install(_ context.Context, file File, hashes map[string]string) (bool, error) {
	f.file, f.hashes = file, hashes
	return true, nil
}

func TestApply(t *testing.T) {
	t.Parallel()
	f, err := Read(strings.NewReader(sound))
	require.NoError(t, err)
	passwords := Passwords{
		Secret: func(name string) string {
			return map[string]string{"file:/run/secrets/karoo": "three quiet signals"}[name]
		},
		Hash: func(password string) (string, error) { return "hash of " + password, nil },
	}
	store := &fakeStore{}
	done, err := Apply(t.Context(), store, f, passwords)
	require.NoError(t, err)
	assert.True(t, done)
	assert.Equal(t, map[string]string{"90000101": "hash of three quiet signals"}, store.hashes)
	assert.Len(t, store.file.Providers, 2)

	passwords.Secret = func(string) string { return "" }
	_, err = Apply(t.Context(), &fakeStore{}, f, passwords)
	assert.Equal(t, "clients[0].credential", problems(t, err)[0].Path)
	assert.Contains(t, err.Error(), "console client rotate --id 90000101")

	done, err = Apply(t.Context(), &fakeStore{done: true}, f, passwords)
	require.NoError(t, err, "a database that was set up before asks for no secret")
	assert.False(t, done)

	_, err = Apply(t.Context(), &fakeStore{err: errors.New("down")}, f, passwords)
	assert.Error(t, err)
	_, err = Apply(t.Context(), &fakeStore{}, f, Passwords{})
	assert.True(t, apperr.Is(err, apperr.Internal))
	passwords = Passwords{Secret: func(string) string { return "x" }, Hash: func(string) (string, error) { return "", errors.New("no memory") }}
	_, err = Apply(t.Context(), &fakeStore{}, f, passwords)
	assert.ErrorContains(t, err, "clients[0].credential")
}

// The explanation of the routes must say what the switch does: they are compared over every question.
func TestAskAgreesWithTheSwitch(t *testing.T) {
	t.Parallel()
	words := []string{"", "A", "B"}
	var all []Route
	for _, service := range []string{"VOUCHER", "GIFTCARD"} {
		for _, product := range words {
			for _, receiver := range words {
				for _, prefix := range []string{"", "60", "6017"} {
					all = append(all, Route{Service: service, Product: product, Receiver: receiver, CardPrefix: prefix})
				}
			}
		}
	}
	ids := []string{"one", "two", "off"}
	dice := rand.New(rand.NewPCG(7, 7))
	for range 60 {
		f := File{Institution: Institution{ID: "1"}, Products: []Product{{ID: "A", Provider: "one"}}}
		for _, id := range ids {
			f.Providers = append(f.Providers, Provider{ID: id, Disabled: id == "off"})
		}
		var views []RouteView
		for _, i := range dice.Perm(len(all))[:dice.IntN(8)] {
			r := all[i]
			r.Provider = ids[dice.IntN(len(ids))]
			f.Routes = append(f.Routes, r)
			views = append(views, RouteView{Route: r, ProviderOff: r.Provider == "off"})
		}
		directory := switchcore.NewDirectory(f.Directory())
		for _, q := range all {
			number := q.CardPrefix
			want, refusal := directory.RouteOf(switchcore.RouteQuery{Service: transactions.Service(q.Service), ProductID: q.Product, ReceiverID: q.Receiver, CardNumber: number})
			got := Ask(Question{Service: q.Service, Product: q.Product, Receiver: q.Receiver, CardNumber: number}, views, q.Product == "A")
			if refusal != "" {
				require.Nil(t, got.Chosen, "%+v of %+v", q, views)
				require.True(t, strings.HasPrefix(got.Refused, refusal+":"), "%s for %s", got.Refused, refusal)
				continue
			}
			require.NotNil(t, got.Chosen, "%+v of %+v", q, views)
			require.Equal(t, want.ID, got.Chosen.Provider, "%+v of %+v", q, views)
			require.Empty(t, got.Refused)
			marked := 0
			for _, v := range got.Verdicts {
				require.NotEmpty(t, v.Why)
				require.Equal(t, q.Service, v.Route.Service)
				if v.Chosen {
					marked++
				}
			}
			require.Equal(t, 1, marked)
		}
	}
}

// The example is complete: everything that the product knows of stands in it, and it is read without a word.
func TestTheExampleIsReadable(t *testing.T) {
	t.Parallel()
	file, err := os.Open("../../docs/providers.example.json")
	require.NoError(t, err)
	defer file.Close()
	f, err := Read(file, "serviceinterface", "giftcardclient", "flash", "ott", "yoyo", "blu", "humm")
	require.NoError(t, err)
	var ids []string
	for _, p := range f.Providers {
		ids = append(ids, p.ID)
		assert.Contains(t, p.BaseURL, ".invalid", "an example must reach nobody")
	}
	for _, id := range []string{"stellr", "netcare", "lottostar", "hollywoodbets", "supabets", "betway", "ott", "yoyo", "blu", "flash", "giftcards", "humm"} {
		assert.Contains(t, ids, id)
	}
	assert.Len(t, ids, 12)
	assert.NotEmpty(t, f.Terms)
	assert.NotEmpty(t, f.HummMerchants)
	modes := map[string]bool{}
	for _, c := range f.Clients {
		modes[c.Mode] = true
	}
	assert.Len(t, modes, 2)
	text, err := json.Marshal(f)
	require.NoError(t, err)
	again, err := Read(bytes.NewReader(text))
	require.NoError(t, err, "what was read can be written and read again")
	assert.Empty(t, cmp.Diff(f, again))
}
