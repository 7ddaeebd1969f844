package main

import (
	"errors"
	"fmt"

	"github.com/signalboxhq/signalbox/internal/postgres"
)

// checkCommand runs the invariant checker on a live database without disturbing it (guarantees B4).
type checkCommand struct {
	databaseFlags
	Canary string `name:"canary" help:"A planted secret that must be found nowhere in the traces (V25)."`
}

// Run prints a line per rule, the first violations below it.
func (c *checkCommand) Run(env environment) error {
	db, err := c.open(env.ctx)
	if err != nil {
		return &exitError{2, err}
	}
	defer db.Close()
	broken := false
	for _, rule := range postgres.Rules() {
		if rule.ID == "V25" && c.Canary == "" {
			continue
		}
		n, first, err := db.Violations(env.ctx, rule, c.Canary)
		if err != nil {
			return &exitError{2, err}
		}
		fmt.Fprintf(env.stdout, "%s %d\n", rule.ID, n)
		if n > 0 {
			broken = true
			fmt.Fprintf(env.stdout, "    %s\n", rule.Meaning)
		}
		for _, row := range first {
			fmt.Fprintf(env.stdout, "    %s\n", row)
		}
	}
	if broken {
		return &exitError{exitFailed, errors.New("invariants are violated")}
	}
	return nil
}
