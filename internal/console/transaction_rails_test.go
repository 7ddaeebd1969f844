package console

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
)

// ended makes the sale's advice one of a kind that reached its end by the given messages.
func ended(x *monitoring.Case, kind saf.Kind, state saf.State, attempts ...transactions.Attempt) {
	e := &x.Entries[0]
	e.Kind, e.State, e.Attempts, e.UpdatedAt = kind, state, 1, at("14:03:30")
	x.Attempts = slices.DeleteFunc(x.Attempts, func(a transactions.Attempt) bool { return a.SAFID != uuid.Nil })
	for _, a := range attempts {
		a.ID, a.SAFID, a.No, a.State, a.HTTPStatus = uuid.New(), e.ID, 1, transactions.Answered, 200
		a.StartedAt, a.EndedAt = at("14:03:29"), at("14:03:30")
		x.Attempts = append(x.Attempts, a)
	}
	if kind == saf.Reverse {
		x.Transaction.Decision = transactions.Reverse
		x.Events[2].New = "REVERSE"
	}
}

func TestSentencesOfSeveralMessages(t *testing.T) {
	t.Parallel()
	v := components.Viewer{Zone: sast, Now: at("14:04:31")}
	const retried = "Approved 14:02:59 on the retry, after one 45 s time-out; reversed by the till 14:03:08; "
	for name, c := range map[string]struct {
		change func(*monitoring.Case)
		want   string
	}{
		"status check": {func(x *monitoring.Case) {
			x.Attempts[1].Kind, x.Entries, x.Transaction.Decision = transactions.AttemptLookup, nil, ""
		}, "Approved 14:02:59 by a status check, after one 45 s time-out; it waits for the till to confirm or reverse."},
		"new reference": {
			func(x *monitoring.Case) { x.Transaction.WireNo, x.Entries, x.Transaction.Decision = 1, nil, "" },
			"Approved 14:02:59 on the retry under a new reference, after one 45 s time-out; it waits for the till to confirm or reverse.",
		},
		"clean-up on its way": {func(x *monitoring.Case) {
			x.Transaction.Decision, x.Transaction.WireNo, x.Entries[0].Kind, x.Entries[0].Attempts = "", 1, saf.Cleanup, 0
		}, "Approved 14:02:59 on the retry under a new reference, after one 45 s time-out; it waits for the till to confirm or reverse, the clean-up is still queued and is due now."},
		"asked in vain": {func(x *monitoring.Case) {
			x.Attempts, x.Entries = x.Attempts[:2], nil
			x.Attempts[1].Kind, x.Attempts[1].Result = transactions.AttemptLookup, transactions.Unknown
			x.Transaction.Outcome, x.Transaction.Decision = transactions.Unknown, ""
		}, "Sent to Hollywoodbets 14:02:11 without a usable answer, not even to 1 status check; the outcome is not known: the switch reverses it at 14:17:58 unless the till retries or reverses before."},
		"receipt taken over": {func(x *monitoring.Case) {
			x.Transaction.Key = transactions.Key{Service: transactions.Humm, Operation: transactions.Receipt}
			x.Transaction.Decision, x.Transaction.Final, x.Entries[0].Kind = "", transactions.Completed, saf.Receipt
		}, "Received 14:02:11 and, without a usable answer of Hollywoodbets, taken over by the queue; the receipt is still queued after 4 attempts and is due now."},
		"compensated": {func(x *monitoring.Case) {
			x.Transaction.Key.Service, x.Entries[0].Service, x.Entries[0].Operation = transactions.Humm, transactions.Humm, transactions.Authorisation
			ended(x, saf.Reverse, saf.Acked, transactions.Attempt{Kind: transactions.AttemptResolve, Result: transactions.Unknown}, transactions.Attempt{Kind: transactions.AttemptReverse, Result: transactions.Success})
		}, retried + "Hollywoodbets gave the whole sum back 14:03:30 by an adjustment of the switch's own after 1 attempt."},
		"nothing to compensate": {func(x *monitoring.Case) {
			ended(x, saf.Reverse, saf.Acked, transactions.Attempt{Kind: transactions.AttemptResolve, Result: transactions.Success})
		}, retried + "a resolution 14:03:30 proved that there was nothing to undo at Hollywoodbets."},
		"cannot be undone": {func(x *monitoring.Case) {
			ended(x, saf.Reverse, saf.Consumed, transactions.Attempt{Kind: transactions.AttemptLookup, Result: transactions.Unknown, Detail: "VALUE_TAKEN"})
		}, retried + "a status check 14:03:30 found the effect at Hollywoodbets and no message that undoes it (value taken): a break is open."},
		"a plain end": {func(x *monitoring.Case) {
			ended(x, saf.Reverse, saf.Acked, transactions.Attempt{Kind: transactions.AttemptLookup, Result: transactions.Unknown, Detail: "FOUND"}, transactions.Attempt{Kind: transactions.AttemptReverse, Result: transactions.Success})
		}, retried + "Hollywoodbets acknowledged the reversal 14:03:30 after 1 attempt."},
		"an unanswered question": {func(x *monitoring.Case) {
			x.Transaction.Key.Operation, x.Transaction.Outcome, x.Transaction.Decision, x.Transaction.ErrorType = transactions.CreateKey, transactions.Failed, "", "UPSTREAM_UNAVAILABLE"
			x.Transaction.Final, x.Transaction.DeclinedBy, x.Entries, x.Attempts = transactions.FinalDeclined, transactions.ByProvider, nil, x.Attempts[:1]
		}, "Hollywoodbets gave no usable answer 14:02:59 with UPSTREAM_UNAVAILABLE; it asks for nothing that would have to be undone."},
	} {
		x := queuedSale()
		c.change(&x)
		got := explain(&x, monitoring.Gate{Requests: "closed", Advices: "closed"}, v).String()
		assert.Equal(t, c.want, strings.ReplaceAll(got, "\u00a0", " "), name)
	}
}

