package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// levels are the numbers of callers at which every ratio is reported; the better one counts.
var levels = []int{32, 128}

// parts are what can be measured alone while working on one of them; the record has them all.
var parts = []string{"lone", "provisions", "complete", "drain", "latency", "storm", "report", "reconciliation", "search"}

func known(list string) bool {
	for name := range strings.SplitSeq(list, ",") {
		if name != "" && !slices.Contains(parts, name) {
			return false
		}
	}
	return true
}

func (o options) wants(part string) bool {
	return o.parts == "" || slices.Contains(strings.Split(o.parts, ","), part)
}

// measure runs everything in one go. Floors are measured before and after, so that a machine that changes speed in between
// is noticed; the better floor counts.
func (b *bench) measure(ctx context.Context, r *report) error {
	if alone := map[string]func(context.Context, *report) error{"reconciliation": b.reconciliation, "report": b.underReport}[b.options.parts]; alone != nil {
		if err := b.describe(ctx, r); err != nil {
			return err
		}
		return errors.Join(alone(ctx, r), b.compare(ctx, r))
	}
	id, err := b.firstSale(ctx)
	if err != nil {
		return err
	}
	f, err := b.newFloor(ctx, id)
	if err != nil {
		return err
	}
	r.Commits = f.summary
	if err := b.describe(ctx, r); err != nil {
		return err
	}
	var complete, request floorRun
	if complete, request, err = b.floors(ctx, f, r); err != nil {
		return err
	}
	say("warming up")
	b.closed(ctx, 32, max(b.options.duration/4, 2*time.Second), 0, true, b.messages)
	if err := b.settled(ctx, time.Minute); err != nil {
		return err
	}
	if b.options.wants("lone") {
		if err := b.lone(ctx, f, r); err != nil {
			return err
		}
	}
	provisions, completes := map[int]float64{}, map[int]float64{}
	if b.options.wants("provisions") {
		if provisions, err = b.provisions(ctx, r); err != nil {
			return err
		}
	}
	if b.options.wants("complete") {
		if completes, err = b.completes(ctx, r); err != nil {
			return err
		}
	}
	say("floors again")
	if complete, err = b.again(ctx, f, f.complete, "complete", complete, r); err != nil {
		return err
	}
	if request, err = b.again(ctx, f, f.request, "request", request, r); err != nil {
		return err
	}
	ratios(r, "complete dual-message transactions", completes, complete.Rate, 1.0)
	ratios(r, "provision requests", provisions, request.Rate, 1.5)
	if b.options.wants("drain") {
		if err := b.drains(ctx, f, r); err != nil {
			return err
		}
	}
	if b.options.wants("latency") {
		half := bestOf(provisions) / 2
		if half == 0 {
			return errors.New("the part latency arrives at half the rate of provisions: ask for both")
		}
		if err := b.latencies(ctx, f, r, half); err != nil {
			return err
		}
	}
	if b.options.wants("storm") {
		if err := b.storm(ctx, r); err != nil {
			return err
		}
	}
	if b.options.wants("report") {
		if err := b.underReport(ctx, r); err != nil {
			return err
		}
	}
	if b.options.wants("reconciliation") {
		if err := b.reconciliation(ctx, r); err != nil {
			return err
		}
	}
	return b.compare(ctx, r)
}

func (b *bench) floors(ctx context.Context, f *floor, r *report) (complete, request floorRun, err error) {
	d := b.options.duration * 2 / 3
	say("floor: complete transactions, pgbench with 8, 16 and 32 clients")
	if _, err = f.bench(ctx, f.complete, 8, time.Second); err != nil { // the first pages, the first plans
		return complete, request, err
	}
	if complete, r.FloorRuns["complete"], err = f.best(ctx, f.complete, d); err != nil {
		return complete, request, err
	}
	say("floor: requests only")
	request, r.FloorRuns["request"], err = f.best(ctx, f.request, d)
	return complete, request, err
}

// again measures a floor once more at its best number of clients.
func (b *bench) again(ctx context.Context, f *floor, file, name string, before floorRun, r *report) (floorRun, error) {
	rate, err := f.bench(ctx, file, before.Clients, b.options.duration*2/3)
	if err != nil {
		return before, err
	}
	r.FloorRuns[name] = append(r.FloorRuns[name], floorRun{before.Clients, rate})
	r.note("floor %s with %d clients: %.0f before, %.0f after the runs", name, before.Clients, before.Rate, rate)
	before.Rate = max(before.Rate, rate)
	return before, nil
}

// ratios enters one line per number of callers; the target is judged at the better one.
func ratios(r *report, what string, runs map[int]float64, floor, target float64) {
	if len(runs) == 0 {
		return
	}
	for _, callers := range levels {
		bound := 0.0
		if runs[callers] == bestOf(runs) {
			bound = target
		}
		r.add(fmt.Sprintf("%s, %d callers", what, callers), runs[callers], floor, "per s", bound, true)
	}
}

func bestOf(runs map[int]float64) float64 {
	best := 0.0
	for _, rate := range runs {
		best = max(best, rate)
	}
	return best
}

