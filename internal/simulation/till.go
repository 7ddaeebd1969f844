package simulation

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// till plays one sale as a careful client would: what it does not know it asks again, and it repeats an advice until it is
// acknowledged or refused. What it was told goes into its journal.
type till struct {
	world *world
	sale  Sale
	card  int    // of a visit, the one in hand
	key   string // that signs messages of consumer finance
	calls int
	mu    sync.Mutex
}

// told is one answer that a client holds.
type told struct {
	key      transactions.Key
	kind     transactions.TraceKind
	advice   transactions.Decision
	exchange uuid.UUID
	answer   answer
	amount   int64 // that was asked for
}

// answer is what a client reads.
type answer struct {
	Status int
	Type   string
	Code   string
	Minor  int64
	Quoted bool // the voucher stands in a refusal
}

func (a answer) approved() bool { return a.Status == 201 }

// unknown tells whether the answer leaves the client without knowledge.
func (a answer) unknown() bool { return a.Status == 0 || a.Status >= 500 }

// declined tells whether the request was refused for good.
func (a answer) declined() bool {
	return a.Status/100 == 4 && a.Type != switchcore.ErrDuplicate && a.Type != switchcore.ErrNotSupported
}

// render writes an answer in the clients' words.
func render(r switchcore.Reply) switchcore.Outbound {
	if r.Kind == switchcore.ReplyStored {
		return switchcore.Outbound{Status: r.Status, Body: r.Body}
	}
	a := answer{Status: r.Status, Type: r.ErrorType}
	if r.Approval != nil {
		for _, m := range r.Approval.Members {
			a.Code, a.Minor = firstCode(a.Code, m), firstSum(a.Minor, m)
		}
	}
	if len(r.Detail.VoucherOf) > 0 {
		var quoted answer
		if json.Unmarshal(r.Detail.VoucherOf, &quoted) == nil {
			a.Code, a.Minor, a.Quoted = quoted.Code, quoted.Minor, true
		}
	}
	body, err := json.Marshal(a)
	if err != nil {
		panic(err) // texts and numbers only
	}
	return switchcore.Outbound{Status: r.Status, Body: body}
}

// firstCode gives what a client must keep of an answer: a voucher's code, the number of a purchase, a signing key.
func firstCode(known string, m switchcore.Member) string {
	var v struct{ Code string }
	switch {
	case m.Name == "voucher" && json.Unmarshal(m.Raw, &v) == nil:
		return v.Code
	case m.Name == humm.PurchaseNumber || m.Name == humm.Key:
		var text string
		if json.Unmarshal(m.Raw, &text) == nil {
			return text
		}
	}
	return known
}

func firstSum(known int64, m switchcore.Member) int64 {
	var v struct{ ApprovedAmount struct{ Amount int64 } }
	if m.Name == "amounts" && json.Unmarshal(m.Raw, &v) == nil {
		return v.ApprovedAmount.Amount
	}
	return known
}

// sell plays the sale: buy, say the word, and perhaps spend what was bought and have it refunded.
func (t *till) sell() {
	s, w := t.sale, t.world
	time.Sleep(s.At + w.between(0, time.Second, "start", fmt.Sprint(s.No)))
	switch {
	case s.Visit != nil:
		t.visit()
		return
	case s.Purchase != nil:
		t.purchase()
		return
	}
	id := fmt.Sprintf("p%d", s.No)
	if s.Odd[EarlyReversal] {
		w.count(EarlyReversal)
		t.finish(transactions.Provision, id, transactions.Reverse, "early-"+id)
	}
	a := t.buy(id)
	if s.Again && a.declined() { // a declined id may be used again (I8)
		a = t.buy(id)
	}
	if s.Odd[ChangedAmount] && a.approved() {
		w.count(ChangedAmount)
		t.changed(id)
	}
	if s.Odd[Contradiction] {
		w.count(Contradiction)
		t.contradict(id)
		return
	}
	if t.settle(transactions.Provision, id, a, s.Word, "") != transactions.Confirm || !s.Spends || a.Code == "" {
		return
	}
	t.look(a.Code)
	t.spend(a.Code, 1)
}

