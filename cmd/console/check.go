package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/postgres"
)

// checkCommand runs the invariant checker on a live database without disturbing it (guarantees B4).
type checkCommand struct {
	databaseFlags
	Canary  string        `name:"canary" help:"A planted secret that must be found nowhere in the traces (V25)."`
	Timeout time.Duration `name:"timeout" env:"SIGNALBOX_CHECK_TIMEOUT" default:"60s" help:"Give up a rule after this time, so that no old snapshot holds up the queue."`
}

// exitNotCheckable is the code of a check that could not look.
const exitNotCheckable = 2

// Run prints a line per rule; below a broken one what it means, what to do next and the first rows. A rule that cannot be
// evaluated is named on standard error and keeps no other from its turn.
func (c *checkCommand) Run(env environment) error {
	if c.Timeout <= 0 {
		return &exitError{exitUsage, apperr.Errorf(apperr.Invalid, "--timeout must be longer than nothing, not %s", c.Timeout)}
	}
	url, err := c.url()
	if err != nil {
		return &exitError{exitNotCheckable, err}
	}
	// Nothing is committed here, so a replica or a restored copy without fsync is as good.
	db, err := postgres.Open(env.ctx, postgres.Config{URL: url, Name: "signalbox check", MaxConns: 1, StatementTimeout: c.Timeout, LockTimeout: 5 * time.Second, AllowUnsafe: true})
	if err != nil {
		return &exitError{exitNotCheckable, err}
	}
	defer db.Close()
	broken, blind := false, false
	for _, rule := range postgres.Rules() {
		if rule.ID == "V25" && c.Canary == "" {
			continue
		}
		n, first, err := db.Violations(env.ctx, rule, c.Canary)
		if err != nil {
			blind = true
			fmt.Fprintf(env.stderr, "console: %s cannot be checked: %v; is it too slow here, give a longer --timeout or a replica's --database-url\n", rule.ID, err)
			continue
		}
		fmt.Fprintf(env.stdout, "%s %d\n", rule.ID, n)
		if n == 0 {
			continue
		}
		broken = true
		fmt.Fprintf(env.stdout, "    means: %s\n    next:  %s\n", rule.Meaning, rule.Next)
		for _, row := range first {
			fmt.Fprintf(env.stdout, "    %s\n", row)
		}
		if n > len(first) {
			fmt.Fprintf(env.stdout, "    and %d more\n", n-len(first))
		}
	}
	switch {
	case broken:
		return &exitError{exitFailed, errors.New("invariants are violated")}
	case blind:
		return &exitError{exitNotCheckable, errors.New("not every invariant could be checked")}
	}
	return nil
}
