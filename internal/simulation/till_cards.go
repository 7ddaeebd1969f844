package simulation

import (
	"fmt"
	"sync"
	"time"

	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// visit does one thing after the other with a gift card. What the till does not know it takes back: gift cards have no
// retry (giftcards.md 4.1).
func (t *till) visit() {
	for i, s := range t.sale.Visit.Steps {
		id := fmt.Sprintf("g%d-%d", t.sale.No, i+1)
		if s.Operation == transactions.Lookup {
			t.card(s, id, "look")
			continue
		}
		if i == 0 && t.sale.Odd[EarlyReversal] {
			t.world.count(EarlyReversal)
			t.finish(s.Operation, id, transactions.Reverse, "early-"+id)
		}
		a := t.cardCopies(s, id)
		if i == 0 && t.sale.Odd[Contradiction] {
			t.world.count(Contradiction)
			t.contradictCard(s, id)
			continue
		}
		t.settle(s.Operation, id, a, s.Word, "")
	}
}

// cardCopies sends a request, with copies at the same time where the seed wants them (F15): one of them is sent on.
func (t *till) cardCopies(s Step, id string) answer {
	var copies sync.WaitGroup
	var mu sync.Mutex
	best := answer{}
	ask := func(who string) {
		a := t.card(s, id, who)
		mu.Lock()
		defer mu.Unlock()
		if best.Status == 0 || a.approved() {
			best = a
		}
	}
	for i := range t.sale.Copies {
		t.world.count(SameID)
		copies.Go(func() {
			t.world.sleep(0, 50*time.Millisecond, "copy", fmt.Sprint(id, i))
			ask(fmt.Sprint("copy", i))
		})
	}
	ask("first")
	copies.Wait()
	return best
}

// contradictCard sends confirmation and reversal at once (F16).
func (t *till) contradictCard(s Step, id string) {
	var both sync.WaitGroup
	for _, kind := range []transactions.Decision{transactions.Confirm, transactions.Reverse} {
		both.Go(func() {
			t.world.sleep(0, 100*time.Millisecond, "contradict", fmt.Sprint(id, kind))
			t.finish(s.Operation, id, kind, fmt.Sprintf("%s-%s", kind, id))
		})
	}
	both.Wait()
}

// card sends one request about the card of the visit.
func (t *till) card(s Step, id, who string) answer {
	key := transactions.Key{ClientID: t.sale.Client.ID, Service: transactions.GiftCard, Operation: s.Operation, RequestID: id}
	pan, pin := fmt.Sprintf("600000000000%04d", t.sale.Visit.Card), fmt.Sprintf("%s%d", canaryPIN, t.sale.Visit.Card)
	if s.WrongPIN {
		pin += "0"
	}
	amounts := ""
	var amount *money.Amount
	if s.Amount > 0 {
		amounts, amount = fmt.Sprintf(`"amounts":{"requestAmount":{"amount":%d,"currency":"710"}},`, s.Amount), &money.Amount{Minor: s.Amount, Currency: "710"}
	}
	body := fmt.Appendf(nil, `{"id":%q,"time":"2026-03-12T12:00:00.000Z","card":{"pan":%q,"expiryDate":"9912","clearPin":%q},%s"product":{"id":"GIFT"},"thirdPartyIdentifiers":[]}`, id, pan, pin, amounts)
	return t.call(told{key: key, kind: transactions.TraceRequest, amount: s.Amount}, who, func(l *life, in switchcore.Inbound) switchcore.Outbound {
		in.Body = string(mask.GiftCard().Body(body))
		return l.processor.Process(&switchcore.Request{
			Key: key, MessageID: id, Client: t.sale.Client, In: in, Fingerprint: fmt.Appendf(nil, "%s %s %d", id, pan, s.Amount), CardNumber: pan,
			Receiver: switchcore.Institution{ID: "9" + t.sale.Provider}, Amount: amount, Render: render, Body: body,
		})
	})
}