// buy asks for a voucher, with copies at the same time where the seed wants them (F15), and asks again while it does not know.
func (t *till) buy(id string) answer {
	var copies sync.WaitGroup
	for i := range t.sale.Copies {
		t.world.count(SameID)
		copies.Go(func() {
			t.world.sleep(0, 50*time.Millisecond, "copy", fmt.Sprint(id, i))
			t.request(transactions.Provision, id, "", i%2 == 1, t.sale.Amount, fmt.Sprint("copy", i))
		})
	}
	a := t.request(transactions.Provision, id, "", false, t.sale.Amount, "first")
	for i := 0; i < t.sale.Retries && (a.unknown() || a.Type == switchcore.ErrDuplicate && !a.Quoted); i++ {
		t.world.sleep(100*time.Millisecond, 10*time.Second, "retry", fmt.Sprint(id, i))
		a = t.request(transactions.Provision, id, "", true, t.sale.Amount, fmt.Sprint("retry", i))
	}
	copies.Wait()
	return a
}

// settle says the word about what was answered; it gives the decision that was acknowledged, if one was. The mark tells
// the advices of an id that was used again apart.
func (t *till) settle(op transactions.Operation, id string, a answer, word transactions.Decision, mark string) transactions.Decision {
	switch {
	case a.approved() || a.Quoted:
		if word == transactions.Undecided {
			return word
		}
	case a.unknown(), a.Type == switchcore.ErrDuplicate, a.Type == switchcore.ErrNotSupported:
		word = transactions.Reverse // it does not know, or may not ask: the customer leaves without
	default:
		return transactions.Undecided // declined
	}
	t.world.sleep(time.Millisecond, 20*time.Second, "word", id)
	if t.finish(op, id, word, string(word)+"-"+id+mark) == 202 {
		return word
	}
	return transactions.Undecided
}

// contradict sends retry, confirmation and reversal at once (F16).
func (t *till) contradict(id string) {
	var all sync.WaitGroup
	for i, f := range []func(){
		func() { t.request(transactions.Provision, id, "", true, t.sale.Amount, "contradicted") },
		func() { t.finish(transactions.Provision, id, transactions.Confirm, "c-"+id) },
		func() { t.finish(transactions.Provision, id, transactions.Reverse, "v-"+id) },
	} {
		all.Go(func() {
			t.world.sleep(0, 100*time.Millisecond, "contradict", fmt.Sprint(id, i))
			f()
		})
	}
	all.Wait()
}

// changed sends the same id with another sum: never sent on (F18).
func (t *till) changed(id string) {
	if a := t.request(transactions.Provision, id, "", true, t.sale.Amount+1, "changed"); a.approved() {
		t.world.violated("I8", "%s was approved for another amount", id)
	}
}

// mostRepeats is more than a till needs to outlast any trouble.
const mostRepeats = 300

// finish repeats an advice until it is acknowledged or refused.
func (t *till) finish(op transactions.Operation, id string, kind transactions.Decision, adviceID string) int {
	return t.insist(fmt.Sprint(kind, " of ", id), adviceID, func(try int) answer { return t.advise(op, id, kind, adviceID, try) })
}

// insist sends a message again and again until it is known what became of it.
func (t *till) insist(what, who string, send func(try int) answer) int {
	for i := range mostRepeats {
		if a := send(i); !a.unknown() {
			return a.Status
		}
		t.world.sleep(500*time.Millisecond, 15*time.Second, "repeat", fmt.Sprint(who, i))
	}
	t.world.violated("rest", "%s was sent %d times and is neither acknowledged nor refused", what, mostRepeats)
	return 0
}

// request sends a provision, its retry, a redemption or a refund, and gives what was answered; nothing when the client
// went away or the node died.
func (t *till) request(op transactions.Operation, id, code string, retry bool, amount int64, who string) answer {
	key := transactions.Key{ClientID: t.sale.Client.ID, Service: transactions.Voucher, Operation: op, RequestID: id}
	kind := transactions.TraceRequest
	if retry {
		kind = transactions.TraceRetry
	}
	x := told{key: key, kind: kind, amount: amount}
	return t.call(x, who, func(l *life, in switchcore.Inbound) switchcore.Outbound {
		voucher := ""
		if code != "" {
			voucher = fmt.Sprintf(`"voucher":{"code":%q},`, code)
		}
		req := &switchcore.Request{
			Key: key, MessageID: id, Client: t.sale.Client, In: in, Fingerprint: fmt.Appendf(nil, "%s %s %d", id, code, amount), VoucherCode: code,
			Receiver: switchcore.Institution{ID: "9" + t.sale.Provider}, Amount: &money.Amount{Minor: amount, Currency: "710"}, Render: render,
			Body: fmt.Appendf(nil, `{"id":%q,"time":"2026-03-12T12:00:00.000Z",%s"amounts":{"requestAmount":{"amount":%d,"currency":"710"}},"thirdPartyIdentifiers":[]}`, id, voucher, amount),
		}
		if retry {
			return l.processor.Retry(req)
		}
		return l.processor.Process(req)
	})
}

