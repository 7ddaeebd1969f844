package main

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator"
)

// journal is what one caller holds in its hands about one sale: the client's side of guarantees B3.
type journal struct {
	request  message
	path     string // of the advice
	advice   message
	approved answer // the 201, if one came
	acked    bool   // the advice got its 202
	refused  int    // status of an advice that was refused for good
}

// doneThen500 is the price at which the stand-ins of native providers do their work and answer 500.
const doneThen500 = 17715

// callers sell and then confirm or reverse, 16 at once, until stop is closed; they write down what they were told.
type callers struct {
	mu     sync.Mutex
	sales  []*journal
	acked  int
	enough chan struct{} // closed once so many advices were acknowledged
	want   int
	wg     sync.WaitGroup
}

func (c *callers) start(l *till, stop <-chan struct{}) {
	for n := range 16 {
		c.wg.Go(func() {
			for i := n; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				c.sell(l, i)
			}
		})
	}
}

// sell plays one sale; every third is reversed and every seventh loses the provider's answer. Two providers are asked in their
// own words, where a price asks for that.
func (c *callers) sell(l *till, i int) {
	offers := [][3]string{{"FLA-VAR", "90000029", "Flash"}, {"OTT-VAR", "90000026", "OTT"}, {"BET-VAR", "90000030", "Betway"}}
	offer := offers[i%len(offers)]
	j := &journal{request: l.sale(offer[0], offer[1], offer[2])}
	if i%7 == 0 {
		j.request = j.request.with("basketRef", "sim:error-504").with("amounts", message{"requestAmount": message{"amount": doneThen500, "currency": "710"}})
	}
	j.path, j.advice = "/vouchers/confirmations", l.confirmation(j.request.id())
	a := l.post("/vouchers", j.request)
	if j.approved = a; a.status != http.StatusCreated || i%3 == 0 {
		j.path, j.advice = "/vouchers/reversals", l.reversal(j.request.id())
	}
	c.mu.Lock()
	c.sales = append(c.sales, j)
	c.mu.Unlock()
	if a.status == 0 {
		return // no answer: it must reverse, once somebody is there again
	}
	c.advise(l, j)
}

func (c *callers) advise(l *till, j *journal) {
	a := l.post(j.path, j.advice)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case a.status == http.StatusAccepted:
		j.acked = true
		if c.acked++; c.acked == c.want {
			close(c.enough)
		}
	case a.status >= 400 && a.status < 500:
		j.refused = a.status
	}
}

// TestCrash kills the program under load and compares what clients, database and providers each hold (F01, W1 to W4).
func TestCrash(t *testing.T) {
	t.Parallel()
	dir := place(t)
	limits := []string{
		"--provider-timeout", "4s", "--client-budget", "20s", "--lease-margin", "6s", "--sweep-every", "1s",
	}
	s := begin(t, dir, append([]string{"--fresh"}, limits...)...)
	s.proveQuickly(t)
	sold := &callers{}
	for kill, want := range []int{80, 60} {
		// Given 16 tills at work,
		l, stop := newTill(s), make(chan struct{})
		sold.want, sold.acked, sold.enough = want, 0, make(chan struct{})
		sold.start(l, stop)
		select {
		case <-sold.enough:
		case <-time.After(time.Minute):
			require.Fail(t, "the load does not get through")
		}
		// when the program is killed in mid-sentence
		require.Error(t, s.end(syscall.SIGKILL), "killed")
		close(stop)
		sold.wg.Wait()
		// and started again on what it left behind: the database may still run, the simulator's books are on disk,
		s = begin(t, dir, limits...)
		require.Lessf(t, s.took, 30*time.Second, "start %d", kill)
		s.proveQuickly(t)
	}
	// and the tills report what they could not report before,
	l := newTill(s)
	open := 0
	for _, j := range sold.sales {
		for range 100 {
			if j.acked || j.refused != 0 {
				break
			}
			open++
			sold.advise(l, j)
		}
		require.Truef(t, j.acked || j.refused == http.StatusNotFound, "advice about %s: %+v", j.request.id(), j)
	}
	require.NotZero(t, open, "the kill left sales in mid-air; otherwise this test showed nothing")
	s.settled(t, 80*time.Second)

	// then everybody holds the same.
	truth := allBooks(t, s)
	wires := wireRefs(t, s)
	codes := map[string]string{}
	for _, j := range sold.sales {
		compare(t, j, truth, wires[j.request.id()], codes)
	}
	s.mustCheck(t)
}

