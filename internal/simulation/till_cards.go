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
	t.card = t.sale.Visit.Card
	for i, s := range t.sale.Visit.Steps {
		id := fmt.Sprintf("g%d-%d", t.sale.No, i+1)
		if s.Operation == transactions.Lookup {
			t.present(s, id, "look")
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
		if t.settle(s.Operation, id, a, s.Word, "") == transactions.Confirm && s.Operation == transactions.Replace {
			t.card = s.other(t.card)
		}
	}
}

// cardCopies sends a request, with copies at the same time where the seed wants them (F15): one of them is sent on.
func (t *till) cardCopies(s Step, id string) answer {
	var copies sync.WaitGroup
	var mu sync.Mutex
	best := answer{}
	ask := func(who string) {
		a := t.present(s, id, who)
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

// present sends one request about the card in hand, and about a second one where the operation has two.
func (t *till) present(s Step, id, who string) answer {
	key := transactions.Key{ClientID: t.sale.Client.ID, Service: transactions.GiftCard, Operation: s.Operation, RequestID: id}
	pan, other := panOf(t.card), panOf(s.other(t.card))
	amounts := ""
	var amount *money.Amount
	if s.Amount > 0 {
		amounts, amount = fmt.Sprintf(`"amounts":{"requestAmount":{"amount":%d,"currency":"710"}},`, s.Amount), &money.Amount{Minor: s.Amount, Currency: "710"}
	}
	body := fmt.Appendf(nil, `{"id":%q,"time":"2026-03-12T12:00:00.000Z",%s,%s"product":{"id":"GIFT"},"thirdPartyIdentifiers":[]}`, id, t.cards(s), amounts)
	return t.call(told{key: key, kind: transactions.TraceRequest, amount: s.Amount}, who, func(l *life, in switchcore.Inbound) switchcore.Outbound {
		in.Body = string(mask.GiftCard().Body(body))
		return l.processor.Process(&switchcore.Request{
			Key: key, MessageID: id, Client: t.sale.Client, In: in, Fingerprint: fmt.Appendf(nil, "%s %s %s %d", id, pan, other, s.Amount),
			CardNumber: pan, OtherCardNumber: other, Receiver: switchcore.Institution{ID: "9" + t.sale.Provider}, Amount: amount, Render: render, Body: body,
		})
	})
}

// cards writes the card of a step, or both of them.
func (t *till) cards(s Step) string {
	write := func(name string, card int, wrong string) string {
		return fmt.Sprintf(`%q:{"pan":%q,"expiryDate":"9912","clearPin":%q}`, name, panOf(card), fmt.Sprint(canaryPIN, card, wrong))
	}
	switch {
	case s.Operation == transactions.Transfer:
		return write("sourceCard", t.card, "") + "," + write("targetCard", s.other(t.card), "")
	case s.Operation == transactions.Replace:
		return write("oldCard", t.card, "") + "," + write("newCard", s.other(t.card), "")
	case s.WrongPIN:
		return write("card", t.card, "0")
	}
	return write("card", t.card, "")
}

// panOf gives the number of a card; empty: there is no such card.
func panOf(card int) string {
	if card == 0 {
		return ""
	}
	return fmt.Sprintf("600000000000%04d", card)
}
