package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// underReportRounds is how often a drain beside the report follows one without it: other load on the machine comes and goes.
const underReportRounds = 3

// underReport drains a held queue while the settlement report of a month is written over and over beside it, between drains
// without. A report that keeps a snapshot for long keeps the dead rows of the queue alive, and one that takes a processor for
// itself leaves less to messages: either slows the queue down.
func (b *bench) underReport(ctx context.Context, r *report) error {
	n := b.options.settled
	say("SAF under a report of %d settled transactions", n)
	if err := b.settleMonth(ctx, n); err != nil {
		return err
	}
	rounds := underReportRounds
	if b.options.quick {
		rounds = 1
	}
	var alone, beside []drained
	var reports written
	for i := range 2*rounds + 1 {
		drain, list := b.drain, &alone
		if i%2 == 1 {
			drain, list = b.besideReports(&reports), &beside
		}
		d, err := drain(ctx, drainedProvider, b.options.entries)
		if err != nil {
			return err
		}
		*list = append(*list, d)
	}
	r.add("SAF rate while a month's settlement report runs", middle(beside), middle(alone), "per s", 0.9, true)
	r.note("the report of %d lines, a process of its own, ran for %.1f s while queues were filled and drained, took %.1f s of a processor and was completed %d times",
		n, reports.wall.Seconds(), reports.processor.Seconds(), reports.completed)
	for i, d := range alone {
		r.note("drain without report: %.0f per s; %s", d.Rate, d.Cost)
		if i < len(beside) {
			r.note("drain beside it: %.0f per s; its session included %s", beside[i].Rate, beside[i].Cost)
		}
	}
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

// besideReports drains while reports are written, and adds what became of them.
func (b *bench) besideReports(reports *written) func(context.Context, string, int) (drained, error) {
	return func(ctx context.Context, provider string, n int) (drained, error) {
		during, stop := context.WithCancel(ctx)
		defer stop()
		ended := make(chan error, 1)
		go func() { ended <- b.reportAgainAndAgain(during, reports) }()
		d, err := b.drain(ctx, provider, n)
		stop()
		if reportErr := <-ended; err == nil {
			err = reportErr
		}
		return d, err
	}
}

// middle gives the median of the rates, so that one drain during which others took the machine does not decide.
func middle(list []drained) float64 {
	rates := make([]float64, len(list))
	for i, d := range list {
		rates[i] = d.Rate
	}
	slices.Sort(rates)
	n := len(rates)
	return (rates[(n-1)/2] + rates[n/2]) / 2
}

// written is what became of the reports beside a drain.
type written struct {
	completed       int
	wall, processor time.Duration
}

// reportAgainAndAgain writes the report until ctx ends.
func (b *bench) reportAgainAndAgain(ctx context.Context, w *written) error {
	began := time.Now()
	defer func() { w.wall += time.Since(began) }()
	for {
		cmd := exec.CommandContext(ctx, b.program.binary, "report", "run", "settlement", "--date", reportedDay, "--out", filepath.Join(b.dir, "month"),
			"--database-url", b.program.database)
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState != nil {
			w.processor += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("console report run: %w\n%s", err, out)
		}
		w.completed++
	}
}
