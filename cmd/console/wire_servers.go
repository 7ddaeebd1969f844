package main

import (
	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/api/vouchers"
	"github.com/signalboxhq/signalbox/internal/console"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/server"
	"github.com/signalboxhq/signalbox/web/templates/layouts"
)

// newAPI is the channel API with its services.
func (p *program) newAPI(o server.Options) *server.App {
	service := &vouchers.Service{Switch: p.processor, Auth: p.auth, Directory: p.directory.Load, NewID: uuid.New, Reset: p.resetOf()}
	return server.NewAPI(o, service.Mount)
}

// newConsole is the operators' console with its pages.
func (p *program) newConsole(o server.Options) *server.App {
	people := postgres.NewOperators(p.consoleDB)
	deps := console.Deps{
		People: p.people, Audit: people, Log: p.settings.log, Zone: p.zone,
		Mode: layouts.Production,
	}
	if p.settings.mode == postgres.Sandbox {
		deps.Mode, deps.ModeNote = layouts.Sandbox, "simulated providers, invented people, no money moves"
	}
	app := console.New(deps)
	return server.NewConsole(o, app.Mount, app.ErrorPage)
}

// desk is what people may do with stored advices.
func (p *program) desk() *saf.Desk {
	return &saf.Desk{Store: postgres.NewDesk(p.consoleDB), Policy: p.core.Settings.SAF, Wake: p.engine.Wake}
}
