package main

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/api/contract"
	"github.com/signalboxhq/signalbox/internal/api/giftcards"
	"github.com/signalboxhq/signalbox/internal/api/humm"
	"github.com/signalboxhq/signalbox/internal/api/vouchers"
	"github.com/signalboxhq/signalbox/internal/console"
	"github.com/signalboxhq/signalbox/internal/finance/report"
	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/server"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/layouts"
)

// newAPI is the channel API with its services.
func (p *program) newAPI(o server.Options) (*server.App, error) {
	sold := &vouchers.Service{Switch: p.processor, Auth: p.auth, Directory: p.directory.Load, NewID: uuid.New, Reset: p.resetOf()}
	cards := &giftcards.Service{Switch: p.processor, Auth: p.auth, NewID: uuid.New, Reset: p.resetOf(), Dump: p.dumpOf()}
	finance := &humm.Service{
		Switch: p.processor, Merchants: p.merchants, Devices: p.devices, Clients: p.auth, Hash: p.vault.Hash, NewID: uuid.New, Log: p.settings.log,
		Countries: map[string]humm.Country{"AU": {Currency: "036"}, "NZ": {Currency: "554"}}, Adopt: p.adoptOf(),
	}
	o.Wide, o.WideLimit = humm.Owns, humm.MaxBody
	if err := errors.Join(p.auth.Register(o.Registry), finance.Register(o.Registry)); err != nil {
		return nil, err
	}
	return server.NewAPI(o, p.auth.Mount(sold.Mount, cards.Mount, finance.Mount, contract.Mount)), nil
}

// newConsole is the operators' console with its pages.
func (p *program) newConsole(o server.Options) *server.App {
	people, reader := postgres.NewOperators(p.consoleDB), postgres.NewReader(p.consoleDB, p.limits())
	deps := console.Deps{
		People: p.people, Audit: people, Log: p.settings.log, Zone: p.zone, Mode: layouts.Production,
		Figures: monitoring.Share(reader, time.Now), Transactions: reader, Advices: reader, Desk: p.desk(), Gate: p.gate, Hash: p.vault.Hash,
		Config: postgres.NewConfiguration(p.consoleDB), Finance: postgres.NewFinance(p.consoleDB), ReportFiles: report.NewDirectory(p.settings.reportDir, time.Now),
		Schedules: p.scheduler, JobRuns: postgres.NewJobs(p.consoleDB),
	}
	if p.settings.mode == postgres.Sandbox {
		deps.Mode, deps.ModeNote = layouts.Sandbox, "simulated providers, invented people, no money moves"
	}
	app := console.New(deps)
	return server.NewConsole(o, app.Mount, app.ErrorPage)
}

// limits are the configured ages from which an open question needs a person.
func (p *program) limits() transactions.Limits {
	s := p.settings.switchSettings
	return transactions.Limits{UnknownMaxAge: s.UnknownMaxAge, DecisionMaxAge: s.DecisionMaxAge}
}

// gate is a provider's breaker on this node, as pages show it.
func (p *program) gate(providerID string) monitoring.Gate {
	provider, ok := p.directory.Load().Provider(providerID)
	if !ok {
		return monitoring.Gate{}
	}
	v := p.gates.View(provider)
	return monitoring.Gate{
		Requests: string(v.Requests), Advices: string(v.Advices), AdvicesUntil: v.AdvicesUntil,
		InFlight: v.InFlight, Sending: v.Sending, Parallel: provider.Profile.SAFParallel,
	}
}

// desk is what people may do with stored advices.
func (p *program) desk() *saf.Desk {
	return &saf.Desk{Store: postgres.NewDesk(p.consoleDB), Policy: p.core.Settings.SAF, Wake: p.engine.Sweep}
}
