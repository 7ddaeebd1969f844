package giftcardclient

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/api/giftcards"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	wireRef  = "0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b"
	adviceID = "5e1f0000-0000-4000-8000-00000000000a"
	clientID = "5d0a7b11-6c22-4e33-8f44-9a55bb66cc77" // the id that the client gave its message
	user     = "90000009"
	password = "pw-canary-77881122"

	pan      = "6000000000000000017"
	otherPan = "6000000000000000025"
	clearPin = "83917"
	pinBlock = "A1B2C3D4E5F60718"
)

func provider() switchcore.Provider {
	return switchcore.Provider{
		ID: "cards", User: user,
		Receiver:   switchcore.Institution{ID: "90000020", Name: "Demo Cards"},
		Settlement: switchcore.Institution{ID: "90000040", Name: "Sandbox Settlement"},
		Profile:    switchcore.Profile{Cards: true, Lookup: true},
	}
}

func callOf(kind transactions.AttemptKind, op transactions.Operation) switchcore.Call {
	return switchcore.Call{Kind: kind, Service: transactions.GiftCard, Operation: op, ClientID: "shop", WireRef: wireRef, Provider: provider()}
}

func with(call switchcore.Call, change func(*switchcore.Call)) switchcore.Call {
	change(&call)
	return call
}

const base = `"time":"2031-02-03T04:05:06.007Z","originator":{"institution":{"id":"90000001","name":"Corner Shop"},"terminalId":"till0007",` +
	`"merchant":{"merchantType":"5411","merchantId":"cornershop00001","merchantName":{"name":"Corner Shop","city":"Durban","region":"KZ","country":"ZA"}}},` +
	`"client":{"id":"90000002","name":"Kiosk Net"},"thirdPartyIdentifiers":[{"institutionId":"90000001","transactionIdentifier":"T-1"}]`

const (
	withPins    = `{"pan":"` + pan + `","expiryDate":"3512","clearPin":"` + clearPin + `","encryptedPin":"` + pinBlock + `","pin":{"type":"CLEAR_PIN","pin":"` + clearPin + `"}}`
	amountsSent = `"amounts":{"requestAmount":{"amount":"25000","currency":"710"}}`
)

// requestOf makes a request the way the channel API does.
func requestOf(t testing.TB, op transactions.Operation, members string) *switchcore.Request {
	t.Helper()
	req, err := giftcards.DecodeRequest(op, []byte(`{"id":"`+clientID+`",`+base+`,`+members+`}`))
	require.NoError(t, err)
	return req
}

func smallest(op transactions.Operation) string {
	switch op {
	case transactions.Activation:
		return `"card":` + withPins + `,"product":{"id":"GIFT100"}`
	case transactions.Load, transactions.Redemption:
		return `"card":` + withPins + `,` + amountsSent
	case transactions.Transfer:
		return `"sourceCard":` + withPins + `,"targetCard":{"pan":"` + otherPan + `"},` + amountsSent
	case transactions.Replace:
		return `"oldCard":` + withPins + `,"newCard":{"pan":"` + otherPan + `"}`
	}
	return `"card":` + withPins
}

func newConnector(t testing.TB, base string) *Connector {
	t.Helper()
	c, err := New(Config{Config: wire.Config{BaseURL: base}, User: user, Password: func() string { return password }})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}
