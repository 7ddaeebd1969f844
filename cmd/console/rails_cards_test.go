package main

import (
	"encoding/csv"
	"net/http"
	"os"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// newcomer is a client that nobody knows yet: the sandbox takes it in with the password it comes with, so that each test has
// books of its own.
func (s *sandboxProcess) newcomer() *till {
	l := newTill(s)
	l.id, l.name, l.password = "R-"+uuid.NewString()[:13], "Rails Stores", "the password of "+uuid.NewString()
	return l
}

// plastic is a card as its holder sees it.
type plastic struct{ pan, expiry, pin string }

// plainCards are the valid cards without a PIN of the issuer's own file. Each client of the sandbox has all of them new.
func plainCards(t testing.TB) (list []plastic) {
	t.Helper()
	file, err := os.Open("../../internal/simulator/giftcards/seed/cards.csv")
	require.NoError(t, err)
	defer func() { _ = file.Close() }() // only read
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	for _, row := range rows {
		if row[1] >= "4000" && row[2] == "" && row[3] == "" {
			list = append(list, plastic{pan: row[0], expiry: row[1]})
		}
	}
	require.Greater(t, len(list), 10)
	return list
}

func (c plastic) message() message {
	m := message{"pan": c.pan, "expiryDate": c.expiry}
	if c.pin != "" {
		m["clearPin"] = c.pin
	}
	return m
}

// cardRequest is a message about one card; an amount is sent as a quoted number, as old tills do.
func (l *till) cardRequest(c plastic, amount string) message {
	m := l.request().with("amounts", nil).with("card", c.message())
	if amount != "" {
		m = m.with("amounts", message{"requestAmount": message{"amount": amount, "currency": "710"}})
	}
	return m
}

func (l *till) activation(c plastic, product, amount string) message {
	return l.cardRequest(c, amount).with("product", message{"id": product})
}

// between is a message about two cards.
func (l *till) between(first string, from plastic, second string, to plastic, amount string) message {
	return l.cardRequest(from, amount).with("card", nil).with(first, from.message()).with(second, to.message())
}

const cardBase = "/giftcard/v3"

// cardPath is where a request, or with an advice its confirmation or reversal, is posted.
func cardPath(resource string, request message, advice ...string) string {
	path := cardBase + "/" + resource + "/" + request.id()
	if len(advice) == 2 {
		path += "/" + advice[0] + "/" + advice[1]
	}
	return path
}

// card sends a request about a card.
func (l *till) card(t testing.TB, status int, errorType, resource string, m message) answer {
	t.Helper()
	return l.must(t, status, errorType, cardPath(resource, m), m)
}

// confirmCard sends the confirmation of a request.
func (l *till) confirmCard(t testing.TB, resource string, request message) answer {
	t.Helper()
	a := l.advice(request.id())
	return l.must(t, http.StatusAccepted, "", cardPath(resource, request, "confirmations", a.id()), a)
}
