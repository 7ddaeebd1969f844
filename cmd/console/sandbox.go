package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/config"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/localpg"
	"github.com/signalboxhq/signalbox/internal/sandbox"
	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/internal/simulator"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// sandboxCommand is everything for a first look (design.md section 4).
type sandboxCommand struct {
	addressFlags
	config.Switch `group:"Switch"`
	DataDir       string `name:"data-dir" env:"SIGNALBOX_DATA_DIR" default:"${dataDir}" help:"Where the database, keys, reports and the simulator's books live."`
	SimulatorAddr string `name:"simulator-addr" env:"SIGNALBOX_SIMULATOR_ADDR" default:"127.0.0.1:8090" help:"Where the simulated providers listen."`
	cardFlags
	Traffic string `name:"traffic" env:"SIGNALBOX_TRAFFIC" default:"on" help:"on, off, or transactions per second of demo traffic."`
	Seed    uint64 `name:"seed" env:"SIGNALBOX_SEED" default:"7" help:"The same seed tells the same story."`
	Fresh   bool   `name:"fresh" help:"Start from an empty database; removes only what this program made."`
}

// rate gives transactions per second; 0: off.
func (c *sandboxCommand) rate() (float64, error) {
	switch c.Traffic {
	case "on":
		return 3, nil
	case "off":
		return 0, nil
	}
	rate, err := strconv.ParseFloat(c.Traffic, 64)
	if err != nil || rate < 0 || rate > 10_000 {
		return 0, &exitError{exitUsage, apperr.Errorf(apperr.Invalid, "--traffic is on, off or a number of transactions per second, not %q", c.Traffic)}
	}
	return rate, nil
}

// Run brings everything up, prints the ready line and one sign-in line for each demo role, and serves until told to stop.
func (c *sandboxCommand) Run(env environment) (err error) {
	log := slog.New(slog.NewTextHandler(env.stderr, nil))
	rate, err := c.rate()
	if err != nil {
		return err
	}
	if err := errors.Join(c.Switch.Validate(), c.load(new(simulator.Config))); err != nil {
		return &exitError{exitUsage, err}
	}
	ctx, cancel := context.WithCancel(env.ctx)
	defer cancel()
	cluster, err := embedded(ctx, c.DataDir, c.Fresh)
	if err != nil {
		return err
	}
	defer stopCluster(cluster, log)
	if err := postgres.Migrate(ctx, cluster.URL("")); err != nil {
		return err
	}
	sim, err := startSimulator(ctx, c.SimulatorAddr, simulatorDir(c.DataDir), c.cardFlags, env.stderr)
	if err != nil {
		return err
	}
	defer sim.stop()
	s := settings{
		switchSettings: c.Switch, databaseURL: cluster.URL(""), mode: postgres.Sandbox, roles: []string{"api", "console", "jobs"},
		consoleAddr: c.ConsoleAddr, apiAddr: c.APIAddr, keyFile: keyFile(c.DataDir), makeKey: true, reportDir: reportDir(c.DataDir),
		statementsURL: sim.url, simulatorURL: sim.url, secretFile: secretFile(c.DataDir), log: log,
	}
	if err := c.furnish(ctx, s, sim.url); err != nil {
		return err
	}
	p, err := newProgram(ctx, s)
	if err != nil {
		return err
	}
	failed := make(chan error, 3)
	if err := p.start(ctx, failed); err != nil {
		p.close()
		return err
	}
	go func() { failed <- sim.wait() }()
	fmt.Fprintln(env.stdout, p.readyLine(sim.url))
	if err := c.signInLinks(ctx, p, env.stdout); err != nil {
		p.close()
		return err
	}
	if rate > 0 {
		p.working.Go(func() { c.live(p.stop, p, sim.url, rate) })
	}
	err = p.untilStopped(ctx, failed, 5*time.Second)
	if env.ctx.Err() != nil && errors.Is(err, context.DeadlineExceeded) { // a provider that hangs: as safe as a crash, and no failure of a sandbox
		log.Warn("what was under way was not waited for; it is recovered at the next start", "err", err)
		return nil
	}
	return err
}

// furnish writes the demo institutions and clients that are not there yet.
func (c *sandboxCommand) furnish(ctx context.Context, s settings, simulatorURL string) error {
	if err := ensureSecret(secretFile(c.DataDir)); err != nil {
		return err
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: s.databaseURL, Name: "signalbox sandbox", MaxConns: 4, StatementTimeout: 15 * time.Second, LockTimeout: 5 * time.Second})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.ClaimMode(ctx, postgres.Sandbox); err != nil {
		return err
	}
	if err := furnishInstitutions(ctx, db, sandbox.Setup(simulatorURL, "90000001", "file:"+secretFile(c.DataDir))); err != nil {
		return err
	}
	clients := postgres.NewClients(db)
	for _, demo := range sandbox.Clients() {
		if _, err := clients.Find(ctx, demo.ID); err == nil {
			continue
		}
		hash, err := api.HashPassword(demo.Password)
		if err != nil {
			return err
		}
		row := postgres.ClientRow{Client: switchcore.Client{
			ID: demo.ID, Name: demo.Name, Mode: transactions.Mode(demo.Mode), SettleRequiresConfirmation: demo.SettleRequiresConfirmation,
		}, Hash: hash}
		if err := clients.Add(ctx, row, operators.CLI()); err != nil && !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
	return nil
}

