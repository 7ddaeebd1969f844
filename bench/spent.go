package main

import (
	"context"
	"fmt"
	"time"
)

// spent is what the process and its database have used up so far: counts that, unlike times, do not depend on who else is
// using the machine.
type spent struct {
	cpu              time.Duration // of the console process
	commits          int64
	walBytes, synced int64
}

func (b *bench) spent(ctx context.Context) (s spent, err error) {
	// Sessions hand in their counts when they pause for a second or are asked to.
	if _, err = b.db.Exec(ctx, `select pg_stat_force_next_flush()`); err != nil {
		return s, err
	}
	err = b.db.QueryRow(ctx, `select (select xact_commit from pg_stat_database where datname = current_database()), wal_bytes::bigint, wal_sync from pg_stat_wal`).
		Scan(&s.commits, &s.walBytes, &s.synced)
	s.cpu = b.program.cpu()
	return s, err
}

// each tells what one of n transactions has cost since before.
func (s spent) each(before spent, n int) string {
	if n == 0 {
		return "nothing to count"
	}
	per := float64(n)
	return fmt.Sprintf("each took %.2f ms of the process's processor time, %.2f commits, %.2f flushes to disk, %.1f kB of log",
		ms(s.cpu-before.cpu)/per, float64(s.commits-before.commits)/per, float64(s.synced-before.synced)/per, float64(s.walBytes-before.walBytes)/1000/per)
}
