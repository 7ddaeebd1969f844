package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

// spent is what the measured processes have used up so far: counts that, unlike times, do not depend on who else is using
// the machine.
type spent struct {
	console, database, simulator, bench time.Duration // of processors
	commits                             int64         // of the whole server
	walBytes, synced                    int64
}

func (b *bench) spent(ctx context.Context) (s spent, err error) {
	// Sessions hand in their counts when they pause for a second or are asked to.
	if _, err = b.db.Exec(ctx, `select pg_stat_force_next_flush()`); err != nil {
		return s, err
	}
	var backend int
	err = b.db.QueryRow(ctx, `select pg_backend_pid(), (select sum(xact_commit)::bigint from pg_stat_database), wal_bytes::bigint, wal_sync from pg_stat_wal`).
		Scan(&backend, &s.commits, &s.walBytes, &s.synced)
	all := processes()
	server := all[backend].parent
	s.console, s.bench = all[b.program.cmd.Process.Pid].own, all[os.Getpid()].own
	for _, p := range all {
		switch {
		case p.parent == server && !strings.Contains(p.command, "autovacuum"): // which tends other runs' tables as well
			s.database += p.own
		case p.parent == b.program.cmd.Process.Pid && p.pid != server:
			s.simulator += p.own
		}
	}
	return s, err
}

// each tells what one of n transactions has cost since before.
func (s spent) each(before spent, n int) string {
	if n == 0 {
		return "nothing to count"
	}
	per := float64(n)
	return fmt.Sprintf("each took %.2f ms of the switch's processor time, %.2f of the database's, %.2f of the stand-ins', %.2f of this bench's; %.2f commits, %.2f flushes to disk, %.1f kB of log",
		ms(s.console-before.console)/per, ms(s.database-before.database)/per, ms(s.simulator-before.simulator)/per, ms(s.bench-before.bench)/per,
		float64(s.commits-before.commits)/per, float64(s.synced-before.synced)/per, float64(s.walBytes-before.walBytes)/1000/per)
}
