package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// nativeTill is one till of a shop: a client of ours with dice.
type nativeTill struct {
	*till
	shop *nativeShop
	dice *rand.Rand
}

// work lets one till trade until the shop has sent as many messages as it should.
func (p *nativeShop) work(s *sandboxProcess, n int) {
	l := newTill(s)
	if n%4 == 3 {
		l.id, l.name, l.password = "90000102", "Protea Forecourts", "sandbox-protea-forecourts"
	}
	l.http = &http.Client{Timeout: time.Minute, Transport: &http.Transport{}}
	defer l.http.CloseIdleConnections()
	w := &nativeTill{l, p, rand.New(rand.NewPCG(uint64(n), uint64(len(p.id))))} //nolint:gosec // repeatable on purpose
	for p.left() {
		switch {
		case w.of100(82):
			w.sell()
		case w.of100(60):
			w.spend(w.elsewhere(w.fault(50)), 10000)
		default:
			w.spend(w.number(w.shop.digits), 10000) // sold by nobody
		}
	}
}

func (p *nativeShop) left() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent < p.operations
}

// of100 is true so many times of a hundred.
func (w *nativeTill) of100(n int) bool { return w.dice.IntN(100) < n }

// fault draws a trigger of the stand-in's table, once or for every message, so many times of a hundred; else 0.
func (w *nativeTill) fault(of100 int) int {
	if !w.of100(of100) {
		return 0
	}
	n := 1 + w.dice.IntN(20)
	if w.of100(30) {
		n += 50
	}
	return n
}

// number draws that many digits.
func (w *nativeTill) number(digits int) string {
	out := make([]byte, digits)
	for i := range out {
		out[i] = byte('0' + w.dice.IntN(10))
	}
	return string(out)
}

// elsewhere draws a code that the stand-in knows although it was never sold through us; its last digits ask for a fault.
func (w *nativeTill) elsewhere(fault int) string {
	return "7777" + w.number(w.shop.digits-6) + fmt.Sprintf("%02d", fault)
}

// ask posts a message and counts it.
func (w *nativeTill) ask(what, path string, m message) answer {
	a := w.post(path, m)
	w.count(what, a)
	return a
}

func (w *nativeTill) count(what string, a answer) {
	p := w.shop
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent++
	word := fmt.Sprint(a.status)
	if a.status != http.StatusOK && a.status != http.StatusCreated && a.status != http.StatusAccepted {
		word += " " + a.body.ErrorType
	}
	p.heard[what+" "+word]++
	odd := a.status == 0 || a.status == http.StatusInternalServerError && a.body.ErrorType == "GENERAL_ERROR" || a.body.ErrorType == "FORMAT_ERROR" ||
		a.status == http.StatusUnauthorized
	if odd {
		p.faults = append(p.faults, what+" "+a.String())
	}
}

func (w *nativeTill) complain(text string) {
	w.shop.mu.Lock()
	defer w.shop.mu.Unlock()
	w.shop.faults = append(w.shop.faults, text)
}

// atOnce does several things at the same time.
func atOnce(do ...func()) {
	var wg sync.WaitGroup
	for _, one := range do {
		wg.Go(one)
	}
	wg.Wait()
}

// advise sends a confirmation or reversal, at times twice: an advice that was taken is taken again.
func (w *nativeTill) advise(what, path string, m message) {
	a := w.ask(what, path, m)
	if a.status >= 500 && w.of100(50) {
		a = w.ask(what, path, m)
	}
	if a.status == http.StatusAccepted && w.of100(6) {
		if b := w.ask(what+" again", path, m); b.status != http.StatusAccepted {
			w.complain("an acknowledged advice was refused when it came again: " + b.String())
		}
	}
}

func (w *nativeTill) keep(id, code string) {
	w.shop.mu.Lock()
	defer w.shop.mu.Unlock()
	w.shop.codes[id] = code
}

// leaves tells whether the till forgets about a request without an answer, so that the switch must decide by itself. It
// looks for such requests once a minute, which a short run does not wait for.
func (w *nativeTill) leaves() bool { return w.shop.operations >= 1000 && w.of100(30) }
