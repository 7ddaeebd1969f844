package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// ending is how a request ended for the till.
type ending int

const (
	refused  ending = iota // a decline: nothing more to do
	approved               // it has what it asked for
	unsure                 // nobody knows: it must be reversed
)

// till is one sale or redemption at one terminal: the request it sent and what it learned.
type till struct {
	*world
	plan   plan
	client Client
	asked  request
	body   []byte          // the request as sent; repeats are the same bytes
	ids    json.RawMessage // references of the parties: the answer's, else our own
	code   string          // of the voucher; secret
}

// at makes a till of the plan's place, with a request for its offer that was not sent yet.
func (w *world) at(p plan, c Client) *till {
	now := w.now()
	rrn := retrievalReference(now, p.Trace)
	t := &till{world: w, plan: p, client: c}
	t.asked = request{
		ID: w.newID(), Time: wireTime(now), RRN: rrn, STAN: fmt.Sprintf("%06d", p.Trace),
		Client: institution{c.ID, c.Name},
		Originator: originator{
			Institution: institution{c.ID, c.Name}, TerminalID: p.Terminal, ChannelID: p.Place.Channel,
			OperatorID: fmt.Sprintf("C%03d", 1+p.dice.IntN(60)),
			Merchant: merchant{
				Type: p.Place.Category, ID: p.Place.MerchantID,
				Name: merchantName{Name: p.Place.Name, City: p.Place.City, Region: p.Place.Region, Country: "ZA"},
			},
		},
		Identifiers: []identifier{{c.ID, p.Place.Code + "-" + rrn}},
		BasketRef:   fmt.Sprintf("B%06d", p.Trace),
		Amounts:     amounts{ledgerAmount{p.Offer.Amount, p.Offer.Currency}},
	}
	if p.Offer.Receiver.ID != "" {
		t.asked.Receiver = &institution{p.Offer.Receiver.ID, p.Offer.Receiver.Name}
	}
	return t
}

// forSale completes the request of a voucher.
func (t *till) forSale() *till {
	if t.plan.Offer.ProductID != "" {
		t.asked.Product = &product{t.plan.Offer.ProductID}
	}
	if t.plan.Fault != "" {
		t.asked.BasketRef = "sim:" + t.plan.Fault
	}
	if t.client.ID != retailerID { // paid before the voucher is asked for
		t.asked.Tenders = []tender{t.tender()}
	}
	return t
}

func (t *till) tender() tender {
	out := tender{Type: "WALLET", Amount: t.asked.Amounts.Request}
	if t.client.ID != channelID {
		if out.Type = pick(t.plan.dice, []string{"CASH", "CASH", "DEBIT_CARD", "DEBIT_CARD", "CREDIT_CARD"}); out.Type != "CASH" {
			out.Card = pick(t.plan.dice, []string{"528497******", "402166******", "519982******"}) + fmt.Sprintf("%04d", t.plan.dice.IntN(10000))
		}
	}
	return out
}

// ask sends the request once.
func (t *till) ask(ctx context.Context, path string) reply {
	if t.body == nil {
		t.body = encode(t.asked)
		t.ids = encode(t.asked.Identifiers)
	}
	r := t.call(ctx, t.client, http.MethodPost, path, t.body)
	if r.ok() {
		t.learn(r.body)
	}
	return r
}

// learn keeps what an approval says. An answer without the code leaves it empty.
func (t *till) learn(body []byte) {
	var answer struct {
		Identifiers json.RawMessage `json:"thirdPartyIdentifiers"`
		Voucher     voucher         `json:"voucher"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return
	}
	t.code = answer.Voucher.Code
	if len(answer.Identifiers) > 0 {
		t.ids = answer.Identifiers
	}
}

// buy asks for the voucher and, while the outcome is open, repeats through the retry operation, three times at most.
func (t *till) buy(ctx context.Context) ending {
	r := t.ask(ctx, "/vouchers")
	if !r.ok() && !r.open() {
		return refused
	}
	for n := 0; n < maxRetries && t.code == "" && ctx.Err() == nil; n++ {
		t.pause(ctx, t.patience(n))
		if r = t.ask(ctx, "/vouchers/"+t.asked.ID+"/retry"); !r.ok() && !r.open() {
			return unsure // declined now, but what became of the first one?
		}
	}
	if t.code == "" {
		return unsure
	}
	return approved
}

// patience is the pause before a repeat.
func (t *till) patience(n int) time.Duration {
	if t.plan.Story == lateAnswer {
		return 5 * time.Second // until after the late answer
	}
	return backoff(retryPause, n, t.plan.dice)
}

// confirm reports the end of a sale, with the tender, or of a redemption or refund.
func (t *till) confirm(ctx context.Context, resource string) reply {
	a := t.advice("")
	if resource == "/vouchers" {
		a.Tenders = []tender{t.tender()}
	}
	return t.insist(ctx, t.client, resource+"/confirmations", encode(a), t.dice())
}

// reverse undoes a sale, redemption or refund.
func (t *till) reverse(ctx context.Context, resource, reason string) reply {
	return t.insist(ctx, t.client, resource+"/reversals", encode(t.advice(reason)), t.dice())
}

func (t *till) dice() *rand.Rand { return t.plan.dice }

func (t *till) advice(reason string) advice {
	ids := t.ids
	if ids == nil {
		ids = encode(t.asked.Identifiers)
	}
	return advice{
		ID: t.newID(), RequestID: t.asked.ID, Time: wireTime(t.now()), Identifiers: ids,
		STAN: t.asked.STAN, RRN: t.asked.RRN, Reason: reason,
	}
}

// Reasons of a reversal.
const (
	timedOut  = "TIMEOUT"
	cancelled = "CANCELLED"
)
