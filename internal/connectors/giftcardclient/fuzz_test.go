package giftcardclient

import (
	"net/http"
	"strings"
	"testing"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// FuzzRead gives any answer to any call: it ends in a class of its kind, approves only what names our id, and keeps no PIN.
func FuzzRead(f *testing.F) {
	for _, body := range []string{approvedBody, `{"id":"` + wireRef + `"}`, `{"errorType":"GENERAL_ERROR","errorMessage":"x"}`, `{"id":{}}`, "[[[[", "\xff"} {
		for _, status := range []int{201, 202, 400, 404, 500} {
			f.Add(status, body, uint8(0))
			f.Add(status, body, uint8(5))
		}
	}
	c := newConnector(f, "https://cards.example")
	kinds := []transactions.AttemptKind{transactions.AttemptRequest, transactions.AttemptLookup, transactions.AttemptConfirm, transactions.AttemptReverse}
	ops := []transactions.Operation{transactions.Activation, transactions.Load, transactions.Redemption, transactions.Void, transactions.Transfer, transactions.Replace}
	f.Fuzz(func(t *testing.T, status int, body string, which uint8) {
		kind, op := kinds[int(which)%len(kinds)], ops[int(which)/len(kinds)%len(ops)]
		if kind == transactions.AttemptLookup {
			op = transactions.Lookup
		}
		got := c.Read(callOf(kind, op), answer(status, body))
		advice := kind == transactions.AttemptConfirm || kind == transactions.AttemptReverse
		settled := got.Class == switchcore.ClassDone || got.Class == switchcore.ClassRefused || got.Class == switchcore.ClassRepeat
		if settled != advice {
			t.Fatalf("%s was read as class %d", kind, got.Class)
		}
		if got.Class == switchcore.ClassApproved {
			if status != http.StatusOK && status != http.StatusCreated && status != http.StatusAccepted {
				t.Fatalf("approved: %d %s", status, body)
			}
			if !strings.Contains(strings.ToLower(body), wireRef) && !strings.Contains(body, `\u`) {
				t.Fatalf("approved without our id: %s", body)
			}
		}
	})
}