// look asks what the voucher holds.
func (t *till) look(code string) {
	key := transactions.Key{ClientID: t.sale.Client.ID, Service: transactions.Voucher, Operation: transactions.Lookup, RequestID: fmt.Sprintf("l%d", t.sale.No)}
	t.call(told{key: key, kind: transactions.TraceRequest}, "look", func(l *life, in switchcore.Inbound) switchcore.Outbound {
		return l.processor.Process(&switchcore.Request{Key: key, Client: t.sale.Client, In: in, VoucherCode: code, Fingerprint: []byte(code), Render: render})
	})
}

func (t *till) advise(op transactions.Operation, id string, kind transactions.Decision, adviceID string, try int) answer {
	key := transactions.Key{ClientID: t.sale.Client.ID, Service: transactions.Voucher, Operation: op, RequestID: id}
	if t.sale.Visit != nil {
		key.Service = transactions.GiftCard
	}
	x := told{key: key, kind: transactions.TraceConfirmation, advice: kind}
	if kind == transactions.Reverse {
		x.kind = transactions.TraceReversal
	}
	return t.call(x, fmt.Sprint(adviceID, try), func(l *life, in switchcore.Inbound) switchcore.Outbound {
		in.SHA256 = transactions.Digest([]byte(adviceID)) // a repeat is the same message
		return l.processor.Advise(&switchcore.AdviceRequest{
			Key: key, RequestRef: id, Client: t.sale.Client, In: in, Kind: kind, AdviceID: adviceID, Time: "2026-03-12T12:00:01.000Z",
			Body: fmt.Appendf(nil, `{"id":%q,"requestId":%q}`, adviceID, id), Render: render,
		})
	})
}

// call sends one message to some node and waits for the answer, for a minute at the most.
func (t *till) call(x told, who string, send func(*life, switchcore.Inbound) switchcore.Outbound) answer {
	w := t.world
	who = fmt.Sprint(x.key.Operation, x.key.RequestID, who)
	w.sleep(time.Microsecond, 3*time.Millisecond, "call", who)
	n := w.nodes[int(w.draw("node", who)*float64(len(w.nodes)))]
	l := n.current()
	if l == nil { // nobody listens
		w.sleep(time.Millisecond, time.Second, "refused", who)
		return answer{}
	}
	x.exchange = t.exchange()
	w.log("%s asks %s: %s %s of %s", x.key.ClientID, n.name, x.kind, x.key.Operation, x.key.RequestID)
	in := switchcore.Inbound{ExchangeID: x.exchange, Kind: x.kind, Operation: x.key.Operation, SHA256: transactions.Digest([]byte(who)), Start: time.Now()}
	answers := make(chan switchcore.Outbound, 1)
	go func() {
		defer close(answers)
		l.alive(who)
		out := send(l, in)
		l.alive(who)
		answers <- out
	}()
	patience := time.Minute
	if w.strikes(ClientGone, who) {
		patience = w.between(time.Microsecond, 10*time.Second, "gone", who)
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case out, ok := <-answers:
		if !ok {
			w.sleep(time.Millisecond, time.Second, "broken", who)
			return answer{}
		}
		return w.hears(x, out)
	case <-timer.C:
		w.log("%s gives up %s %s of %s", x.key.ClientID, x.kind, x.key.Operation, x.key.RequestID)
		return answer{}
	}
}

// exchange makes the id of a message of this till.
func (t *till) exchange() (id uuid.UUID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls++
	copy(id[:], fmt.Sprintf("%08d%08d", t.sale.No, t.calls))
	return id
}

// hears keeps an answer in the journal; what it says must be committed by now (I1, I6).
func (w *world) hears(x told, out switchcore.Outbound) answer {
	if err := json.Unmarshal(out.Body, &x.answer); err != nil {
		w.violated("answer", "%s cannot be read: %v", x.key.RequestID, err)
	}
	x.answer.Status = out.Status
	w.log("%s is told %d %s about %s %s of %s", x.key.ClientID, out.Status, x.answer.Type, x.kind, x.key.Operation, x.key.RequestID)
	w.mu.Lock()
	w.told = append(w.told, x)
	w.mu.Unlock()
	w.checkTold(x)
	return x.answer
}
