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
	purses  []*purse // of gift cards, one for each till

	mu   sync.Mutex
	open []*sale            // with an advice that has no final answer yet
	stop context.CancelFunc // nil while nobody works
	wg   sync.WaitGroup
}

// sale is one journey as its till sees it: a request about money and the word about it.
type sale struct {
	id       string
	resource string // of the channel API: vouchers, redemptions, or one of a gift card
	body     []byte
	code     string // of the voucher that was answered
	refusal  string // error type of the answer
	advice   witness.Advice
	path     string // of the advice
	said     []byte // the advice; a repeat has the same bytes
}

// The resources of vouchers; those of gift cards begin with cardBase.
const (
	vouchers    = "/vouchers"
	redemptions = "/redemptions"
)

// says makes up the till's mind.
func (s *sale) says(kind witness.Advice) {
	id, words := s.words(kind)
	s.advice, s.said = kind, words
	word := map[witness.Advice]string{witness.Confirm: "confirmations", witness.Reverse: "reversals"}[kind]
	if s.path = s.resource + "/" + word; s.ofACard() {
		s.path = s.resource + "/" + s.id + "/" + word + "/" + id
	}
}

const (
	tills = 8
	think = 25 * time.Millisecond // between two sales of one till
)

func newCallers(url string, j *journal) *callers {
	return &callers{
		url: url, journal: j, purses: newPurses(),
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
	for till := range tills {
		c.wg.Go(func() {
			for ctx.Err() == nil {
				if rand.IntN(5) == 0 {
					c.useCard(ctx, c.purses[till].next())
				} else {
					c.sell(ctx)
				}
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

// sell plays one sale. While nobody answers it repeats twice through the retry operation. Some of what was bought is spent.
func (c *callers) sell(ctx context.Context) {
	o := offers[rand.IntN(len(offers))]
	s := &sale{id: uuid.NewString(), resource: vouchers}
	s.body = provision(s.id, o)
	status := c.ask(s, vouchers)
	for n := 0; n < rand.IntN(3) && open(status); n++ {
		rest(ctx, 50*time.Millisecond)
		if status = c.ask(s, vouchers+"/"+s.id+"/retry"); status >= 400 && status < 500 {
			status = 0 // declined now; but what became of the first?
		}
	}
	if c.settle(ctx, s, status) && o.spent && s.code != "" && rand.IntN(3) == 0 {
		use := &sale{id: uuid.NewString(), resource: redemptions}
		use.body = redemption(use.id, o, s.code)
		c.settle(ctx, use, c.ask(use, redemptions))
	}
}

// settle says the word about a request that was answered with status: what stays unknown is reversed, and so is every fourth
// that was approved. It tells whether a confirmation was acknowledged.
func (c *callers) settle(ctx context.Context, s *sale, status int) bool {
	switch {
	case status >= 400 && status < 500:
		return false
	case status == http.StatusCreated && rand.IntN(4) != 0:
		s.says(witness.Confirm)
	default:
		s.says(witness.Reverse)
	}
	for range 2 {
		if status := c.advise(s); !open(status) {
			c.contradict(s)
			return s.advice == witness.Confirm && status == http.StatusAccepted
		}
		rest(ctx, 50*time.Millisecond)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = append(c.open, s)
	return false
}

// contradict repeats an advice now and then, and sometimes says the opposite, which must be refused.
func (c *callers) contradict(s *sale) {
	switch rand.IntN(20) {
	case 0:
		c.advise(s)
	case 1:
		other := &sale{id: s.id, resource: s.resource}
		other.says(map[witness.Advice]witness.Advice{witness.Confirm: witness.Reverse, witness.Reverse: witness.Confirm}[s.advice])
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
	if s.resource != vouchers {
		told.Code = "" // of a voucher that was sold before
	}
	s.code, s.refusal = told.Code, answer.ErrorType
	c.journal.answer(told)
	return status
}

// advise sends an advice once and gives the status of its answer.
func (c *callers) advise(s *sale) int {
	told := witness.Told{ClientID: clientID, RequestID: s.id, Advice: s.advice, Asked: time.Now()}
	told.Status, _ = c.post(s.path, s.said)
	c.journal.answer(told)
	return told.Status
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
				status := c.advise(s)
				for ; open(status) && time.Now().Before(until); status = c.advise(s) {
					rest(context.Background(), 50*time.Millisecond)
				}
				if open(status) {
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