// labels lists facts as "label: value".
func labels(facts []components.Fact) (out []string) {
	for _, f := range facts {
		out = append(out, f.Label+": "+f.Text+f.ID)
	}
	return out
}

func TestGiftCardFacts(t *testing.T) {
	t.Parallel()
	x := queuedSale()
	x.Transaction.Key.Service, x.Transaction.Key.Operation = transactions.GiftCard, transactions.Transfer
	x.Traces[0].Body = `{"sourceCard":{"pan":"600873******3503","expiryDate":"4010"},"targetCard":{"pan":"600873******6805"}}`
	got := labels(railFacts(&x))
	assert.Equal(t, []string{"From card: 600873******3503", "To card: 600873******6805", "Product: HWB-ANY", "Merchant: till KFOB0007"}, got)
	assert.Equal(t, "Hollywoodbets gift card transfer, R\u00a0149.00", transactionTitle(&x))
	x.Traces = nil
	assert.Equal(t, []string{"Product: HWB-ANY", "Merchant: till KFOB0007"}, labels(railFacts(&x)), "messages that are gone take the number with them")
}

func TestVoucherFacts(t *testing.T) {
	t.Parallel()
	x := queuedSale()
	x.Transaction.Key.Operation = transactions.Redemption
	x.Change = &monitoring.Voucher{CodeMasked: "********9911", Serial: "S-2", State: "AVAILABLE", Balance: monitoring.Sum{Currency: "710", Minor: 5000}}
	facts := voucherFacts(&x)
	require.Len(t, facts, 2)
	assert.Equal(t, components.Fact{Label: "Change voucher", Text: "********9911", Mono: true, Note: "R\u00a050.00, available, serial S-2"}, facts[1])
	x.Transaction.Key.Operation = transactions.Refund
	assert.Equal(t, "New voucher", voucherFacts(&x)[1].Label)
}

// aRefund is an adjustment that a till sent and took back.
func aRefund() monitoring.Case {
	x := queuedSale()
	x.Transaction.Key = transactions.Key{ClientID: "karoo", Service: transactions.Humm, Operation: transactions.Adjustment, RequestID: "R-46"}
	x.Transaction.MerchantID, x.Transaction.TerminalID, x.Transaction.Currency = "30477001", "device-0268f738", "036"
	x.Traces[0].Body = `{"x_pos_transaction_ref":"R-46","x_purchase_ref":"S-12","x_device_id":"*"}`
	x.Traces = append(x.Traces, transactions.Trace{Leg: "CS", ExchangeID: uuid.New(), Kind: transactions.TraceReversal, Body: `{"x_pos_transaction_ref":"RV-46"}`, At: at("14:03:07")})
	return x
}

