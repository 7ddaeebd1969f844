package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/witness"
)

// callers are the tills: each sells, repeats what was not answered, and confirms or reverses. They write down what they were
// told, and forget nothing.
type callers struct {
	url     string
	journal *journal
	http    *http.Client

	mu   sync.Mutex
	open []*sale            // with an advice that has no final answer yet
	stop context.CancelFunc // nil while nobody works
	wg   sync.WaitGroup
}

// sale is one journey as its till sees it.
type sale struct {
	id     string
	offer  offer
	body   []byte
	advice witness.Advice
	words  []byte // of the advice; a repeat has the same bytes
}

const (
	tills = 8
	think = 25 * time.Millisecond // between two sales of one till
)

func newCallers(url string, j *journal) *callers {
	return &callers{
		url: url, journal: j,
		http: &http.Client{Timeout: nodeLimit + 5*time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 2 * tills}},
	}
}

// work lets the tills sell until pause.
func (c *callers) work() {
	if c.stop != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.stop = cancel
	for range tills {
		c.wg.Go(func() {
			for ctx.Err() == nil {
				c.sell(ctx)
				rest(ctx, think)
			}
		})
	}
}

// pause waits until every till has ended what it was saying.
func (c *callers) pause() {
	if c.stop != nil {
		c.stop()
		c.wg.Wait()
		c.stop = nil
	}
}

func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// sell plays one sale. While nobody answers it repeats twice through the retry operation; what stays unknown is reversed, and
// so is every fourth that was approved.
func (c *callers) sell(ctx context.Context) {
	s := &sale{id: uuid.NewString(), offer: offers[rand.IntN(len(offers))]}
	s.body = provision(s.id, s.offer)
	status := c.ask(s, "/vouchers")
	for n := 0; n < rand.IntN(3) && open(status); n++ {
		rest(ctx, 50*time.Millisecond)
		if status = c.ask(s, "/vouchers/"+s.id+"/retry"); status >= 400 && status < 500 {
			status = 0 // declined now; but what became of the first?
		}
	}
	switch {
	case status >= 400 && status < 500:
		return
	case status == http.StatusCreated && rand.IntN(4) != 0:
		s.advice, s.words = witness.Confirm, confirmation(s.id)
	default:
		s.advice, s.words = witness.Reverse, reversal(s.id)
	}
	for range 2 {
		if c.advise(s) {
			c.contradict(s)
			return
		}
		rest(ctx, 50*time.Millisecond)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = append(c.open, s)
}

// contradict repeats an advice now and then, and sometimes says the opposite, which must be refused.
func (c *callers) contradict(s *sale) {
	switch rand.IntN(20) {
	case 0:
		c.advise(s)
	case 1:
		other := &sale{id: s.id, advice: witness.Reverse, words: reversal(s.id)}
		if s.advice == witness.Reverse {
			other.advice, other.words = witness.Confirm, confirmation(s.id)
		}
		c.advise(other)
	}
}

// open tells that an outcome is not known.
func open(status int) bool {
	return status == 0 || status >= 500 || status == http.StatusTooManyRequests
}

// ask sends a request, or its repeat, once.
func (c *callers) ask(s *sale, path string) int {
	told := witness.Told{ClientID: clientID, RequestID: s.id, Asked: time.Now()}
	status, body := c.post(path, s.body)
	answer := read(body)
	told.Status, told.Amount, told.Code = status, answer.Amounts.Approved.Amount, answer.Voucher.Code
	if answer.ErrorType == "DUPLICATE_RECORD" {
		told.Duplicate, told.Code = true, answer.Detail.Voucher.Code
	}
	c.journal.answer(told)
	return status
}

// advise sends an advice once and tells whether its answer is final.
func (c *callers) advise(s *sale) bool {
	told := witness.Told{ClientID: clientID, RequestID: s.id, Advice: s.advice, Asked: time.Now()}
	path := "/vouchers/confirmations"
	if s.advice == witness.Reverse {
		path = "/vouchers/reversals"
	}
	told.Status, _ = c.post(path, s.words)
	c.journal.answer(told)
	return !open(told.Status)
}

// finish has every advice heard that was not; it fails when one gets no final answer in time.
func (c *callers) finish(limit time.Duration) error {
	c.mu.Lock()
	left := c.open
	c.open = nil
	c.mu.Unlock()
	until := time.Now().Add(limit)
	next := make(chan *sale)
	var mu sync.Mutex
	var unheard []string
	var wg sync.WaitGroup
	for range tills {
		wg.Go(func() {
			for s := range next {
				heard := c.advise(s)
				for ; !heard && time.Now().Before(until); heard = c.advise(s) {
					rest(context.Background(), 50*time.Millisecond)
				}
				if !heard {
					mu.Lock()
					unheard = append(unheard, s.id)
					mu.Unlock()
				}
			}
		})
	}
	for _, s := range left {
		next <- s
	}
	close(next)
	wg.Wait()
	if len(unheard) > 0 {
		return fmt.Errorf("%d advices were not answered for good within %s, the first about %s", len(unheard), limit, unheard[0])
	}
	return nil
}

// post sends a message exactly once; status 0: no answer came.
func (c *callers) post(path string, body []byte) (int, []byte) {
	req, err := http.NewRequest(http.MethodPost, c.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil
	}
	req.GetBody = nil // net/http must not learn how to send it twice
	req.SetBasicAuth(clientID, clientPassword)
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = res.Body.Close() }() // read to its end
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil
	}
	return res.StatusCode, answer
}
