package main

import (
	"context"
	"fmt"
	"path/filepath"
)

// underReport drains a held queue while the settlement report of a month is written over and over beside it, between two drains
// without. A report that keeps a snapshot for long keeps the dead rows of the queue alive, and the queue slows down.
func (b *bench) underReport(ctx context.Context, r *report) error {
	n := b.options.settled
	say("SAF under a report of %d settled transactions", n)
	if err := b.settleMonth(ctx, n); err != nil {
		return err
	}
	before, err := b.drain(ctx, drainedProvider, b.options.entries)
	if err != nil {
		return err
	}
	during, stop := context.WithCancel(ctx)
	written := make(chan int, 1)
	failed := make(chan error, 1)
	go func() {
		count, err := b.reportAgainAndAgain(during)
		written <- count
		failed <- err
	}()
	under, err := b.drain(ctx, drainedProvider, b.options.entries)
	stop()
	count := <-written
	if reportErr := <-failed; err == nil {
		err = reportErr
	}
	if err != nil {
		return err
	}
	after, err := b.drain(ctx, drainedProvider, b.options.entries)
	if err != nil {
		return err
	}
	r.add("SAF rate while a month's settlement report runs", under.Rate, (before.Rate+after.Rate)/2, "per s", 0.9, true)
	r.note("SAF under a report of %d lines: %.0f per s before, %.0f beside it (%d reports ended meanwhile, by a process of its own), %.0f after", n,
		before.Rate, under.Rate, count, after.Rate)
	return b.unsettleMonth(ctx)
}

const (
	reportedProcess = "00000000-0000-4000-8000-00000000be01"
	reportedCycle   = "00000000-0000-4000-8000-00000000be02"
	reportedDay     = "2020-01-31"
)

// settleMonth writes one cycle with so many lines. The report reads nothing else.
func (b *bench) settleMonth(ctx context.Context, lines int) error {
	for _, sql := range []string{
		`insert into recon_processes (id, code, name, provider_id, currency) values ('` + reportedProcess + `', 'MONTH-ZAR', 'Month', 'month', '710')`,
		`insert into settlement_cycles (id, process_id, number, period_from, period_to, state, currency, item_count, principal_minor, net_minor, input_hash)
		   values ('` + reportedCycle + `', '` + reportedProcess + `', 1, '2020-01-01', '` + reportedDay + `', 'AWAITING_APPROVAL', '710', ` + fmt.Sprint(lines) + `, 0, 0, 'x')`,
		`insert into settlement_lines (cycle_id, line_no, transaction_id, kind, client_id, operation, direction, product, business_date, at, amount_minor, fee_minor, currency)
		   select '` + reportedCycle + `', n, gen_random_uuid(), 'PRINCIPAL', 'RETAIL' || n % 7, 'PROVISION', 'D', 'P-' || n % 40, date '2020-01-01' + n % 31,
		   timestamptz '2020-01-01' + n * interval '5 s', 500 + n % 20000, n % 700, '710' from generate_series(1, ` + fmt.Sprint(lines) + `) n`,
		`analyze settlement_lines`,
	} {
		if _, err := b.db.Exec(ctx, sql); err != nil {
			return fmt.Errorf("settling a month: %w", err)
		}
	}
	return nil
}

// unsettleMonth takes it away again: the transactions of these lines were never made, and the check at the end would say so.
func (b *bench) unsettleMonth(ctx context.Context) error {
	for _, sql := range []string{
		`delete from settlement_lines where cycle_id = '` + reportedCycle + `'`, `delete from settlement_cycles where id = '` + reportedCycle + `'`,
		`delete from recon_processes where id = '` + reportedProcess + `'`,
	} {
		if _, err := b.db.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// reportAgainAndAgain writes the report until ctx ends and gives how many were completed.
func (b *bench) reportAgainAndAgain(ctx context.Context) (count int, err error) {
	for {
		_, err := b.program.run(ctx, "", "report", "run", "settlement", "--date", reportedDay, "--out", filepath.Join(b.dir, "month"),
			"--database-url", b.program.database)
		if ctx.Err() != nil {
			return count, nil
		}
		if err != nil {
			return count, err
		}
		count++
	}
}
