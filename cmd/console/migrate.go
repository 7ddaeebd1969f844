package main

import (
	"fmt"

	"github.com/signalboxhq/signalbox/internal/postgres"
)

// migrateCommand is `console migrate …`.
type migrateCommand struct {
	Up     migrateUpCommand     `cmd:"" help:"Apply what is missing; one at a time, whoever calls."`
	Status migrateStatusCommand `cmd:"" help:"Show what is applied."`
}

type migrateUpCommand struct{ databaseFlags }

// Run applies the missing migrations.
func (c *migrateUpCommand) Run(env environment) error {
	url, err := c.url()
	if err != nil {
		return err
	}
	if err := postgres.Migrate(env.ctx, url); err != nil {
		return err
	}
	fmt.Fprintln(env.stdout, "the database is at this program's version")
	return nil
}

type migrateStatusCommand struct{ databaseFlags }

// Run lists the migrations.
func (c *migrateStatusCommand) Run(env environment) error {
	url, err := c.url()
	if err != nil {
		return err
	}
	list, err := postgres.MigrationStatus(env.ctx, url)
	for _, m := range list {
		applied := "missing"
		if m.Applied {
			applied = "applied " + m.AppliedAt.UTC().Format("2006-01-02 15:04:05 UTC")
		}
		fmt.Fprintf(env.stdout, "%04d %s %s\n", m.Version, m.Name, applied)
	}
	return err
}
