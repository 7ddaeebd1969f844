package yoyo

import (
	"net/http"
	"testing"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// FuzzRead gives any answer to any call: no panic, nothing approved but by 200 to 202, and an advice is never read as a request.
func FuzzRead(f *testing.F) {
	for _, body := range []string{soldBody, dealBody, emptyList, refusal1, paidBody, listing(itemBody), past("F", ""), `{"responseCode":{}}`, "[[[[", "\xff"} {
		for _, status := range []int{200, 400, 401, 500} {
			for which := range uint8(8) {
				f.Add(status, body, which)
			}
		}
	}
	c := connect(f, "https://yoyo.example")
	calls := []switchcore.Call{
		sale(5000), retry(0), step(sale(5000), stepList), redemption(4000), callOf(transactions.AttemptLookup, transactions.Lookup),
		advice(transactions.Provision, transactions.AttemptReverse), advice(transactions.Redemption, transactions.AttemptConfirm), advice(transactions.Redemption, transactions.AttemptReverse),
	}
	f.Fuzz(func(t *testing.T, status int, body string, which uint8) {
		call := calls[int(which)%len(calls)]
		got := c.Read(call, switchcore.Answer{Sent: true, Status: status, Body: []byte(body)})
		if got.Class == switchcore.ClassApproved && (status < http.StatusOK || status > http.StatusAccepted) {
			t.Fatalf("approved: %d %s", status, body)
		}
		if call.Kind == transactions.AttemptConfirm || call.Kind == transactions.AttemptReverse {
			if got.Class == switchcore.ClassApproved || got.Class == switchcore.ClassDeclined {
				t.Fatalf("an advice was read as class %d", got.Class)
			}
		}
	})
}