// furnishInstitutions sets up a new sandbox from its data file, as any installation is; later starts follow the simulator
// to where it listens now, and add what this version brings.
func furnishInstitutions(ctx context.Context, db *postgres.DB, f setup.File) error {
	for name, value := range sandbox.Secrets() {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	installed, err := setup.Apply(ctx, postgres.NewSetup(db), f, setup.Passwords{})
	if err != nil || installed {
		return err
	}
	if err := postgres.NewTerms(db).Put(ctx, f.Terms); err != nil {
		return err
	}
	providers, products, routes := f.Directory()
	return postgres.NewDirectory(db).Put(ctx, providers, products, routes)
}

// signInLinks prints a one-time link for each demo person.
func (c *sandboxCommand) signInLinks(ctx context.Context, p *program, out io.Writer) error {
	for _, person := range sandbox.People() {
		grant := operators.Grant{Role: operators.Role(person.Role), Half: operators.Half(person.Half)}
		o, err := p.people.EnsureOperator(ctx, operators.Invitation{Name: person.Name, Mail: person.Mail, Grants: operators.Grants{grant}}, operators.CLI())
		if err != nil {
			return err
		}
		token, err := p.people.IssueLink(ctx, o, operators.SignInLink, operators.CLI())
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "signin role=%s url=http://%s%s\n", grant, p.consoleLn.Addr(), operators.LinkPath(operators.SignInLink, token))
	}
	return nil
}

// live plays the opening day once, then paced traffic.
func (c *sandboxCommand) live(ctx context.Context, p *program, simulatorURL string, rate float64) {
	log := p.settings.log
	apiURL := "http://" + p.apiLn.Addr().String()
	empty, err := p.consoleDB.Untouched(ctx)
	if err == nil && empty {
		day := sandbox.OpeningDay{APIURL: apiURL, SimulatorURL: simulatorURL, Seed: c.Seed, Log: log, Settled: p.consoleDB.NothingQueued}
		date, err := day.Run(ctx)
		if err == nil {
			_, err = p.finance.ReconcileDay(ctx, finance.Date(date))
		}
		if err == nil {
			_, err = p.finance.SettleDay(ctx, finance.Date(date))
		}
		if err != nil && ctx.Err() == nil {
			log.Error("the opening day did not finish; traffic goes on", "err", err)
		}
	}
	traffic := sandbox.Traffic{APIURL: apiURL, SimulatorURL: simulatorURL, Rate: rate, Seed: c.Seed, Log: log}
	if err := traffic.Run(ctx); err != nil && ctx.Err() == nil {
		log.Error("demo traffic ended", "err", err)
	}
}

// child is the simulator's process; it ends when its standard input closes, whatever becomes of us.
type child struct {
	cmd   *exec.Cmd
	stdin io.Closer
	url   string
	done  chan error
}

func startSimulator(ctx context.Context, addr, dir string, cards cardFlags, stderr io.Writer) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, append([]string{"simulator", "--child", "--simulator-addr", addr, "--data-dir", dir}, cards.args()...)...)
	cmd.Stderr = stderr
	cmd.SysProcAttr = ownGroup() // Ctrl-C is for us; the child follows when its input closes
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, stdin: stdin, done: make(chan error, 1)}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "ready simulator=")
	if err != nil || !ok {
		c.stop()
		return nil, apperr.Errorf(apperr.Unavailable, "the simulator cannot listen on --simulator-addr %s, or its books in %s cannot be used", addr, dir)
	}
	c.url = url
	go func() { c.done <- cmd.Wait() }()
	return c, nil
}

// wait gives the end of the child.
func (c *child) wait() error {
	err := <-c.done
	c.done <- err
	return apperr.Wrap(errors.Join(errors.New("ended"), err), apperr.Unavailable, "the simulator ended by itself")
}

// stop closes its input and makes sure that it is gone.
func (c *child) stop() {
	_ = c.stdin.Close()
	select {
	case err := <-c.done:
		c.done <- err
	case <-time.After(2 * time.Second):
		_ = c.cmd.Process.Kill()
	}
}

// ensureSecret makes the password with which the switch signs in at the simulator; its books remember it.
func ensureSecret(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(rand.Text()+"\n"), 0o600)
}

func stopCluster(cluster *localpg.Cluster, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := cluster.Stop(ctx); err != nil {
		log.Error("the embedded database did not stop", "err", err)
	}
}
