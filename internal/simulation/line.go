package simulation

import (
	"context"
	"errors"
	"time"

	"github.com/signalboxhq/signalbox/internal/connectors/giftcardclient"
	"github.com/signalboxhq/signalbox/internal/connectors/humm"
	"github.com/signalboxhq/signalbox/internal/connectors/serviceinterface"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// line is a provider as one life of a node reaches it: the real connector writes and reads the messages, and only the wire
// between is ours.
type line struct {
	life *life
	bank *bank
}

var _ switchcore.Connector = (*line)(nil)

// speakers are the connectors whose words the banks understand, by the name of their kind; they never send. That of
// consumer finance is each life's own, for it reads keys.
var speakers = func() map[string]switchcore.Connector {
	config := serviceinterface.Config{Config: wire.Config{BaseURL: "https://bank.example"}, User: "90000001", Password: func() string { return "secret" }}
	vouchers, err := serviceinterface.New(config)
	if err != nil {
		panic(err) // the settings above are right
	}
	cards, err := giftcardclient.New(config)
	if err != nil {
		panic(err)
	}
	return map[string]switchcore.Connector{"serviceinterface": vouchers, givesChange: changeGiver{vouchers}, "giftcardclient": cards}
}()

// newSpeaker makes the connector of consumer finance of one life.
func newSpeaker(l *life) switchcore.Connector {
	c, err := humm.New(humm.Config{Config: wire.Config{BaseURL: "https://rail.example/webapi/v1"}, Keys: deviceKeys{l}})
	if err != nil {
		panic(err) // the settings above are right
	}
	return c
}

func (l *line) speaker() switchcore.Connector {
	if l.bank.provider.Profile.Finance {
		return l.life.finance
	}
	return speakers[l.bank.provider.Connector]
}

// Prepare implements switchcore.Connector.
func (l *line) Prepare(c switchcore.Call) (switchcore.Message, error) {
	return l.speaker().Prepare(c)
}

// Read implements switchcore.Connector. An answer to a stored message may be poison for our own code (F20).
func (l *line) Read(c switchcore.Call, a switchcore.Answer) switchcore.Result {
	if c.EntryID != "" && l.bank.world.strikes(AdviceRefused, "poison"+c.EntryID) && l.bank.world.draw("poison", c.EntryID) < 0.5 {
		panic("planted poison")
	}
	return l.speaker().Read(c, a)
}

var (
	errDial  = errors.New("dial: connection refused")
	errReset = errors.New("connection reset by peer")
)

// Send implements switchcore.Connector. A message that left goes its way whatever becomes of the node (F03 to F12).
func (l *line) Send(ctx context.Context, m switchcore.Message) switchcore.Answer {
	w, name := l.bank.world, l.life.node.name
	who := name + m.Path + string(m.Body)
	entered, margin := time.Now(), switchcore.DefaultSettings().SendMargin
	l.life.alive(who)
	w.sleep(10*time.Microsecond, 2*time.Millisecond, "send", who)
	l.life.mayStop("before a send", who, margin)
	if time.Since(entered) >= margin {
		// A stop as long as that between the look at the lease and the write is the risk that A6 states: here the dial is over.
		w.log("%s stopped for too long to reach %s", name, l.bank.provider.ID)
		return switchcore.Answer{Err: errDial}
	}
	if w.strikes(DialRefused, who) || w.out(ProviderDown, l.bank.provider.ID) && w.draw("dial", who) < 0.5 {
		w.log("%s cannot reach %s", name, l.bank.provider.ID)
		return switchcore.Answer{Err: errDial}
	}
	w.leaves(name, l.bank.provider.ID, m)
	landed := l.bank.takesOff(ctx, m)
	defer landed()
	answers := make(chan switchcore.Answer, 1)
	go l.bank.travel(m, who, answers)
	l.life.mayDie("while it waits for an answer", who)
	a, ok := heard(ctx, answers)
	if !ok {
		if waited := time.Since(entered); waited < switchcore.DefaultSettings().LateWindow {
			w.violated("I14", "%s stopped listening to %s after %s", name, l.bank.provider.ID, waited)
		}
		w.sleep(0, time.Millisecond, "gave up", who)
		return switchcore.Answer{Sent: true, Err: ctx.Err()}
	}
	l.life.mayDie("after an answer", who)
	w.arrives(name, l.bank.provider.ID, m, a)
	return a
}

// takesOff keeps that a message is on the wire until it is answered or its time is over: of one reference there is one at
// a time (I9).
func (b *bank) takesOff(ctx context.Context, m switchcore.Message) (landed func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ref, now := refIn(m.Body), time.Now()
	if ref == "" { // a look-up
		return func() {}
	}
	if now.Before(b.flying[ref]) && !b.world.leapt() {
		b.world.violated("I9", "two messages about %s are on their way to %s", ref, b.provider.ID)
	}
	end, _ := ctx.Deadline() // the gate always sets one
	until := end.Add(-switchcore.DefaultSettings().LateWindow)
	b.flying[ref] = until
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.flying[ref].Equal(until) {
			delete(b.flying, ref)
		}
	}
}

