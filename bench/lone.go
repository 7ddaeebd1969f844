package main

import (
	"context"
	"time"
)

// lone measures what one caller with nobody beside it waits for a request and for a confirmation, providers answering at
// once. The floor is one pgbench client that makes the request's two commits; the confirmation's floor is one commit.
func (b *bench) lone(ctx context.Context, f *floor, r *report) error {
	say("one caller alone")
	d := b.options.duration / 2
	floor, err := f.bench(ctx, f.request, 1, d)
	if err != nil {
		return err
	}
	before, err := b.spent(ctx)
	if err != nil {
		return err
	}
	run := b.closed(ctx, 1, d, 0, true, b.messages)
	if err := b.settled(ctx, time.Minute); err != nil {
		return err
	}
	after, err := b.spent(ctx)
	if err != nil {
		return err
	}
	r.add("request of a lone caller, p50", ms(percentile(run.took, 0.5)), 1000/floor, "ms", 0, false)
	r.note("lone caller: request p50 %s, p99 %s; %d complete in %.1f s; %s", short(percentile(run.took, 0.5)), short(percentile(run.took, 0.99)),
		run.complete, run.elapsed.Seconds(), after.each(before, run.complete))
	return nil
}
