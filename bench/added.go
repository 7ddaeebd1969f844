package main

import (
	"context"
	"slices"
	"time"
)

// added gives, for each request of an open-model run, what the switch put on top of the provider: the time from the planned
// arrival to the answer at the caller, less the provider's time as the switch measured it on its own leg.
func (b *bench) added(ctx context.Context, since time.Time) ([]time.Duration, error) {
	found, err := b.db.Query(ctx, `select t.request_id, x.latency_us from transactions t join traces x on x.transaction_id = t.id
  where t.received_at >= $1 and t.client_id = $2 and x.leg = 'PS' and x.kind = 'RESPONSE' and x.operation = 'PROVISION'`, since, b.messages.client)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	b.book.mu.Lock()
	defer b.book.mu.Unlock()
	var out []time.Duration
	for found.Next() {
		var id string
		var us int64
		if err := found.Scan(&id, &us); err != nil {
			return nil, err
		}
		if r := b.book.sales[id]; r != nil && r.status == 201 {
			out = append(out, r.took-time.Duration(us)*time.Microsecond)
		}
	}
	slices.Sort(out)
	return out, found.Err()
}
