package main

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
)

// What each of the ten providers can do (providers.md 2), seen from the till. What one cannot do is a hard decline; an
// advice that it does not take is accepted and ends CONSUMED here.
func TestTenProviders(t *testing.T) {
	t.Parallel()
	s := begin(t, place(t), "--fresh")
	db := s.open(t)
	const (
		yes  = ""
		no   = "FUNCTION_NOT_SUPPORTED"
		sent = "ACKED"
		own  = "CONSUMED"
	)
	for _, p := range []struct {
		product, receiver, name       string
		retry, lookup, redeem, refund string
		confirmation, reversal        string
	}{
		{"STL-50", "90000021", "Stellr", no, no, no, no, own, own},
		{"NET-420", "90000022", "Netcare", no, yes, yes, yes, sent, sent},
		{"LOT-50", "90000023", "Lottostar", yes, no, no, no, sent, sent},
		{"HWB-50", "90000024", "Hollywoodbets", yes, no, no, no, sent, sent},
		{"SUP-50", "90000025", "Supabets", yes, no, no, no, sent, sent},
		{"BET-50", "90000030", "Betway", yes, no, no, no, sent, sent},
		{"OTT-VAR", "90000026", "OTT", yes, yes, yes, no, sent, sent},
		{"YOY-VAR", "90000027", "Yoyo", yes, yes, yes, no, own, sent},
		{"BLU-VAR", "90000028", "Blu Voucher", no, yes, yes, no, own, own},
		{"FLA-VAR", "90000029", "Flash", yes, yes, yes, yes, own, sent},
	} {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			l := newTill(s)
			sale := func() message {
				m := l.sale(p.product, p.receiver, p.name)
				if p.product == "NET-420" {
					return m.with("amounts", nil) // its price is not the R 50 of the others
				}
				return m
			}
			kept, undone := sale(), sale()
			code := l.bought(t, kept).body.Voucher.Code
			l.bought(t, undone)
			status := func(errorType string) int {
				if errorType == "" {
					return http.StatusCreated
				}
				return http.StatusBadRequest
			}
			l.must(t, status(p.retry), p.retry, "/vouchers/"+kept.id()+"/retry", kept)
			l.must(t, http.StatusAccepted, "", "/vouchers/confirmations", l.confirmation(kept.id()))
			l.must(t, http.StatusAccepted, "", "/vouchers/reversals", l.reversal(undone.id()))
			require.Equal(t, p.confirmation, endOfAdvice(t, db, kept.id()), "confirmation")
			require.Equal(t, p.reversal, endOfAdvice(t, db, undone.id()), "reversal")

			found := l.send(http.MethodGet, "/vouchers?voucherCode="+url.QueryEscape(code), nil)
			require.Equal(t, p.lookup, found.body.ErrorType, "look-up: %s", found)
			spend := func() message { return l.request().with("voucher", message{"code": code}) }
			spent := spend()
			l.must(t, status(p.redeem), p.redeem, "/redemptions", spent)
			if p.redeem == no {
				return // and nothing is there to refund
			}
			l.must(t, http.StatusAccepted, "", "/redemptions/confirmations", l.advice(spent.id()))
			l.must(t, status(p.refund), p.refund, "/refunds", spend())
		})
	}
}

// endOfAdvice waits for the state in which the one stored message of a request comes to rest.
func endOfAdvice(t *testing.T, db *postgres.DB, request string) (state string) {
	t.Helper()
	require.Eventually(t, func() bool {
		err := db.Pool.QueryRow(t.Context(), `select s.state from saf_entries s join transactions t on t.id = s.transaction_id
  where t.request_id = $1 and s.state not in ('QUEUED', 'LEASED')`, request).Scan(&state)
		return err == nil
	}, 20*time.Second, 50*time.Millisecond, "the advice comes to rest")
	return state
}
