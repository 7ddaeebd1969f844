package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/statements"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/finance/report"
	"github.com/signalboxhq/signalbox/internal/jobs"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// openJobs builds finance and the timetable (console-and-finance.md 9.9).
func (p *program) openJobs(context.Context) (err error) {
	s := p.settings
	p.finance, err = newFinance(p.jobsDB, s, p.zone)
	if err != nil {
		return err
	}
	p.scheduler, err = jobs.New(jobs.Config{Store: postgres.NewJobs(p.jobsDB), Node: p.core.Settings.Node, Log: s.log}, p.timetable())
	return err
}

// newFinance joins reconciliation and settlement to the database, the statements and the report directory.
func newFinance(db *postgres.DB, s settings, zone *time.Location) (*finance.Service, error) {
	source, err := statementSource(s.statementsURL, zone)
	if err != nil {
		return nil, err
	}
	defaults := finance.Defaults{Zone: zone.String()} // without terms nothing is charged
	return finance.NewService(postgres.NewFinance(db), source, report.NewDirectory(s.reportDir, time.Now), defaults, s.log), nil
}

// statementSource fetches from the given address; without one no provider makes a statement.
func statementSource(url string, zone *time.Location) (finance.StatementSource, error) {
	if url == "" {
		return noStatements{}, nil
	}
	return statements.New(statements.Config{BaseURL: url, Zone: zone.String()})
}

// noStatements stands for "no --statements-url": every day is reconciled without the provider's side.
type noStatements struct{}

// Fetch implements finance.StatementSource.
func (noStatements) Fetch(_ context.Context, provider string, date finance.Date) (finance.RawStatement, error) {
	return finance.RawStatement{}, apperr.Errorf(apperr.NotFound, "no --statements-url is set, so %s has no statement for %s", provider, date)
}

// timetable lists everything that runs by the clock.
func (p *program) timetable() []jobs.Job {
	sweep := &switchcore.Sweep{Core: p.core, After: func(r switchcore.Ruling) {
		if r.WakeProvider != "" {
			p.engine.Wake(r.WakeProvider)
		}
	}}
	daily := func(hour, minute int) jobs.Schedule { return jobs.Daily(hour, minute, p.zone) }
	return []jobs.Job{
		{Name: "saf.tick", Title: "Look at every queue", Schedule: jobs.Every(p.settings.switchSettings.SweepEvery), Once: jobs.Local, Run: p.wakeQueues},
		{Name: "lease.sweep", Title: "Close attempts whose node did not come back", Schedule: jobs.Every(p.settings.switchSettings.SweepEvery), Once: jobs.Local, Run: counted("closed", sweep.Recover)},
		{Name: "unknown.decide", Title: "Decide what stayed unknown", Schedule: jobs.Every(p.decideEvery()), Once: jobs.Local, Run: counted("decided", sweep.Decide)},
		{Name: "cutoff.complete", Title: "Complete single-message sales at the cut-off", Schedule: daily(0, 5), Once: jobs.PerDate, DayOffset: -1, Retries: 3, Run: p.completeDay(sweep)},
		{Name: "partition.maintain", Title: "Make the partitions of the coming months", Schedule: daily(1, 0), Once: jobs.PerDate, Retries: 3, Run: p.maintainPartitions},
		{Name: "search.summarise", Title: "Note what the newest transactions hold, for searches", Schedule: jobs.Every(time.Hour), Once: jobs.PerTick, Run: counted("groups of pages", p.jobsDB.SummariseTransactions)},
		{Name: "recon.run", Title: "Reconcile the day with every provider", Schedule: daily(3, 0), Once: jobs.PerDate, DayOffset: -1, Retries: 3, Run: p.reconcileDay},
		{Name: "settle.cutoff", Title: "Settle the day with every provider", Schedule: daily(6, 0), Once: jobs.PerDate, DayOffset: -1, Retries: 3, Run: p.settleDay},
		{Name: "catalogue.refresh", Title: "Take over what providers publish", Schedule: daily(4, 0), Once: jobs.PerDate, Retries: 3, Run: p.refreshCatalogues},
		{Name: "retention.purge", Title: "Forget old sign-in tries", Schedule: daily(1, 30), Once: jobs.PerDate, Run: p.purge},
		{Name: "audit.verify", Title: "Verify the audit chain", Schedule: daily(2, 0), Once: jobs.PerDate, Run: p.verifyAudit},
	}
}

