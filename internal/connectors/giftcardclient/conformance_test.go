package giftcardclient

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/api/giftcards"
	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	issuer "github.com/signalboxhq/signalbox/internal/simulator/giftcards"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const mount = "/giftcard/v3"

// played is an issuer with five cards that are good for ever and one article of 5.00.
func played(t testing.TB) *issuer.Issuer {
	t.Helper()
	cards, err := issuer.LoadCards(strings.NewReader(pan + ",9912,,\n" + otherPan + ",9912,,\n6000000000000000033,9912,,\n6000000000000000041,9912," + clearPin + ",\n6000000000000000058,9912,,\n"))
	require.NoError(t, err)
	products, err := issuer.LoadProducts(strings.NewReader("GIFT100,6001,por,500\n"))
	require.NoError(t, err)
	s, err := issuer.New(issuer.Config{Cards: cards, Products: products})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// script is the basketRef by which the simulator plays a scenario.
func script(s connectortest.Scenario) string {
	return map[connectortest.Scenario]string{
		connectortest.Decline: "sim:decline:CARD_BLOCKED", connectortest.UnknownCode: "sim:decline:WEATHER",
		connectortest.Silence: "sim:lost-answer", connectortest.Late: "sim:late-answer:100",
		connectortest.DuplicateAnswer: "sim:duplicate-answer", connectortest.Malformed: "sim:malformed",
		connectortest.OtherReference: "sim:other-id", connectortest.ServerError: "sim:error-500", connectortest.Reset: "sim:reset-after",
	}[s]
}

// till asks an issuer over the wire the way the switch does.
type till struct {
	t    testing.TB
	c    *Connector
	last *switchcore.Request
}

func newTill(t testing.TB, url string) *till { return &till{t: t, c: newConnector(t, url+mount)} }

func cardOf(number, more string) string {
	return `{"pan":"` + number + `","expiryDate":"9912"` + more + `}`
}

func minorUnits(minor int) string {
	return fmt.Sprintf(`"amounts":{"requestAmount":{"amount":"%d","currency":"710"}}`, minor)
}

func (k *till) call(op transactions.Operation, members string) switchcore.Call {
	call := request(k.t, op, members)
	call.WireRef = uuid.NewString()
	return call
}

func (k *till) ask(call switchcore.Call) switchcore.Result {
	k.t.Helper()
	k.last = call.Request
	m, err := k.c.Prepare(call)
	require.NoError(k.t, err)
	return k.c.Read(call, k.c.Send(context.Background(), m))
}

// answered renders the result the way the channel API does.
func (k *till) answered(r switchcore.Result) string {
	k.t.Helper()
	require.Equal(k.t, switchcore.ClassApproved, r.Class, r.Words)
	out := giftcards.RequestRenderer(k.last)(switchcore.Reply{Kind: switchcore.ReplyApproved, Approval: &switchcore.Approval{Members: r.Members}})
	require.Equal(k.t, 201, out.Status)
	return string(out.Body)
}

// balances gives "book/available" of an answer.
func balances(body string) string {
	text := func(name string) string { return string(jsonedit.Member([]byte(body), "amounts", name, "amount")) }
	return text("balanceAmount") + "/" + text("availableBalance")
}

func (k *till) advise(of switchcore.Call, kind transactions.AttemptKind, list string) switchcore.Result {
	k.t.Helper()
	of.Kind, of.Request = kind, nil
	of.Advice = &switchcore.Advice{ID: uuid.NewString(), Time: "2031-02-03T04:06:00.000Z", Identifiers: list}
	of.EntryID = of.Advice.ID
	return k.ask(of)
}

const (
	confirm = transactions.AttemptConfirm
	reverse = transactions.AttemptReverse
)

// activated makes a card ready for money: 5.00 are on it.
func (k *till) activated(number string) {
	k.t.Helper()
	call := k.call(transactions.Activation, `"card":`+cardOf(number, "")+`,"product":{"id":"GIFT100"}`)
	r := k.ask(call)
	require.Equal(k.t, switchcore.ClassApproved, r.Class, r.Words)
	require.Equal(k.t, switchcore.ClassDone, k.advise(call, confirm, r.Identifiers).Class)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	provider := played(t)
	srv := httptest.NewServer(provider)
	t.Cleanup(srv.Close)
	newTill(t, srv.URL).activated(pan)
	connectortest.RunCards(t, connectortest.Fixture{
		Provider: provider, Base: mount,
		Connect: func(t testing.TB, base string) switchcore.Connector { return newConnector(t, base) },
		Provision: func(t testing.TB, ref string, s connectortest.Scenario) switchcore.Call {
			basket := ""
			if hint := script(s); hint != "" {
				basket = `,"basketRef":"` + hint + `"`
			}
			call := request(t, transactions.Load, `"card":`+cardOf(pan, `,"clearPin":"`+clearPin+`"`)+`,`+minorUnits(100)+basket)
			call.WireRef = ref
			return call
		},
		// the interface tells a refusal by its status, whatever the word (common.md 7)
		Want: map[connectortest.Scenario]switchcore.Class{connectortest.UnknownCode: switchcore.ClassDeclined},
	})
}

// TestCardLife takes cards through every operation of the interface.
func TestCardLife(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(played(t))
	t.Cleanup(srv.Close)
	k := newTill(t, srv.URL)
	look := func(number string) string {
		t.Helper()
		return balances(k.answered(k.ask(k.call(transactions.Lookup, `"card":{"pan":"`+number+`"}`))))
	}
	use := func(op transactions.Operation, number, pin string, minor int) (switchcore.Call, switchcore.Result) {
		t.Helper()
		call := k.call(op, `"card":`+cardOf(number, pin)+`,`+minorUnits(minor))
		return call, k.ask(call)
	}

	// given a card that was activated with 5.00
	k.activated(pan)
	require.Equal(t, "500/500", look(pan))

	// when it is loaded, the money is there after the confirmation
	load, r := use(transactions.Load, pan, "", 1000)
	require.Equal(t, "1500/500", balances(k.answered(r)))
	require.Equal(t, int64(1000), r.ApprovedAmount.Minor)
	require.Equal(t, int64(1500), r.BalanceAmount.Minor)
	require.NotEmpty(t, r.Words.Ref)
	require.Equal(t, switchcore.ClassDone, k.advise(load, confirm, r.Identifiers).Class)
	require.Equal(t, "1500/1500", look(pan))
	refused := k.advise(load, reverse, r.Identifiers)
	require.Equal(t, switchcore.ClassRefused, refused.Class)
	require.Equal(t, "TRANSACTION_NOT_SUPPORTED", refused.Words.Code)

	// and redeemed: too much, then some of it, taken back, then for good
	_, r = use(transactions.Redemption, pan, "", 9999)
	require.Equal(t, "INSUFFICIENT_FUNDS", r.ErrorType)
	_, r = use(transactions.Redemption, pan, `,"clearPin":"`+clearPin+`"`, 100)
	require.Equal(t, "INCORRECT_PIN", r.ErrorType)
	require.NotContains(t, r.Words.Message, clearPin)
	sale, r := use(transactions.Redemption, pan, "", 700)
	require.Equal(t, "800/800", balances(k.answered(r)))
	require.Equal(t, switchcore.ClassDone, k.advise(sale, reverse, r.Identifiers).Class)
	sale, r = use(transactions.Redemption, pan, "", 300)
	require.Equal(t, switchcore.ClassDone, k.advise(sale, confirm, r.Identifiers).Class)
	require.Equal(t, "1200/1200", look(pan))

	// and its money goes to another card, and from there to a new one
	k.activated(otherPan)
	move := k.call(transactions.Transfer, `"sourceCard":`+cardOf(pan, "")+`,"targetCard":`+cardOf(otherPan, "")+`,`+minorUnits(200))
	r = k.ask(move)
	require.Equal(t, "1000/1000", balances(k.answered(r)))
	require.Equal(t, switchcore.ClassDone, k.advise(move, confirm, r.Identifiers).Class)
	require.Equal(t, "700/700", look(otherPan))
	swap := k.call(transactions.Replace, `"oldCard":`+cardOf(otherPan, "")+`,"newCard":`+cardOf("6000000000000000033", ""))
	r = k.ask(swap)
	require.Equal(t, switchcore.ClassApproved, r.Class, r.Words)
	require.Equal(t, switchcore.ClassDone, k.advise(swap, confirm, r.Identifiers).Class)
	require.Equal(t, "700/700", look("6000000000000000033"))

	// and a void, which shows the article, ends it; an open load cannot be taken back any more
	open, opened := use(transactions.Load, pan, "", 50)
	void := k.call(transactions.Void, `"card":`+cardOf(pan, ""))
	r = k.ask(void)
	require.Contains(t, k.answered(r), `"product":{"id":"GIFT100","barcode":"6001","type":"por"}`)
	refused = k.advise(open, reverse, opened.Identifiers)
	require.Equal(t, switchcore.ClassRefused, refused.Class)
	require.Equal(t, "CARD_VOIDED", refused.Words.Code)
	require.Equal(t, switchcore.ClassDone, k.advise(void, confirm, r.Identifiers).Class)
	_, r = use(transactions.Load, pan, "", 1)
	require.Equal(t, "CARD_VOIDED", r.ErrorType)

	// what never came can be reversed, not confirmed
	never := k.call(transactions.Load, `"card":`+cardOf(pan, "")+`,`+minorUnits(1))
	r = k.advise(never, confirm, "")
	require.Equal(t, switchcore.ClassRefused, r.Class)
	require.True(t, r.Alarm)
	r = k.advise(never, reverse, "")
	require.Equal(t, switchcore.ClassDone, r.Class)
	require.True(t, r.NotFound)
	require.Equal(t, switchcore.ClassDeclined, k.ask(never).Class, "the issuer remembers the reversal")

	// a message of ours that the issuer has already is no refusal
	again := k.call(transactions.Lookup, `"card":{"pan":"`+pan+`"}`)
	k.answered(k.ask(again))
	require.Equal(t, switchcore.ClassUnknown, k.ask(again).Class)
}

// TestPINReachesTheIssuer: an activation sets it, a redemption needs it.
func TestPINReachesTheIssuer(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(played(t))
	t.Cleanup(srv.Close)
	k := newTill(t, srv.URL)
	const number = "6000000000000000041"
	k.activated(number)
	for pin, class := range map[string]switchcore.Class{
		`,"clearPin":"00001"`: switchcore.ClassDeclined, ``: switchcore.ClassDeclined, `,"clearPin":"` + clearPin + `"`: switchcore.ClassApproved,
		`,"pin":{"type":"CLEAR_PIN","pin":"` + clearPin + `"}`: switchcore.ClassApproved,
	} {
		r := k.ask(k.call(transactions.Redemption, `"card":`+cardOf(number, pin)+`,`+minorUnits(10)))
		require.Equal(t, class, r.Class, pin)
		if class == switchcore.ClassApproved {
			require.NotContains(t, k.answered(r), clearPin)
		}
	}
}

// TestSigningIn: Basic with our own name, or with the client's where the provider is played.
func TestSigningIn(t *testing.T) {
	t.Parallel()
	var seen []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(srv.Close)
	k := newTill(t, srv.URL)
	call := k.call(transactions.Void, `"card":`+cardOf(pan, ""))
	got := k.ask(call)
	require.Equal(t, switchcore.ClassDeclined, got.Class)
	require.True(t, got.Alarm)
	call.Provider.Profile.ActAsClient = true
	got = k.advise(call, reverse, "")
	require.Equal(t, switchcore.ClassRepeat, got.Class)
	require.True(t, got.Alarm)
	basic := func(name string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
	}
	require.Equal(t, []string{basic(user), basic("shop")}, seen)
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	secret := func() string { return password }
	for name, cfg := range map[string]Config{
		"no address":  {User: user, Password: secret},
		"no user":     {Config: wire.Config{BaseURL: "https://cards.example"}, Password: secret},
		"colon":       {Config: wire.Config{BaseURL: "https://cards.example"}, User: "a:b", Password: secret},
		"no password": {Config: wire.Config{BaseURL: "https://cards.example"}, User: user},
		"credentials": {Config: wire.Config{BaseURL: "https://u:" + password + "@cards.example"}, User: user, Password: secret},
		"oauth2":      {Config: wire.Config{BaseURL: "https://cards.example"}, User: user, Options: Options{Auth: "oauth2"}},
		"other auth":  {Config: wire.Config{BaseURL: "https://cards.example"}, User: user, Password: secret, Options: Options{Auth: "magic"}},
	} {
		_, err := New(cfg)
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), password)
	}
	_, err := ParseOptions(`{"surprise":1}`)
	require.Error(t, err)
}