func TestConsumerFinancePage(t *testing.T) {
	t.Parallel()
	deps, reader, _ := newDesk(nil)
	reader.find = func(uuid.UUID) (monitoring.Case, error) { return aRefund(), nil }
	sale := aRefund().Transaction
	sale.ID, sale.Key.Operation = uuid.New(), transactions.Authorisation
	var asked []transactions.Filter
	reader.search = func(f transactions.Filter) (monitoring.Found, error) {
		asked = append(asked, f)
		return monitoring.Found{Lines: []monitoring.Line{{ID: saleID, Transaction: aRefund().Transaction}, {ID: sale.ID, Transaction: sale, Status: transactions.StatusCompleted}}, Total: 2}, nil
	}
	app, people := newConsole(t, deps)
	b := newBrowser(t, app).as(people, grant(operators.Support))
	require.Equal(t, 200, b.get("/transactions/"+saleID.String()).StatusCode)
	page := text(b.last)
	assert.Contains(t, page, "Hollywoodbets adjustment, A$ 149.00")
	for _, fact := range []string{"Seller 30477001", "Device device-0268f738", "Refund reference R-46", "Of the sale S-12", "originator, device-0268f738"} {
		assert.Contains(t, page, fact)
	}
	assert.NotContains(t, page, "Refund reference RV-46", "a reversal has a name of its own")
	require.Len(t, asked, 2, "both names are looked for")
	assert.Equal(t, []string{"karoo"}, asked[0].Clients, "a reference is the seller's own")
	assert.Equal(t, []transactions.Service{transactions.Humm}, asked[0].Services)
	assert.Equal(t, 1, strings.Count(b.last, `href="/transactions/`+sale.ID.String()+`"`), "found by two names, listed once")
	assert.Contains(t, page, "Authorisation 14:02:11 same sale Completed")
}

func TestStepsOfADeliveryAreNoErrors(t *testing.T) {
	t.Parallel()
	x := queuedSale()
	ended(&x, saf.Reverse, saf.Acked, transactions.Attempt{Kind: transactions.AttemptLookup, Result: transactions.Unknown, Detail: "FOUND"}, transactions.Attempt{Kind: transactions.AttemptReverse, Result: transactions.Success, Detail: "ACK"})
	check, undo := x.Attempts[len(x.Attempts)-2], x.Attempts[len(x.Attempts)-1]
	x.Traces = []transactions.Trace{
		{Leg: "SP", AttemptID: check.ID, Kind: transactions.TraceReversal, Method: "GET", URLPath: "/giftcards/7", At: at("14:03:29")},
		{Leg: "PS", AttemptID: check.ID, Kind: transactions.TraceAck, HTTPStatus: 200, At: at("14:03:29.1")},
		{Leg: "SP", AttemptID: undo.ID, Kind: transactions.TraceRequest, Method: "DELETE", URLPath: "/giftcards/7", At: at("14:03:29.2")},
		{Leg: "PS", AttemptID: undo.ID, Kind: transactions.TraceAck, HTTPStatus: 200, At: at("14:03:29.3")},
	}
	flow := messageFlow(&x, exchanges(x.Traces, x.Attempts), monitoring.Gate{})
	got := [][2]any{}
	for _, f := range flow.Traces {
		got = append(got, [2]any{f.Kind + " " + f.Text, f.Advice})
	}
	assert.Equal(t, [][2]any{{"Status check GET /giftcards/7", false}, {"Response found", false}, {"Reversal DELETE /giftcards/7", true}, {"Advice accepted accepted", true}}, got)
	panel := entryPanel(&x.Entries[0], attemptsOf(x.Attempts, entryID), monitoring.Gate{}, operators.Operator{}, components.Viewer{Zone: sast})
	require.Len(t, panel.Attempts, 2)
	assert.Equal(t, "status check", panel.Attempts[1].Kind)
	assert.Empty(t, panel.Attempts[1].Tone, "an answered question is no failure")
	assert.Empty(t, panel.Attempts[0].Kind)
	e, ok := attemptEvent(&check, "Yoyo")
	assert.True(t, ok)
	assert.Equal(t, "Yoyo answered the status check", e.Title)
	assert.Empty(t, e.Tone)
}