// decideEvery looks often enough that nothing stays unknown for much longer than it may.
func (p *program) decideEvery() time.Duration {
	s := p.settings.switchSettings
	return min(time.Minute, max(s.SweepEvery, s.UnknownMaxAge/5))
}

func counted(what string, run func(context.Context) (int, error)) func(context.Context, jobs.Occasion) (jobs.Result, error) {
	return func(ctx context.Context, _ jobs.Occasion) (jobs.Result, error) {
		n, err := run(ctx)
		return jobs.Result{Counts: map[string]int64{what: int64(n)}}, err
	}
}

func (p *program) wakeQueues(context.Context, jobs.Occasion) (jobs.Result, error) {
	for _, provider := range p.directory.Load().Providers() {
		p.engine.Sweep(provider.ID)
	}
	return jobs.Result{}, nil
}

func (p *program) completeDay(sweep *switchcore.Sweep) func(context.Context, jobs.Occasion) (jobs.Result, error) {
	return func(ctx context.Context, o jobs.Occasion) (jobs.Result, error) {
		day, err := time.Parse(time.DateOnly, o.Date)
		if err != nil {
			return jobs.Result{}, err
		}
		n, err := sweep.Complete(ctx, day.AddDate(0, 0, 1))
		return jobs.Result{Counts: map[string]int64{"completed": int64(n)}}, err
	}
}

func (p *program) maintainPartitions(ctx context.Context, _ jobs.Occasion) (jobs.Result, error) {
	n, err := p.jobsDB.EnsurePartitions(ctx, 2)
	return jobs.Result{Counts: map[string]int64{"made": int64(n)}}, err
}

func (p *program) reconcileDay(ctx context.Context, o jobs.Occasion) (jobs.Result, error) {
	r, err := p.finance.ReconcileDay(ctx, finance.Date(o.Date))
	return jobs.Result{
		Counts: map[string]int64{"processes": int64(r.Processes), "items": int64(r.Items), "breaks": int64(r.Breaks)},
		Note:   fmt.Sprintf("%d breaks", r.Breaks),
	}, err
}

func (p *program) settleDay(ctx context.Context, o jobs.Occasion) (jobs.Result, error) {
	r, err := p.finance.SettleDay(ctx, finance.Date(o.Date))
	return jobs.Result{Counts: map[string]int64{"processes": int64(r.Processes), "lines": int64(r.Lines)}}, err
}

// refreshCatalogues asks every provider that publishes a catalogue. One that does not answer keeps its last good list and
// does not keep the others from theirs.
func (p *program) refreshCatalogues(ctx context.Context, _ jobs.Occasion) (jobs.Result, error) {
	counts := map[string]int64{}
	var failures []error
	for _, provider := range p.directory.Load().Providers() {
		publisher, ok := p.connectors.of(provider.ID).(switchcore.Publisher)
		if !ok || !provider.Profile.Products || !provider.Enabled {
			continue
		}
		published, err := publisher.Products(ctx)
		if err == nil {
			var c postgres.CatalogueChange
			c, err = postgres.NewDirectory(p.jobsDB).RefreshProducts(ctx, provider.ID, published)
			counts["added"] += c.Added
			counts["changed"] += c.Changed
			counts["withdrawn"] += c.Withdrawn
		}
		counts["providers"]++
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", provider.ID, err))
		}
	}
	return jobs.Result{Counts: counts}, errors.Join(failures...)
}

func (p *program) purge(ctx context.Context, _ jobs.Occasion) (jobs.Result, error) {
	return jobs.Result{}, postgres.NewOperators(p.jobsDB).PruneSignIn(ctx)
}

func (p *program) verifyAudit(ctx context.Context, _ jobs.Occasion) (jobs.Result, error) {
	r, err := postgres.NewOperators(p.jobsDB).VerifyAudit(ctx)
	if err == nil && !r.Intact() {
		err = fmt.Errorf("the chain is broken at seq %d", r.FirstBad)
	}
	return jobs.Result{Counts: map[string]int64{"entries": r.Checked}}, err
}