// provisions measures requests alone, closed loop.
func (b *bench) provisions(ctx context.Context, r *report) (map[int]float64, error) {
	out := map[int]float64{}
	for _, callers := range levels {
		say("provisions, %d callers", callers)
		before, err := b.spent(ctx)
		if err != nil {
			return nil, err
		}
		run := b.closed(ctx, callers, b.options.duration, 0, false, b.messages)
		if run.approved == 0 {
			return nil, fmt.Errorf("no provision was approved: %s", run.first)
		}
		out[callers] = run.rate()
		after, err := b.spent(ctx)
		if err != nil {
			return nil, err
		}
		r.note("provisions, %d callers: %d in %.1f s, p50 %s, p99 %s, %d failed %s; %s", callers, run.approved, run.elapsed.Seconds(),
			short(percentile(run.took, 0.5)), short(percentile(run.took, 0.99)), run.failed, run.first, after.each(before, run.approved))
	}
	return out, nil
}

// completes measures whole transactions: from the first request to the last acknowledgement by a provider, so that a queue
// that grows meanwhile is paid for.
func (b *bench) completes(ctx context.Context, r *report) (map[int]float64, error) {
	var visit *visitor
	if b.options.page != "" {
		var err error
		if visit, err = b.signIn(ctx, b.options.page); err != nil {
			r.note("NOT MEASURED: the console's page: %v", err)
		}
	}
	out := map[int]float64{}
	var pages []time.Duration
	var memory float64
	for _, callers := range levels {
		say("complete transactions, %d callers", callers)
		during, stop := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() {
			p, m, err := b.watch(during, visit)
			pages, memory = append(pages, p...), max(memory, m)
			done <- err
		}()
		before, err := b.spent(ctx)
		if err != nil {
			stop()
			return nil, err
		}
		run := b.closed(ctx, callers, b.options.duration, 0, true, b.messages)
		if err := b.connections(ctx, r); err != nil {
			stop()
			return nil, err
		}
		err = b.settled(ctx, 2*time.Minute)
		stop()
		if pageErr := <-done; err == nil {
			err = pageErr
		}
		if err != nil {
			return nil, err
		}
		whole := time.Since(run.started)
		after, err := b.spent(ctx)
		if err != nil {
			return nil, err
		}
		out[callers] = float64(run.complete) / whole.Seconds()
		r.note("complete, %d callers: %d in %.1f s and %.1f s more until the last acknowledgement, %d failed %s; %s", callers, run.complete,
			run.elapsed.Seconds(), (whole - run.elapsed).Seconds(), run.failed, run.first, after.each(before, run.complete))
	}
	r.add("memory of the process at full load", memory, 0, "MiB", 256, false)
	if visit != nil {
		slices.Sort(pages)
		r.add("page "+b.options.page+" under load, first byte, p95", ms(percentile(pages, 0.95)), 0, "ms", 100, false)
	}
	return out, nil
}

// latencies runs open-model arrivals at half the measured load against providers with log-normal latency.
func (b *bench) latencies(ctx context.Context, f *floor, r *report, rate float64) error {
	say("two single-row commits at %.0f per second", rate)
	pair, err := f.pairLatency(ctx, rate, b.options.duration)
	if err != nil {
		return err
	}
	for _, p := range b.providers {
		if err := b.control(ctx, p, map[string]any{"delay": map[string]any{"median_ms": 40, "sigma": 0.5}, "seed": 7}); err != nil {
			return err
		}
	}
	say("open model, %.0f arrivals per second, providers with a median of 40 ms", rate)
	var since time.Time
	if err := b.db.QueryRow(ctx, `select clock_timestamp()`).Scan(&since); err != nil {
		return err
	}
	run := b.open(ctx, rate, b.options.duration, b.messages)
	for _, p := range b.providers {
		if err := b.control(ctx, p, nil); err != nil {
			return err
		}
	}
	added, err := b.added(ctx, since)
	if err != nil {
		return err
	}
	r.add("latency added by the switch at half load, p50", ms(percentile(added, 0.5)), ms(percentile(pair, 0.5)), "ms", 2, false)
	r.add("latency added by the switch at half load, p99", ms(percentile(added, 0.99)), ms(percentile(pair, 0.99)), "ms", 4, false)
	r.note("open model: %.0f arrivals per second planned, %.0f answered per second; with the provider p50 %s, p99 %s; %d failed %s", rate,
		run.rate(), short(percentile(run.took, 0.5)), short(percentile(run.took, 0.99)), run.failed, run.first)
	return nil
}

// compare is the witness at the end.
func (b *bench) compare(ctx context.Context, r *report) error {
	say("comparing the records")
	if err := b.settled(ctx, time.Minute); err != nil {
		return err
	}
	var err error
	if r.Checked, r.Differences, err = b.witness(ctx); err != nil {
		return err
	}
	broken, err := b.check(ctx)
	if err != nil || len(broken) > 0 {
		r.Differences = append(r.Differences, append([]string{"console check is not clean"}, broken...)...)
		if err != nil {
			r.Differences = append(r.Differences, err.Error())
		}
	}
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func short(d time.Duration) string { return d.Round(100 * time.Microsecond).String() }
