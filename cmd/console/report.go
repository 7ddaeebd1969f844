package main

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/finance/report"
	"github.com/signalboxhq/signalbox/internal/postgres"
)

// reportCommand is `console report …`.
type reportCommand struct {
	Run_ reportRunCommand `cmd:"" name:"run" help:"Write a report of a day again, reproducibly."`
}

type reportRunCommand struct {
	databaseFlags
	Name string `arg:"" enum:"reconciliation,settlement" help:"reconciliation or settlement."`
	Date string `name:"date" required:"" help:"Business date, YYYY-MM-DD."`
	Out  string `name:"out" required:"" help:"Directory to write to." placeholder:"DIR"`
}

// Run writes the files of every process.
func (c *reportRunCommand) Run(env environment) error {
	if _, err := time.Parse(time.DateOnly, c.Date); err != nil {
		return &exitError{exitUsage, apperr.Errorf(apperr.Invalid, "--date is written YYYY-MM-DD, not %q", c.Date)}
	}
	db, err := c.open(env.ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	store := postgres.NewFinance(db)
	processes, err := store.Processes(env.ctx)
	if err != nil {
		return err
	}
	service := finance.NewService(store, nil, nil, finance.Defaults{}, slog.New(slog.NewTextHandler(env.stderr, nil)))
	out := report.NewDirectory(c.Out, time.Now)
	written := 0
	for _, process := range processes {
		write := service.WriteSettlement
		if c.Name == "reconciliation" {
			write = service.WriteReconciliation
		}
		files, err := write(env.ctx, process.Code, finance.Date(c.Date), out)
		if apperr.Is(err, apperr.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		for _, f := range files {
			fmt.Fprintln(env.stdout, f.Path)
			written++
		}
	}
	if written == 0 {
		return apperr.Errorf(apperr.NotFound, "there is no %s for %s; the schedules page tells when it runs", c.Name, c.Date)
	}
	return nil
}
