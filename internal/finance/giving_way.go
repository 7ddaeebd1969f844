package finance

import (
	"context"
	"time"
)

const (
	// lookEvery is how long work goes on before it asks whether the switch is at work. Shorter work never asks.
	lookEvery = 50 * time.Millisecond
	// restTimes is how many times as long as it has worked it rests then: a tenth of a processor is left to it.
	restTimes = 9
	// longestRest bounds one rest, so that work which is slow for another reason is not made ten times slower still.
	longestRest = 2 * time.Second
)

// givingWay is how work that nobody waits for gives way to messages: reports, reconciliations, statements on their way in. Such
// work calls pause again and again, between two steps and never inside a transaction. Whenever it has worked for lookEvery it
// asks whether the switch is at work at this very moment, and rests if so. One look is a matter of chance, many are not: while
// the switch works all the time nearly every look meets it, beside a few sales a second hardly any does, and a queue that is
// held, empty, behind an open breaker or of a slow provider gives none of them a reason. So the work always goes on, and on a
// quiet system at full speed. A question without an answer is no reason to rest. pause gives the context's error and ends a
// rest with it; it serves one goroutine.
func (s *Service) givingWay(ctx context.Context) (pause func() error) {
	began := time.Now()
	return func() error {
		worked := time.Since(began)
		if worked < lookEvery {
			return ctx.Err()
		}
		if busy, err := s.store.SwitchAtWork(ctx); err == nil && busy {
			rest(ctx, min(restTimes*worked, longestRest))
		}
		began = time.Now()
		return ctx.Err()
	}
}

func rest(ctx context.Context, d time.Duration) {
	over := time.NewTimer(d)
	defer over.Stop()
	select {
	case <-ctx.Done():
	case <-over.C:
	}
}
