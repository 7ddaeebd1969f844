package main

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
)

// clientTarget is the institution that a change is about.
type clientTarget struct {
	databaseFlags
	ID string `name:"id" required:"" help:"The institution."`
}

// change runs one change of a client and says what is true now.
func (t clientTarget) change(env environment, run func(context.Context, *postgres.Clients) (string, error)) error {
	db, err := t.open(env.ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	said, err := run(env.ctx, postgres.NewClients(db))
	if err == nil {
		fmt.Fprintln(env.stdout, said)
	}
	return err
}

type clientEnableCommand struct{ clientTarget }

// Run lets a disabled client call again.
func (c *clientEnableCommand) Run(env environment) error {
	return c.change(env, func(ctx context.Context, clients *postgres.Clients) (string, error) {
		return fmt.Sprintf("client %s enabled", c.ID), clients.Enable(ctx, c.ID, operators.CLI())
	})
}

type clientAllowCommand struct {
	clientTarget
	CIDR       []string `name:"cidr" xor:"from" required:"" help:"Addresses or ranges the institution may call from; they replace the former ones." placeholder:"CIDR"`
	Everywhere bool     `name:"everywhere" xor:"from" required:"" help:"Let it call from everywhere."`
}

// Run sets the addresses that the client may call from.
func (c *clientAllowCommand) Run(env environment) error {
	from, err := prefixes("--cidr", c.CIDR)
	if err == nil && len(from) == 0 && !c.Everywhere { // an empty variable of a script must not open the door
		err = apperr.Errorf(apperr.Invalid, "--cidr is empty: name the addresses, or give --everywhere")
	}
	if err != nil {
		return &exitError{exitUsage, err}
	}
	return c.change(env, func(ctx context.Context, clients *postgres.Clients) (string, error) {
		said := fmt.Sprintf("client %s may call from everywhere", c.ID)
		if len(from) > 0 {
			said = fmt.Sprintf("client %s may call from %s only", c.ID, strings.Trim(fmt.Sprint(from), "[]"))
		}
		return said, clients.Allow(ctx, c.ID, from, operators.CLI())
	})
}

type clientAuthCommand struct {
	clientTarget
	Methods     string `name:"methods" enum:"keep,basic,oauth2,either" default:"keep" help:"How it shows its password: basic (on every call), oauth2 (for access tokens), either. Default: as it is."`
	Certificate string `name:"certificate" enum:"keep,none,also,alone" default:"keep" help:"A pinned certificate: none (not looked at), also (beside the password or token), alone (enough by itself). The listener must ask for it: serve --api-client-certs optional. Default: as it is."`
}

// Run sets how the client signs in.
func (c *clientAuthCommand) Run(env environment) error {
	return c.change(env, func(ctx context.Context, clients *postgres.Clients) (string, error) {
		now, err := clients.SetAuth(ctx, c.ID, kept(c.Methods), kept(c.Certificate), operators.CLI())
		return fmt.Sprintf("client %s: methods %s, certificate %s", c.ID, strings.ToLower(now.Methods), strings.ToLower(now.Certificate)), err
	})
}

// kept gives a setting as stored; empty: it stays.
func kept(setting string) string {
	if setting == "keep" {
		return ""
	}
	return strings.ToUpper(setting)
}

type clientLimitsCommand struct {
	clientTarget
	Rate     int `name:"rate" required:"" help:"Calls per second, 0 for no limit."`
	Burst    int `name:"burst" default:"-1" help:"How many may come at once. Default: twice the rate."`
	InFlight int `name:"in-flight" default:"0" help:"How many may run at a time on each node, 0 for no limit."`
}

// Run sets how much the client may ask.
func (c *clientLimitsCommand) Run(env environment) error {
	if c.Burst < 0 {
		c.Burst = 2 * c.Rate
	}
	if c.Rate < 0 || c.InFlight < 0 {
		return &exitError{exitUsage, apperr.Errorf(apperr.Invalid, "--rate and --in-flight are 0 or more")}
	}
	return c.change(env, func(ctx context.Context, clients *postgres.Clients) (string, error) {
		err := clients.SetLimits(ctx, c.ID, c.Rate, c.Burst, c.InFlight, operators.CLI())
		return fmt.Sprintf("client %s: %d calls a second, %d at once, %d in flight (0: no limit)", c.ID, c.Rate, c.Burst, c.InFlight), err
	})
}

// clientCertCommand is `console client cert …`.
type clientCertCommand struct {
	Add    clientCertAddCommand    `cmd:"" help:"Pin a certificate; two at a time, so that one can be renewed without a gap."`
	Remove clientCertRemoveCommand `cmd:"" help:"Give a pinned certificate up."`
	List   clientCertListCommand   `cmd:"" help:"List the pinned certificates."`
}

type clientCertAddCommand struct {
	clientTarget
	File string `name:"file" required:"" help:"The certificate, PEM; never its key." placeholder:"FILE"`
	Name string `name:"name" help:"A name for people; default: the certificate's common name." placeholder:"NAME"`
}

// Run pins the certificate.
func (c *clientCertAddCommand) Run(env environment) error {
	cert, err := readCertificate(c.File)
	if err != nil {
		return err
	}
	if !cert.NotAfter.After(time.Now()) {
		return apperr.Errorf(apperr.Invalid, "the certificate expired on %s", cert.NotAfter.Format(time.DateOnly))
	}
	if c.Name == "" {
		c.Name = cert.Subject.CommonName
	}
	pin := pinOf(cert)
	return c.change(env, func(ctx context.Context, clients *postgres.Clients) (string, error) {
		err := clients.AddCertificate(ctx, c.ID, postgres.ClientCertificate{Fingerprint: pin, Name: c.Name, NotAfter: cert.NotAfter}, operators.CLI())
		return fmt.Sprintf("client %s: certificate %s pinned, valid until %s", c.ID, hex.EncodeToString(pin), cert.NotAfter.Format(time.DateOnly)), err
	})
}

type clientCertRemoveCommand struct {
	clientTarget
	File        string `name:"file" xor:"which" required:"" help:"The certificate, PEM." placeholder:"FILE"`
	Fingerprint string `name:"fingerprint" xor:"which" required:"" help:"Or its SHA-256 fingerprint, as 'cert list' shows it." placeholder:"HEX"`
}

// Run gives the pin up.
func (c *clientCertRemoveCommand) Run(env environment) error {
	pin, err := hex.DecodeString(strings.ReplaceAll(c.Fingerprint, ":", ""))
	if err != nil {
		return &exitError{exitUsage, apperr.Errorf(apperr.Invalid, "--fingerprint takes 64 hexadecimal digits")}
	}
	if c.File != "" {
		cert, err := readCertificate(c.File)
		if err != nil {
			return err
		}
		pin = pinOf(cert)
	}
	return c.change(env, func(ctx context.Context, clients *postgres.Clients) (string, error) {
		if err := clients.RemoveCertificate(ctx, c.ID, pin, operators.CLI()); err != nil {
			return "", err
		}
		row, err := clients.Find(ctx, c.ID)
		if err == nil && row.Certificate != "NONE" && len(row.Pins) == 0 {
			fmt.Fprintf(env.stderr, "console: client %s must show a certificate and has none left: it is refused until one is added\n", c.ID)
		}
		return fmt.Sprintf("client %s: certificate removed", c.ID), err
	})
}

type clientCertListCommand struct{ clientTarget }

// Run lists the pins.
func (c *clientCertListCommand) Run(env environment) error {
	db, err := c.open(env.ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	list, err := postgres.NewClients(db).Certificates(env.ctx, c.ID)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "FINGERPRINT\tNAME\tVALID UNTIL\tADDED")
	for _, k := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", hex.EncodeToString(k.Fingerprint), k.Name, k.NotAfter.Format(time.DateOnly), k.AddedAt.Format(time.DateOnly))
	}
	return w.Flush()
}

// readCertificate reads the first certificate of a PEM file: the leaf.
func readCertificate(file string) (*x509.Certificate, error) {
	rest, err := os.ReadFile(file)
	if err != nil {
		return nil, apperr.Wrap(err, apperr.Invalid, "--file cannot be read")
	}
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, apperr.Errorf(apperr.Invalid, "--file %s holds no certificate in PEM form", file)
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, apperr.Wrap(err, apperr.Invalid, "the certificate in --file cannot be read")
		}
		return cert, nil
	}
}

// pinOf is what a certificate is known by.
func pinOf(cert *x509.Certificate) []byte {
	sum := sha256.Sum256(cert.Raw)
	return sum[:]
}
