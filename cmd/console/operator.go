package main

import (
	"fmt"

	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
)

// operatorCommand is `console operator …`.
type operatorCommand struct {
	Invite operatorInviteCommand `cmd:"" help:"Let a person in: prints a one-time enrolment link."`
}

type operatorInviteCommand struct {
	databaseFlags
	Email   string   `name:"email" required:"" help:"Mail address, which is also the name to sign in with."`
	Name    string   `name:"name" help:"Full name."`
	Role    []string `name:"role" required:"" help:"viewer, support, finance, operator, admin or auditor; ROLE:approve for the approving half."`
	BaseURL string   `name:"base-url" env:"SIGNALBOX_BASE_URL" default:"http://127.0.0.1:8080" help:"Address of the console, for the link."`
}

// Run creates the account and prints the link.
func (c *operatorInviteCommand) Run(env environment) error {
	db, err := c.open(env.ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	var grants operators.Grants
	for _, role := range c.Role {
		grant, err := operators.ParseGrant(role)
		if err != nil {
			return err
		}
		grants = append(grants, grant)
	}
	people := operators.NewService(postgres.NewOperators(db), operators.NewHasher(), operators.Settings{})
	token, _, err := people.Invite(env.ctx, operators.Invitation{Name: c.Name, Mail: c.Email, Grants: grants}, operators.CLI())
	if err != nil {
		return err
	}
	fmt.Fprintln(env.stdout, c.BaseURL+operators.LinkPath(operators.EnrolLink, token))
	return nil
}