// proveQuickly lets native providers say twice that there is nothing to undo, with seconds between instead of a minute. What
// is recovered before the program has read that keeps the minute.
func (s *sandboxProcess) proveQuickly(t *testing.T) {
	t.Helper()
	_, err := s.open(t).Pool.Exec(t.Context(), `update providers set version = version + 1, profile = profile || '{"notFoundRepeatAfter": "2s"}'
		where connector in ('flash', 'ott')`)
	require.NoError(t, err)
}

// allBooks reads the books of every provider by wire reference.
func allBooks(t *testing.T, s *sandboxProcess) map[string]bookEntry {
	all := map[string]bookEntry{}
	for _, p := range simulator.Providers() {
		for _, e := range s.books(t, p.ID) {
			_, twice := all[e.Operation+e.Ref]
			require.Falsef(t, twice, "%s has two entries", e.Ref)
			all[e.Operation+e.Ref] = e
		}
	}
	return all
}

// wireRefs gives the references with which each request went to a provider.
func wireRefs(t *testing.T, s *sandboxProcess) map[string][]string {
	rows, err := s.open(t).Pool.Query(t.Context(), `select distinct t.client_ref, a.wire_ref from "check".txn t
		join "check".attempt a on a.txn_id = t.id where a.kind in ('REQUEST', 'RETRY')`)
	require.NoError(t, err)
	defer rows.Close()
	all := map[string][]string{}
	for rows.Next() {
		var request, wire string
		require.NoError(t, rows.Scan(&request, &wire))
		all[request] = append(all[request], wire)
	}
	require.NoError(t, rows.Err())
	return all
}

// compare holds what a client was told about one sale against the provider's books.
func compare(t *testing.T, j *journal, truth map[string]bookEntry, wires []string, codes map[string]string) {
	id := j.request.id()
	assert.LessOrEqualf(t, len(wires), 1, "%s went out under more than one reference", id)
	entry, known := bookEntry{}, false
	if len(wires) > 0 {
		entry, known = truth["provision"+wires[0]]
	}
	assert.LessOrEqualf(t, entry.Received, 1, "%s was sent twice", id)
	confirmed := j.acked && j.path == "/vouchers/confirmations"
	switch { // W2: an acknowledged advice reached the provider, with its decision
	case confirmed:
		told := "CONFIRMED"
		if j.request["product"].(message)["productId"] == "FLA-VAR" {
			told = "" // Flash takes no confirmations
		}
		assert.Equalf(t, told, entry.Advice, "%s: its confirmation was acknowledged; %+v", id, entry)
		assert.Equalf(t, entry.Amount, entry.FinalAmount, "W3 of %s", id)
	case known && entry.State == "APPROVED":
		assert.Equalf(t, "REVERSED", entry.Advice, "%s was reversed; %+v", id, entry)
		assert.Zerof(t, entry.FinalAmount, "W3 of %s", id)
	}
	if j.approved.status != http.StatusCreated {
		return
	}
	// W1: the client holds the very voucher that the provider issued; W4: and nobody else does.
	sum := sha256.Sum256([]byte(j.approved.body.Voucher.Code))
	assert.Equalf(t, entry.CodeHash, hex.EncodeToString(sum[:]), "voucher of %s", id)
	assert.Emptyf(t, codes[entry.CodeHash], "%s holds the voucher of another sale", id)
	codes[entry.CodeHash] = id
}
