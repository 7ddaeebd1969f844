package simulation

import (
	"fmt"
	"sync"
	"time"

	"github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// mostKeys is how often a till asks for a key before its customer leaves.
const mostKeys = 10

// purchase gives the till a key, pays, and gives parts of it back. What it does not know it asks again with the identical
// message; what stays unknown of a payment is the switch's to end (humm.md 8.4).
func (t *till) purchase() {
	if !t.learnKey() {
		return
	}
	s, b := t.sale, t.sale.Purchase
	if b.Invited {
		t.invite()
	}
	sale := t.authorisation(s.Amount)
	a := t.copied(sale)
	a = t.askAgain(sale, a, b.Repeats)
	if s.Odd[ChangedAmount] {
		t.world.count(ChangedAmount)
		t.otherSum(a)
	}
	if !a.approved() {
		return
	}
	names := []string{saleReference(s.No), a.Code}
	if b.Receipt {
		if receipt := t.receipt(); t.askAgain(receipt, t.hand(receipt, "first"), 3).Status/100 == 2 {
			names = append(names, receiptNumber(s.No))
		}
	}
	for i, r := range b.Returns {
		t.giveBack(i, r, names[r.By%len(names)])
	}
}

// learnKey asks for the key of the till's device, with a new token each time, until it has one that the switch knows too.
func (t *till) learnKey() bool {
	for i := range mostKeys {
		t.key = fmt.Sprintf("%stoken%d-%d", canaryPIN, t.sale.No, i)
		m := t.write(humm.CreateKey, firstCashier, humm.Field{Name: humm.DeviceToken, Value: t.key}, humm.Field{Name: humm.Vendor, Value: "Example Tills"})
		m.request.Key.RequestID, m.request.Transient = fmt.Sprintf("k%d-%d", t.sale.No, i), true
		a := t.hand(m, "key")
		if a.Status == 200 {
			t.key = a.Code
			return true
		}
		if a.Status != 503 {
			time.Sleep(longestStop) // until that is certainly over: of two at once, nobody knows whose key is the device's
		}
		t.world.sleep(5*time.Second, 30*time.Second, "token", fmt.Sprint(t.sale.No, i))
	}
	return false
}

// invite sends the customer a link: asked for once, whatever comes of it.
func (t *till) invite() {
	m := t.write(humm.Invite, firstCashier, humm.Field{Name: humm.Mobile, Value: fmt.Sprintf("04%08d", t.sale.No)}, whole(humm.PurchaseAmount, t.sale.Amount))
	m.request.Key.RequestID, m.request.Amount = fmt.Sprintf("i%d", t.sale.No), dollars(t.sale.Amount)
	t.hand(m, "invite")
}

// otherSum sends the code of the sale with another sum: refused, unless the first message never left (humm.md 8.4).
func (t *till) otherSum(first answer) {
	other := t.authorisation(t.sale.Amount + 1)
	if a := t.hand(other, "changed"); a.approved() && first.approved() {
		t.world.violated("I8", "code %s was approved for another amount", other.request.Key.RequestID)
	}
}

// giveBack refunds a part of the sale. What stays unknown is undone, and so is a cashier's mistake.
func (t *till) giveBack(no int, r Return, of string) {
	reference := fmt.Sprintf("b%d-%d", t.sale.No, no)
	first, repeat := t.adjustment(reference, of, firstCashier, r.Amount), t.adjustment(reference, of, firstCashier, r.Amount)
	if r.Another {
		repeat = t.adjustment(reference, of, "op-2", r.Amount)
	}
	early := no == 0 && t.sale.Odd[EarlyReversal]
	if early {
		t.world.count(EarlyReversal)
		t.undo(first, "early")
	}
	a := t.copied(first)
	if early && a.approved() {
		t.world.violated("I7", "adjustment %s was approved after its reversal", reference)
	}
	if no == 0 && t.sale.Odd[Contradiction] {
		t.world.count(Contradiction)
		t.contradictRefund(first, repeat)
		return
	}
	if a = t.askAgain(repeat, a, r.Repeats); a.unknown() || a.approved() && r.Undone {
		t.undo(first, "undo")
	}
}

// contradictRefund repeats an adjustment and takes it back at once (F16).
func (t *till) contradictRefund(first, repeat paper) {
	var both sync.WaitGroup
	for i, do := range []func(){func() { t.hand(repeat, "contradicted") }, func() { t.undo(first, "contradict") }} {
		both.Go(func() {
			t.world.sleep(0, 100*time.Millisecond, "contradict", fmt.Sprint(first.request.Key.RequestID, i))
			do()
		})
	}
	both.Wait()
}

// undo takes an adjustment back, named by the signature it was sent with, and insists on it.
func (t *till) undo(of paper, how string) int {
	reference := how + "-" + of.request.Key.RequestID
	m := t.write(humm.ReverseAdjustment, firstCashier, humm.Field{Name: humm.Reference, Value: reference}, humm.Field{Name: humm.AdjustmentSign, Value: of.signature})
	key := of.request.Key
	return t.insist(fmt.Sprint("the undoing of ", key.RequestID), reference, func(try int) answer {
		x := told{key: key, kind: transactions.TraceReversal, advice: transactions.Reverse}
		return t.call(x, fmt.Sprint(reference, try), func(l *life, in switchcore.Inbound) switchcore.Outbound {
			if out, ok := l.turnsAway(m); ok {
				return out
			}
			in.SHA256, in.Body = transactions.Digest(m.body), string(mask.Humm(m.body))
			return l.processor.Advise(&switchcore.AdviceRequest{
				Key: transactions.Key{ClientID: key.ClientID, Service: key.Service, Operation: key.Operation}, Signature: of.signature, Client: t.sale.Client, In: in, Kind: transactions.Reverse, AdviceID: reference, Body: m.body, Render: render,
			})
		})
	})
}

// copied sends a message, and copies of it at the same time where the seed wants them (F15).
func (t *till) copied(m paper) answer {
	var copies sync.WaitGroup
	for i := range t.sale.Copies {
		t.world.count(SameID)
		copies.Go(func() {
			t.world.sleep(0, 50*time.Millisecond, "copy", fmt.Sprint(m.request.Key.RequestID, i))
			t.hand(m, fmt.Sprint("copy", i))
		})
	}
	a := t.hand(m, "first")
	copies.Wait()
	return a
}

// askAgain repeats a message while nothing is known of it.
func (t *till) askAgain(m paper, a answer, times int) answer {
	for i := 0; i < times && a.unknown(); i++ {
		t.world.sleep(100*time.Millisecond, 10*time.Second, "retry", fmt.Sprint(m.request.Key.RequestID, i))
		a = t.hand(m, fmt.Sprint("retry", i))
	}
	return a
}
