package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/bench/dataset"
	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// searchFigure is what one kind of search took beside the same by hand, in milliseconds.
type searchFigure struct {
	Name      string  `json:"name"`
	Reference bool    `json:"reference"`
	Draws     int     `json:"draws"`
	P50       float64 `json:"p50_ms"`
	P95       float64 `json:"p95_ms"`
	FloorP50  float64 `json:"floor_p50_ms"`
	FloorP95  float64 `json:"floor_p95_ms"`
	Ratio     float64 `json:"ratio_of_p95"`
	Rows      float64 `json:"rows_mean"` // of a page
}

// searches measures the list of transactions on the kept cluster: the product's own reader beside SQL written by hand for each
// kind of search, the same values for both, each in turn first.
func searches(ctx context.Context, o options, r *report) error {
	c, err := dataset.Open(ctx, o.data)
	if errors.Is(err, dataset.ErrMissing) {
		r.note("NOT RUN: search over many transactions: %v", err)
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = c.Stop(context.WithoutCancel(ctx)) }()
	s, err := newSearcher(ctx, c)
	if err != nil {
		return err
	}
	defer s.close()
	draws := mostDraws
	if o.quick {
		draws = quickDraws
	}
	for _, k := range kinds {
		f, err := s.measure(ctx, k, draws)
		if err != nil {
			return fmt.Errorf("search %q: %w", k.name, err)
		}
		say("  %-46s %2d draws %3.0f rows  p50 %7.2f  p95 %7.2f  by hand %7.2f %7.2f  %.2f", f.Name, f.Draws, f.Rows, f.P50, f.P95, f.FloorP50, f.FloorP95, f.Ratio)
		r.Searches = append(r.Searches, f)
	}
	many := fmt.Sprintf("%.3g M", float64(c.Rows)/1e6)
	r.worst("first page of any search over "+many, false, 200)
	r.worst("reference search over "+many, true, 20)
	return nil
}

// worst enters the search with the worst ratio and the one with the worst p95.
func (r *report) worst(what string, reference bool, bound float64) {
	var ratio, slow searchFigure
	for _, f := range r.Searches {
		if f.Reference != reference {
			continue
		}
		if f.Ratio > ratio.Ratio {
			ratio = f
		}
		if f.P95 > slow.P95 {
			slow = f
		}
	}
	r.add(fmt.Sprintf("%s, p95, worst ratio (%s)", what, ratio.Name), ratio.P95, ratio.FloorP95, "ms", 1.5, false)
	r.add(fmt.Sprintf("%s, worst p95 (%s)", what, slow.Name), slow.P95, 0, "ms", bound, false)
}

// searcher holds both ways to the same cluster.
type searcher struct {
	life   dataset.Life
	db     *postgres.DB
	reader *postgres.Reader
	hand   *pgx.Conn
	hash   func(kind, value string) []byte
	dice   *rand.Rand
}

func newSearcher(ctx context.Context, c *dataset.Cluster) (_ *searcher, err error) {
	s := &searcher{life: c.Life, dice: rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))}
	if s.hash, err = dataset.Hash(); err != nil {
		return nil, err
	}
	if s.db, err = postgres.Open(ctx, postgres.Config{URL: c.URL(""), Name: "signalbox console", MaxConns: 1, StatementTimeout: 15 * time.Second}); err != nil {
		return nil, err
	}
	s.reader = postgres.NewReader(s.db, transactions.DefaultLimits())
	hand, err := pgx.ParseConfig(c.URL(""))
	if err == nil {
		hand.RuntimeParams["jit"] = "off" // as a person would soon find out
		s.hand, err = pgx.ConnectConfig(ctx, hand)
	}
	if err != nil {
		s.db.Close()
	}
	return s, err
}

func (s *searcher) close() {
	_ = s.hand.Close(context.Background())
	s.db.Close()
}

// How often each kind is drawn. A kind of which each draw takes seconds is drawn less often; its figure says how often.
const (
	mostDraws  = 60
	quickDraws = 20
	leastDraws = 12
	drawTime   = 12 * time.Second // of a kind that has its least draws

	// Before, some are not counted: first plans, first pages.
	warmUps    = 6
	warmUpTime = 3 * time.Second
)

// measure draws a kind up to the given number of times.
func (s *searcher) measure(ctx context.Context, k kind, draws int) (searchFigure, error) {
	f := searchFigure{Name: k.name, Reference: k.reference}
	turn := 0
	for began := time.Now(); turn < warmUps && time.Since(began) < warmUpTime; turn++ {
		if _, err := s.race(ctx, k.draw(s), turn); err != nil {
			return f, err
		}
	}
	var own, hand []time.Duration
	rows := 0
	for began := time.Now(); len(own) < draws && (len(own) < leastDraws || time.Since(began) < drawTime); turn++ {
		r, err := s.race(ctx, k.draw(s), turn)
		if err != nil {
			return f, err
		}
		own, hand, rows = append(own, r.own), append(hand, r.hand), rows+r.rows
	}
	f.Draws, f.Rows = len(own), float64(rows)/float64(len(own))
	slices.Sort(own)
	slices.Sort(hand)
	f.P50, f.P95, f.FloorP50, f.FloorP95 = ms(percentile(own, 0.5)), ms(percentile(own, 0.95)), ms(percentile(hand, 0.5)), ms(percentile(hand, 0.95))
	f.Ratio = f.P95 / f.FloorP95
	return f, nil
}

// raced is what one search took each way.
type raced struct {
	own, hand time.Duration
	rows      int
}

// race searches both ways; in every other turn the product is second and finds the pages warm.
func (s *searcher) race(ctx context.Context, w wanted, turn int) (r raced, err error) {
	filter, err := transactions.ParseFilter(w.query, s.life.End)
	if err != nil {
		return r, err
	}
	filter.Reference.Hash(s.hash)
	var found monitoring.Found
	var byHand []uuid.UUID
	steps := []func() error{
		func() (err error) {
			began := time.Now()
			found, err = s.reader.SearchTransactions(ctx, filter)
			r.own = time.Since(began)
			return err
		},
		func() (err error) {
			began := time.Now()
			byHand, err = s.byHand(ctx, w)
			r.hand = time.Since(began)
			return err
		},
	}
	for i := range steps {
		if err := steps[(turn+i)%2](); err != nil {
			return r, fmt.Errorf("%s: %w", w.query.Encode(), err)
		}
	}
	if err := same(found.Lines, byHand); err != nil {
		return r, fmt.Errorf("%s: %w", w.query.Encode(), err)
	}
	r.rows = len(found.Lines)
	return r, nil
}

// same holds the product's page against the one by hand.
func same(lines []monitoring.Line, ids []uuid.UUID) error {
	ids = ids[:min(len(ids), pageRows)]
	if len(lines) != len(ids) {
		return fmt.Errorf("the product found %d rows, the query by hand %d", len(lines), len(ids))
	}
	for i := range lines {
		if lines[i].ID != ids[i] {
			return fmt.Errorf("row %d differs from the query by hand", i+1)
		}
	}
	return nil
}
