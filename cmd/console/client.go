package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// clientCommand is `console client …`.
type clientCommand struct {
	Add     clientAddCommand     `cmd:"" help:"Add an institution; the running program accepts it within a second."`
	List    clientListCommand    `cmd:"" help:"List the institutions."`
	Disable clientDisableCommand `cmd:"" help:"Refuse all further calls of an institution."`
	Enable  clientEnableCommand  `cmd:"" help:"Let a disabled institution call again."`
	Rotate  clientRotateCommand  `cmd:"" help:"Set a new password; the old one stays valid for a while."`
	Auth    clientAuthCommand    `cmd:"" help:"Set how an institution signs in: password, access tokens, certificate."`
	Cert    clientCertCommand    `cmd:"" help:"Pin the certificates of an institution."`
	Allow   clientAllowCommand   `cmd:"" help:"Set the addresses an institution may call from."`
	Limits  clientLimitsCommand  `cmd:"" help:"Set how much an institution may ask."`
}

// password is read from standard input, one line, its newline removed.
type passwordFlag struct {
	PasswordStdin bool `name:"password-stdin" help:"Read the password from standard input (one line)."`
}

// hash reads the password and gives its slow hash. Short ones are told, and refused for production.
func (f passwordFlag) hash(env environment, mode postgres.Mode) (string, error) {
	if !f.PasswordStdin {
		return "", &exitError{exitUsage, errNoPassword}
	}
	line, err := bufio.NewReader(env.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	password := strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	switch {
	case password == "" || len(password) > 128:
		return "", apperr.Errorf(apperr.Invalid, "the password must have 1 to 128 bytes")
	case len(password) < 12 && mode == postgres.Production:
		return "", apperr.Errorf(apperr.Invalid, "in production a password has at least 12 bytes")
	case len(password) < 12:
		fmt.Fprintln(env.stderr, "console: this password is short; production refuses fewer than 12 bytes")
	}
	return api.HashPassword(password)
}

type clientAddCommand struct {
	databaseFlags
	passwordFlag
	ID                         string `name:"id" required:"" help:"User name and client.id of the institution."`
	Name                       string `name:"name" required:"" help:"Name shown to people, at most 40 characters."`
	Mode                       string `name:"mode" enum:"dual,single" default:"dual" help:"Messaging: dual or single."`
	Rate                       int    `name:"rate" default:"-1" help:"Calls per second, 0 for no limit. Default: 100, in a sandbox 0."`
	SettleRequiresConfirmation bool   `name:"settle-requires-confirmation" help:"Settle a sale only once this client confirmed it."`
}

// Run adds the client.
func (c *clientAddCommand) Run(env environment) error {
	db, err := c.open(env.ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	mode, err := db.Mode(env.ctx)
	if err != nil {
		return err
	}
	if c.ID == "" || len(c.ID) > 128 || strings.ContainsAny(c.ID, ":\n\r") || len([]rune(c.Name)) > 40 {
		return apperr.Errorf(apperr.Invalid, "an id has 1 to 128 bytes and no colon, a name at most 40 characters")
	}
	hash, err := c.hash(env, mode)
	if err != nil {
		return err
	}
	if c.Rate < 0 {
		c.Rate = 100
		if mode == postgres.Sandbox {
			c.Rate = 0
		}
	}
	row := postgres.ClientRow{
		Client: switchcore.Client{ID: c.ID, Name: c.Name, Mode: transactions.Mode(strings.ToUpper(c.Mode)), SettleRequiresConfirmation: c.SettleRequiresConfirmation},
		Hash:   hash, Rate: c.Rate, Burst: 2 * c.Rate,
	}
	err = postgres.NewClients(db).Add(env.ctx, row, operators.CLI())
	if apperr.Is(err, apperr.Conflict) {
		return apperr.Errorf(apperr.Conflict, "client %q exists already; set a new password with: console client rotate --id %s --password-stdin", c.ID, c.ID)
	}
	if err == nil {
		fmt.Fprintf(env.stdout, "client %s added, %s messaging\n", c.ID, c.Mode)
	}
	return err
}

type clientListCommand struct{ databaseFlags }

// Run lists the clients.
func (c *clientListCommand) Run(env environment) error {
	db, err := c.open(env.ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	list, err := postgres.NewClients(db).List(env.ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tMODE\tSTATE\tRATE\tADDED\tAUTH\tCERTIFICATE\tFROM")
	for _, row := range list {
		state := "enabled"
		if !row.Enabled {
			state = "disabled"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", row.Client.ID, row.Client.Name, strings.ToLower(string(row.Client.Mode)), state, row.Rate,
			row.CreatedAt.Format(time.DateOnly), strings.ToLower(row.Methods), certificateShown(row), fromShown(row))
	}
	return w.Flush()
}

// certificateShown is how a client's certificates are listed: what they are for, and how many are pinned.
func certificateShown(row postgres.ClientRow) string {
	if row.Certificate == "NONE" {
		return "none"
	}
	return fmt.Sprintf("%s (%d)", strings.ToLower(row.Certificate), len(row.Pins))
}

func fromShown(row postgres.ClientRow) string {
	if len(row.AllowedFrom) == 0 {
		return "everywhere"
	}
	return strings.Trim(fmt.Sprint(row.AllowedFrom), "[]")
}

type clientDisableCommand struct {
	databaseFlags
	ID string `name:"id" required:"" help:"The institution."`
}

// Run disables the client.
func (c *clientDisableCommand) Run(env environment) error {
	db, err := c.open(env.ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := postgres.NewClients(db).Disable(env.ctx, c.ID, operators.CLI()); err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "client %s disabled\n", c.ID)
	return nil
}

type clientRotateCommand struct {
	databaseFlags
	passwordFlag
	ID      string        `name:"id" required:"" help:"The institution."`
	Overlap time.Duration `name:"overlap" default:"24h" help:"How long the old password stays valid."`
}

// Run sets a new password.
func (c *clientRotateCommand) Run(env environment) error {
	db, err := c.open(env.ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	mode, err := db.Mode(env.ctx)
	if err != nil {
		return err
	}
	hash, err := c.hash(env, mode)
	if err != nil {
		return err
	}
	if err := postgres.NewClients(db).Rotate(env.ctx, c.ID, hash, c.Overlap, operators.CLI()); err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "client %s has a new password; the old one is valid for another %s\n", c.ID, c.Overlap)
	return nil
}
