package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/config"
	"github.com/signalboxhq/signalbox/internal/postgres"
)

// addressFlags are the listeners.
type addressFlags struct {
	profileFlags
	ConsoleAddr string `name:"console-addr" env:"SIGNALBOX_CONSOLE_ADDR" default:"127.0.0.1:8080" help:"Where operators' browsers arrive."`
	APIAddr     string `name:"api-addr" env:"SIGNALBOX_API_ADDR" default:"127.0.0.1:8081" help:"Where tills and channels arrive."`
}

// serveCommand is the product.
type serveCommand struct {
	databaseFlags
	addressFlags
	securityFlags
	config.Switch  `group:"Switch"`
	Mode           string   `name:"mode" env:"SIGNALBOX_MODE" enum:"production,sandbox" default:"production" help:"production, or sandbox for trials."`
	Roles          []string `name:"roles" env:"SIGNALBOX_ROLES" enum:"api,console,jobs" default:"api,console,jobs" help:"What this node does."`
	KeyFile        string   `name:"key-file" env:"SIGNALBOX_KEY_FILE" help:"Master key, 64 hexadecimal digits; default: keys/master.key in --data-dir." placeholder:"FILE"`
	StatementsURL  string   `name:"statements-url" env:"SIGNALBOX_STATEMENTS_URL" help:"Where provider statements are fetched." placeholder:"URL"`
	DataFile       string   `name:"data-file" env:"SIGNALBOX_DATA_FILE" help:"Providers, products, routes, terms and clients of a new installation, see docs/providers.md; read at the first start only." placeholder:"FILE"`
	BehindTLSProxy bool     `name:"behind-tls-proxy" env:"SIGNALBOX_BEHIND_TLS_PROXY" help:"A proxy in front ends TLS."`
	TLSCert        string   `name:"tls-cert" env:"SIGNALBOX_TLS_CERT" help:"Certificate chain of both listeners." placeholder:"FILE"`
	TLSKey         string   `name:"tls-key" env:"SIGNALBOX_TLS_KEY" help:"Private key of --tls-cert." placeholder:"FILE"`
}

// Run serves until told to stop.
func (c *serveCommand) Run(env environment) error {
	log := slog.New(slog.NewTextHandler(env.stderr, nil))
	if err := c.Switch.Validate(); err != nil {
		return &exitError{exitUsage, err}
	}
	if err := c.securityFlags.check(c.TLSCert); err != nil {
		return &exitError{exitUsage, err}
	}
	secure := c.BehindTLSProxy || c.TLSCert != ""
	if c.Mode == string(postgres.Production) && !secure {
		return &exitError{exitUsage, apperr.Errorf(apperr.Invalid, "production needs TLS: give --tls-cert and --tls-key, or --behind-tls-proxy when a proxy ends it")}
	}
	url, stop, err := c.database(env.ctx, log)
	if err != nil {
		return err
	}
	defer stop()
	s := settings{
		switchSettings: c.Switch, databaseURL: url, mode: postgres.Mode(c.Mode), roles: c.Roles,
		consoleAddr: c.ConsoleAddr, apiAddr: c.APIAddr, keyFile: c.KeyFile, reportDir: reportDir(c.DataDir),
		statementsURL: c.StatementsURL, secure: secure, tlsCert: c.TLSCert, tlsKey: c.TLSKey, drainDelay: 5 * time.Second, log: log,
		makeKey: c.DatabaseURL == "", security: c.securityFlags, dataFile: c.DataFile,
	}
	if s.keyFile == "" {
		s.keyFile = keyFile(c.DataDir)
	}
	p, err := newProgram(env.ctx, s)
	if err != nil {
		return err
	}
	failed := make(chan error, 2)
	if err := p.start(env.ctx, failed); err != nil {
		p.close()
		return err
	}
	fmt.Fprintln(env.stdout, p.readyLine(""))
	return p.untilStopped(env.ctx, failed, c.ProviderTimeout+10*time.Second)
}

// database gives the address, starting the embedded cluster when none is given. A database that this program did not make
// is never migrated here.
func (c *serveCommand) database(ctx context.Context, log *slog.Logger) (string, func(), error) {
	if c.DatabaseURL != "" {
		return c.DatabaseURL, func() {}, nil
	}
	log.Warn("no --database-url: using the embedded database, which has no standby and no backup", "data-dir", c.DataDir)
	cluster, err := embedded(ctx, c.DataDir, false)
	if err != nil {
		return "", nil, err
	}
	stop := func() { stopCluster(cluster, log) }
	if err := postgres.Migrate(ctx, cluster.URL("")); err != nil {
		stop()
		return "", nil, err
	}
	return cluster.URL(""), stop, nil
}

// readyLine is the contract of design.md section 3: fixed keys and order, no blanks in values.
func (p *program) readyLine(simulator string) string {
	line := "ready"
	scheme := "http"
	if p.settings.tlsCert != "" {
		scheme = "https"
	}
	if p.consoleLn != nil {
		line += " console=" + scheme + "://" + p.consoleLn.Addr().String()
	}
	if p.apiLn != nil {
		line += " api=" + scheme + "://" + p.apiLn.Addr().String()
	}
	if simulator != "" {
		line += " simulator=" + simulator
	}
	return line + " database=" + p.settings.databaseURL
}

// untilStopped waits for the signal or a listener that fails, then drains within the limit.
func (p *program) untilStopped(ctx context.Context, failed <-chan error, limit time.Duration) error {
	var cause error
	select {
	case <-ctx.Done():
	case cause = <-failed:
	}
	drain, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return errors.Join(cause, p.drain(drain))
}
