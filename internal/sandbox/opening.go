package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator"
)

// Pace of the opening day.
const (
	openingTills  = 8
	settledWithin = time.Minute
	settledEvery  = 200 * time.Millisecond
)

// businessZone is where the sandbox closes its day, and the simulator its statements.
const businessZone = "Africa/Johannesburg"

// OpeningDay fills an empty sandbox: about 170 transactions of every quick kind, and provider statements with a few
// breaks, so that reconciliation and settlement have something to show at once.
type OpeningDay struct {
	APIURL       string
	SimulatorURL string
	Seed         uint64
	Log          *slog.Logger // nil logs nothing
	// Settled tells whether no stored advice is left to deliver.
	Settled func(context.Context) (bool, error)

	world *world // of a test
}

// Run plays the day, waits until every advice is delivered, plants the breaks and gives the business date (YYYY-MM-DD)
// to reconcile and settle. It fails when advices stay undelivered or the simulator refuses a break.
func (o OpeningDay) Run(ctx context.Context) (date string, err error) {
	w := o.world
	if w == nil {
		w = newWorld(o.APIURL, o.SimulatorURL, o.Log)
		w.think = func(context.Context, time.Duration) {} // nobody is watching yet
	}
	defer w.http.CloseIdleConnections()
	zone, err := time.LoadLocation(businessZone)
	if err != nil {
		return "", fmt.Errorf("business zone: %w", err)
	}
	date = w.now().In(zone).Format(time.DateOnly)
	w.playAll(ctx, openingPlans(o.Seed))
	if err := o.awaitSettled(ctx, w); err != nil {
		return "", err
	}
	for _, order := range openingBreaks() {
		if err := w.plant(ctx, date, order); err != nil {
			return "", err
		}
	}
	return date, nil
}

// slowStories is how many stories of the day wait for an answer that never comes; they are told first, side by side.
const slowStories = 4

// openingPlans are the stories of the day: the slow ones first, the rest shuffled.
func openingPlans(seed uint64) []plan {
	plans := []plan{
		draw(seed, 0, lostAnswer, "ott"), draw(seed, 1, lostAnswer, "hollywoodbets"),
		withCard(draw(seed, 2, giftCard, ""), 38, load), draw(seed, 3, finance, ""),
	}
	plans[2].Fault, plans[3].Fault = "lost-answer", "lost-answer"
	add := func(of story, n int, providers ...string) {
		for range n {
			for _, id := range providers {
				plans = append(plans, draw(seed, len(plans), of, id))
			}
		}
	}
	for _, p := range simulator.Providers() {
		add(sale, 5, p.ID)
	}
	add(sale, 4, "flash", "ott", "blu", "hollywoodbets", "betway") // what sells best
	add(cancel, 1, "flash", "ott", "yoyo", "hollywoodbets", "hollywoodbets", "betway", "supabets")
	add(cancel, 1, "stellr", "blu") // nothing can be undone there: a break by itself
	add(redemption, 1, redeeming()...)
	add(refund, 1, "flash", "netcare")
	for i, id := range []string{"lottostar", "flash", "betway", "netcare"} {
		add(decline, 1, id)
		last := &plans[len(plans)-1]
		if last.Fault = declines()[i]; speaksItsOwn(id) { // one of each
			last.Offer.asksFor(last.Fault)
			last.Fault = ""
		}
	}
	add(duplicate, 1, "flash")
	add(early, 1, "supabets")
	add(badFormat, 1, "ott")
	add(catalogue, 2, "demo")
	for i, a := range []act{spend, spend, load, unload, walkAway, balance, suspend, void, replace, wrongPIN, outdated, transfer} {
		plans = append(plans, withCard(draw(seed, len(plans), giftCard, ""), 3*i, a))
	}
	for i := range 8 {
		add(finance, 1, "")
		if plans[len(plans)-1].Fault = ""; i == 0 {
			plans[len(plans)-1].Fault = "decline:FPRA04"
		}
	}
	rest := plans[slowStories:]
	dice := rand.New(rand.NewPCG(seed, ^uint64(0)))
	dice.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	return plans
}

// withCard gives a plan a card of its own, since the tills of the day work side by side, and no fault.
func withCard(p plan, at int, a act) plan {
	p.Card, p.Fault = dealt{At: at, Act: a}, ""
	return p
}

// playAll plays the plans in order, a few at a time.
func (w *world) playAll(ctx context.Context, plans []plan) {
	queue := make(chan plan)
	var tills sync.WaitGroup
	for range openingTills {
		tills.Go(func() {
			for p := range queue {
				w.play(ctx, p)
			}
		})
	}
	for _, p := range plans {
		if ctx.Err() != nil {
			break
		}
		queue <- p
	}
	close(queue)
	tills.Wait()
}

// awaitSettled waits until nothing is left in the queues: an undelivered confirmation would look like a break.
func (o OpeningDay) awaitSettled(ctx context.Context, w *world) error {
	for waited := time.Duration(0); ; waited += settledEvery {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		done, err := o.Settled(ctx)
		switch {
		case err != nil:
			return fmt.Errorf("advices of the opening day: %w", err)
		case done:
			return nil
		case waited >= settledWithin:
			return errors.New("the advices of the opening day are not all delivered after a minute")
		}
		w.pause(ctx, settledEvery)
	}
}

// breakOrder asks the simulator to spoil the statement of one provider.
type breakOrder struct {
	ProviderID string `json:"-"`
	Date       string `json:"date"`
	Zone       string `json:"zone"`
	Seed       uint64 `json:"seed"`
	Missing    int    `json:"missing,omitempty"`
	Amount     int    `json:"amount,omitempty"`
	Extra      int    `json:"extra,omitempty"`
	State      int    `json:"state,omitempty"`
	Duplicate  int    `json:"duplicate,omitempty"`
}

// openingBreaks is one break of every kind, over three providers.
func openingBreaks() []breakOrder {
	return []breakOrder{
		{ProviderID: "flash", Missing: 1, Amount: 1},
		{ProviderID: "hollywoodbets", Extra: 1, State: 1},
		{ProviderID: "ott", Duplicate: 1},
	}
}

func (w *world) plant(ctx context.Context, date string, order breakOrder) error {
	order.Date, order.Zone, order.Seed = date, businessZone, 7
	r := w.toSimulator(ctx, http.MethodPost, "/statements/"+order.ProviderID+"/plant", encode(order))
	if !r.ok() {
		return fmt.Errorf("breaks in the statement of %s: the simulator answered %d %.200s", order.ProviderID, r.status, r.body)
	}
	return nil
}