// heard gives the answer, should it be there before the time is over. One that came while the node was stopped counts.
func heard(ctx context.Context, answers <-chan switchcore.Answer) (a switchcore.Answer, ok bool) {
	select {
	case a = <-answers:
		return a, true
	default:
	}
	select {
	case a = <-answers:
		return a, true
	case <-ctx.Done():
		return a, false
	}
}

// leaves counts a message on the wire; its intent and its trace must be committed by now, and its lease run (I2, I13, A6).
func (w *world) leaves(name, provider string, m switchcore.Message) {
	digest := transactions.Digest(m.Body)
	w.mu.Lock()
	w.wire[string(digest)]++
	sent := w.wire[string(digest)]
	w.mu.Unlock()
	w.log("%s sends %s %s %s", name, provider, m.Path, refIn(m.Body))
	traced, leased := w.mem.Sendable(w.clock(), digest)
	if len(m.Body) > 0 && traced < sent {
		w.violated("I2", "message %d of %s left with %d traces committed", sent, m.Path, traced)
	}
	if !leased && !w.leapt() {
		w.violated("A6", "%s %s left without a lease", m.Path, refIn(m.Body))
	}
}

func (w *world) arrives(name, provider string, m switchcore.Message, a switchcore.Answer) {
	w.log("%s hears %s about %s: %d %v", name, provider, refIn(m.Body), a.Status, a.Err)
	if a.Status != 0 {
		w.mu.Lock()
		w.back[string(transactions.Digest(a.Body))]++
		w.mu.Unlock()
	}
}

// travel carries a message to the bank and its answer back, with what may happen on the way.
func (b *bank) travel(m switchcore.Message, who string, answers chan<- switchcore.Answer) {
	w := b.world
	w.sleep(time.Millisecond, 40*time.Millisecond, "there", who)
	if w.strikes(RequestLost, who) || w.out(ProviderDown, b.provider.ID) {
		w.log("%s %s is lost on its way", m.Path, refIn(m.Body))
		if w.draw("reset", who) < 0.5 {
			w.sleep(time.Millisecond, 5*time.Second, "reset", who)
			answers <- switchcore.Answer{Sent: true, Err: errReset}
		}
		return
	}
	late := time.Duration(0)
	if w.strikes(AnswerLate, who) {
		timeout := time.Duration(b.provider.Profile.Timeout)
		late = w.between(timeout/2, timeout, "slow", who)
		if w.draw("too late", who) < 0.5 {
			late = w.between(timeout, timeout+50*time.Second, "late", who)
		}
		if w.draw("late there", who) < 0.4 { // the request itself comes late
			time.Sleep(late)
			late = 0
		}
	}
	status, body := b.answer(m, who)
	w.sleep(time.Millisecond+late, 40*time.Millisecond+late, "back", who)
	if w.strikes(AnswerLost, who) {
		w.log("the answer to %s %s is lost", m.Path, refIn(m.Body))
		return
	}
	a := switchcore.Answer{Sent: true, Status: status, Body: []byte(body), Masked: string(b.masked([]byte(body)))}
	if status == 429 || status == 503 {
		a.RetryAfter = w.between(0, 20*time.Second, "retry after", who)
	}
	answers <- a
}

// masked is an answer as its connector traces it.
func (b *bank) masked(body []byte) []byte {
	switch {
	case b.provider.Profile.Finance:
		return mask.Humm(body)
	case b.provider.Profile.Cards:
		return mask.GiftCard().Body(body)
	}
	return mask.Voucher().Body(body)
}

// answer is what the bank's side of the wire says, spoiled or not.
func (b *bank) answer(m switchcore.Message, who string) (status int, body string) {
	w := b.world
	trouble := []int{500, 502, 504, 408, 425, 307}
	if w.strikes(ServerError, who) {
		if w.draw("before", who) < 0.5 { // nothing is done
			trouble = append(trouble, 503, 429)
			return trouble[int(w.draw("which", who)*float64(len(trouble)))], ""
		}
		if !b.provider.Profile.Status503Failed {
			trouble = append(trouble, 503) // here it proves nothing
		}
		b.handle(m, who)
		return trouble[int(w.draw("which", who)*float64(len(trouble)))], ""
	}
	status, body = b.handle(m, who)
	switch {
	case w.strikes(AnswerStale, who):
		return status, b.stale(status)
	case w.strikes(Malformed, who):
		return status, spoiled(body, w.draw("how", who))
	}
	return status, body
}

// spoiled makes a body unreadable.
func spoiled(body string, how float64) string {
	switch {
	case how < 0.3:
		return body[:len(body)/2]
	case how < 0.5:
		return "<html>gateway</html>"
	case how < 0.7:
		return body + "{}"
	case how < 0.85:
		return "[" + body + "]"
	}
	return ""
}
