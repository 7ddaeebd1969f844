package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The storm: bad input from an address of its own, beside good traffic (guarantees F11, S14).
const (
	stormFrom     = "127.0.0.2" // delays for wrong credentials must not hit the good callers' address
	stormClient   = "90000998"
	stormPassword = "storm-caller-password"
	goodInStorm   = 60 // good requests per second

	malformed  = 50 // messages per second that are no JSON, or no message, under good credentials
	impostors  = 20 // messages per second under wrong credentials
	noises     = 20 // connections per second that speak no HTTP
	giants     = 5  // bodies per second far over the limit
	slowCalls  = 200
	idleCalls  = 1000
	slowPause  = time.Second
	stormLimit = 12 * time.Second // longer than the switch waits for a slow sender
)

// storm measures good traffic alone and with the storm beside it; the witness looks later whether anything was lost.
func (b *bench) storm(ctx context.Context, r *report) error {
	_, err := b.program.run(ctx, stormPassword+"\n", "client", "add", "--id", stormClient, "--name", "Storm", "--mode", "dual", "--password-stdin", "--database-url", b.program.database)
	if err != nil {
		return err
	}
	d := max(b.options.duration, stormLimit)
	say("good traffic alone, %d arrivals per second", goodInStorm)
	quiet := b.open(ctx, goodInStorm, d, b.messages)
	say("the same in a storm of bad input")
	during, stop := context.WithCancel(ctx)
	attack := b.beginStorm(during)
	loud := b.open(ctx, goodInStorm, d, b.messages)
	stop()
	attack.wait()
	r.add("p99 of good requests in a storm of bad input, against quiet", ms(percentile(loud.took, 0.99)), ms(percentile(quiet.took, 0.99)), "ms", 2, false)
	r.note("storm: good requests quiet p50 %s p99 %s, %d failed %s; in the storm p50 %s p99 %s, %d failed %s; answers to the storm: %s",
		short(percentile(quiet.took, 0.5)), short(percentile(quiet.took, 0.99)), quiet.failed, quiet.first,
		short(percentile(loud.took, 0.5)), short(percentile(loud.took, 0.99)), loud.failed, loud.first, attack)
	if loud.failed > 0 {
		r.Differences = append(r.Differences, fmt.Sprintf("%d good requests failed in the storm: %s", loud.failed, loud.first))
	}
	return nil
}

// storm is the attack while it runs, and what it was answered.
type storm struct {
	addr string
	wg   sync.WaitGroup

	mu    sync.Mutex
	count map[string]int // kind and answer -> times
}

func (b *bench) beginStorm(ctx context.Context) *storm {
	s := &storm{addr: b.peer.addr, count: map[string]int{}}
	good, wrong := newPeer(b.program.api, stormClient, stormPassword), newPeer(b.program.api, stormClient, "guess")
	head := func(p peer, length int) string {
		return fmt.Sprintf("POST /vouchers HTTP/1.1\r\nHost: %s\r\nAuthorization: Basic %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", p.addr, p.credentials, length)
	}
	bodies := []string{`{"id":`, `[]`, `{"id":1,"id":2}`, strings.Repeat("[", 100), "\xff\xfe", `{"id":"x","time":"never","surprise":{}}`, "null", `{"amounts":{"requestAmount":{"amount":"1e9"}}}`}
	s.every(ctx, malformed, "malformed", func(n int) string { body := bodies[n%len(bodies)]; return head(good, len(body)) + body })
	s.every(ctx, impostors, "wrong credentials", func(int) string { return head(wrong, 2) + "{}" })
	s.every(ctx, noises, "noise", func(n int) string { return strings.Repeat(string(rune('!'+n%90)), 600) + "\r\n\r\n" })
	giant := head(good, 8<<20) + strings.Repeat(" ", 8<<20)
	s.every(ctx, giants, "oversized", func(int) string { return giant })
	for i := range slowCalls {
		text := head(good, 4000) // half of them never end their head
		if i%2 == 0 {
			text = strings.TrimSuffix(text, "\r\n") + "X-Slow: "
		}
		s.wg.Go(func() { s.slowly(ctx, text) })
	}
	for range idleCalls {
		s.wg.Go(func() { s.slowly(ctx, "") })
	}
	return s
}

// every sends what compose gives so many times per second, each on a connection of its own.
func (s *storm) every(ctx context.Context, perSecond int, kind string, compose func(n int) string) {
	s.wg.Go(func() {
		tick := time.NewTicker(time.Second / time.Duration(perSecond))
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				s.wg.Go(func() { s.once(kind, compose(n)) })
			}
		}
	})
}

func (s *storm) dial() (net.Conn, error) {
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(stormFrom)}, Timeout: 5 * time.Second}
	return from.Dial("tcp", s.addr)
}

func (s *storm) once(kind, text string) {
	conn, err := s.dial()
	if err != nil {
		s.saw(kind, "no connection")
		return
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(2 * stormLimit))
	_, _ = conn.Write([]byte(text)) // cut off in the middle is an answer, too
	answer := make([]byte, 12)
	if n, _ := conn.Read(answer); n == len(answer) {
		if status, err := strconv.Atoi(string(answer[9:])); err == nil {
			s.saw(kind, strconv.Itoa(status))
			return
		}
	}
	s.saw(kind, "closed")
}

// slowly sends a byte each second until the switch has enough of it. Strangers come each at a moment of their own: together they
// would measure how fast the callers' side of the bench wakes up.
func (s *storm) slowly(ctx context.Context, text string) {
	time.Sleep(rand.N(slowPause))
	conn, err := s.dial()
	if err != nil {
		s.saw("slow", "no connection")
		return
	}
	defer func() { _ = conn.Close() }()
	began := time.Now()
	next := time.NewTicker(slowPause)
	defer next.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			s.saw("slow or silent", "still open at the end")
			return
		case <-next.C:
		}
		if i < len(text) {
			if _, err = conn.Write([]byte{text[i]}); err != nil {
				break
			}
		}
		_ = conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		if _, err = conn.Read(make([]byte, 1)); err == nil || !isTimeout(err) {
			break
		}
	}
	s.saw("slow or silent", fmt.Sprintf("dropped after %.0f s", time.Since(began).Seconds()))
}

func isTimeout(err error) bool {
	t, ok := err.(net.Error)
	return ok && t.Timeout()
}

func (s *storm) saw(kind, answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count[kind+": "+answer]++
}

func (s *storm) wait() { s.wg.Wait() }

// String lists the answers in a fixed order.
func (s *storm) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(s.count)) {
		parts = append(parts, fmt.Sprintf("%s %d", key, s.count[key]))
	}
	return strings.Join(parts, ", ")
}
