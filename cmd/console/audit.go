package main

import (
	"errors"
	"fmt"

	"github.com/signalboxhq/signalbox/internal/postgres"
)

// auditCommand is `console audit …`.
type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Verify the chain: exit 0 intact, 1 broken (first bad seq), 2 not checkable."`
}

type auditVerifyCommand struct{ databaseFlags }

// Run verifies the whole chain.
func (c *auditVerifyCommand) Run(env environment) error {
	db, err := c.open(env.ctx)
	if err != nil {
		return &exitError{2, err}
	}
	defer db.Close()
	report, err := postgres.NewOperators(db).VerifyAudit(env.ctx)
	if err != nil {
		return &exitError{2, err}
	}
	if !report.Intact() {
		return &exitError{report.ExitCode(), fmt.Errorf("the audit chain is broken at seq %d", report.FirstBad)}
	}
	if report.ExitCode() != exitOK {
		return &exitError{report.ExitCode(), errors.New("the audit chain could not be checked")}
	}
	fmt.Fprintf(env.stdout, "audit chain intact, %d entries\n", report.Checked)
	return nil
}
