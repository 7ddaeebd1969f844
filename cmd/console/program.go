package main

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/config"
	"github.com/signalboxhq/signalbox/internal/crash"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/jobs"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/seal"
	"github.com/signalboxhq/signalbox/internal/server"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// settings is what a program is started with.
type settings struct {
	switchSettings config.Switch
	databaseURL    string
	mode           postgres.Mode
	roles          []string // api, console, jobs
	consoleAddr    string
	apiAddr        string
	keyFile        string
	reportDir      string
	makeKey        bool   // a missing master key is made: the database is new and ours
	statementsURL  string // where provider statements are fetched; sandbox: the simulator
	simulatorURL   string // sandbox only
	secretFile     string // sandbox only: the password at the simulator
	security       securityFlags
	dataFile       string // of a new installation; empty: none
	secure         bool
	tlsCert        string
	tlsKey         string
	drainDelay     time.Duration
	log            *slog.Logger
}

// program is one node: everything that runs, in the order in which it was opened.
type program struct {
	settings settings
	zone     *time.Location

	switchDB, safDB, consoleDB, jobsDB *postgres.DB
	store                              *postgres.Switch
	closeStore                         func()

	vault      *seal.Vault
	devices    *postgres.HummDevices
	merchants  *postgres.HummMerchants
	directory  atomic.Pointer[switchcore.Directory]
	connectors *connectors
	core       *switchcore.Core
	gates      *switchcore.Gates
	processor  *switchcore.Processor
	engine     *saf.Engine
	people     *operators.Service
	auth       *api.Auth
	finance    *finance.Service
	scheduler  *jobs.Scheduler
	api        *server.App
	console    *server.App
	apiLn      net.Listener
	consoleLn  net.Listener

	stop    context.Context // ends when claiming must stop
	halt    context.CancelFunc
	working sync.WaitGroup
}

// newProgram opens everything; nothing serves yet. Close undoes it.
func newProgram(ctx context.Context, s settings) (*program, error) {
	collectLess()
	p := &program{settings: s}
	p.stop, p.halt = context.WithCancel(context.Background())
	for _, open := range []func(context.Context) error{p.openDatabase, p.openSwitch, p.openJobs, p.openServers} {
		if err := open(ctx); err != nil {
			p.close()
			return nil, err
		}
	}
	return p, nil
}

func (p *program) has(role string) bool { return slices.Contains(p.settings.roles, role) }

// pool is one of the program's database pools.
type pool struct {
	db     **postgres.DB
	config postgres.Config
}

// pools gives each kind of work its connections and its patience (guarantees A7). Nothing the switch does takes long, so that
// a statement that does is ended before callers pile up behind it; the stored advices have nobody waiting. What people and
// reports read may take 15 s. A job goes through its work in chunks: two minutes are for one chunk on a bad day; what has to be
// done in one piece, a settlement cycle or the check of the audit log, lifts the limit for its own transaction. A wait for a
// lock ends before the statement would, or nobody could tell the two apart.
func (p *program) pools() []pool {
	return []pool{
		{&p.switchDB, postgres.Config{Name: postgres.SwitchSessions, MaxConns: 12, StatementTimeout: 2 * time.Second, LockTimeout: 1500 * time.Millisecond}},
		{&p.safDB, postgres.Config{Name: postgres.AdviceSessions, MaxConns: 6, StatementTimeout: 10 * time.Second, LockTimeout: 2 * time.Second}},
		{&p.consoleDB, postgres.Config{Name: "signalbox console", MaxConns: 8, StatementTimeout: 15 * time.Second, LockTimeout: 2 * time.Second}},
		{&p.jobsDB, postgres.Config{Name: "signalbox jobs", MaxConns: 8, StatementTimeout: 2 * time.Minute, LockTimeout: 5 * time.Second}},
	}
}

// openDatabase opens one pool per kind of work, so that none starves another (guarantees A7).
func (p *program) openDatabase(ctx context.Context) error {
	s := p.settings
	for _, pool := range p.pools() {
		pool.config.URL, pool.config.Logger = s.databaseURL, s.log
		db, err := postgres.Open(ctx, pool.config)
		if err != nil {
			return err
		}
		*pool.db = db
	}
	if err := p.switchDB.CheckSchema(ctx); err != nil {
		return err
	}
	if err := p.switchDB.ClaimMode(ctx, s.mode); err != nil {
		return err
	}
	return p.setUp(ctx)
}

// openSwitch builds the core and what carries it.
func (p *program) openSwitch(ctx context.Context) (err error) {
	s := p.settings
	if p.zone, err = s.switchSettings.Location(); err != nil {
		return err
	}
	cutOff, err := s.switchSettings.CutOffTime()
	if err != nil {
		return err
	}
	if p.vault, err = seal.OpenFile(s.keyFile, s.makeKey); err != nil {
		return err
	}
	p.devices, p.merchants = postgres.NewHummDevices(p.switchDB, p.vault), postgres.NewHummMerchants(p.switchDB)
	if p.connectors, err = newConnectors(s, p.devices); err != nil {
		return err
	}
	if err := p.loadDirectory(ctx); err != nil {
		return err
	}
	p.store, p.closeStore = postgres.NewSwitch(p.switchDB, 2, s.log)
	p.core = &switchcore.Core{
		Settings:  coreSettings(s.switchSettings, p.zone, cutOff),
		Store:     p.store,
		Vault:     p.vault,
		Directory: p.directory.Load,
		Connector: p.connectors.of,
		NewID:     newID,
		Random:    rand.Float64,
	}
	p.gates = switchcore.NewGates(rand.Float64, time.Now)
	p.processor = &switchcore.Processor{Core: p.core, Gates: p.gates, Log: s.log, Wake: func(id string) { p.engine.Wake(id) }}
	deliverer := &switchcore.Deliverer{Core: p.core, Gates: p.gates, Log: s.log}
	p.engine = &saf.Engine{Store: postgres.NewQueue(p.safDB), Sender: deliverer, Node: p.core.Settings.Node, Log: s.log, Tick: time.Second}
	p.people = operators.NewService(postgres.NewOperators(p.consoleDB), operators.NewHasher(), operators.Settings{Sandbox: s.mode == postgres.Sandbox})
	p.auth = api.NewAuth(accounts{postgres.NewClients(p.switchDB)}, s.mode == postgres.Sandbox, s.log)
	return p.auth.IssueTokens(p.vault, s.security.TokenLifetime)
}

// coreSettings carries the configured numbers into the core.
func coreSettings(c config.Switch, zone *time.Location, cutOff time.Duration) switchcore.Settings {
	out := switchcore.DefaultSettings()
	host, err := os.Hostname()
	if err != nil {
		host = "node"
	}
	out.Node = host + "-" + uuid.NewString()[:8]
	out.ClientBudget, out.ProviderLimit, out.LateWindow, out.LeaseMargin = c.ClientBudget, c.ProviderTimeout, c.LateWindow, c.LeaseMargin
	out.UnknownMaxAge, out.AdviceWait, out.Zone, out.CutOff = c.UnknownMaxAge, c.AdviceWait, zone, cutOff
	out.SAF.FirstDelay, out.SAF.MaxDelay, out.SAF.ParkAfter = c.BackoffMin, c.BackoffMax, c.ParkAfter
	return out
}

// loadDirectory takes the snapshot of providers, products and routes, and connects to providers that are new.
func (p *program) loadDirectory(ctx context.Context) error {
	d, err := postgres.NewDirectory(p.consoleDB).Load(ctx)
	if err != nil {
		return err
	}
	d = d.WithLimits(p.settings.switchSettings.Bulkhead, p.settings.switchSettings.SAFParallel)
	for _, provider := range d.Providers() {
		if err := p.connectors.use(provider); err != nil {
			p.settings.log.Error("a provider is not in service", "provider", provider.ID, "err", err)
		}
	}
	p.directory.Store(d)
	return nil
}

// openServers takes the listeners, so that a busy port is named before anything serves.
func (p *program) openServers(ctx context.Context) (err error) {
	s := p.settings
	proxies, err := s.security.proxies()
	if err != nil {
		return err
	}
	options := server.Options{
		Log: s.log, Secure: s.secure, Registry: prometheus.NewRegistry(), DrainDelay: s.drainDelay, TrustedProxies: proxies,
		Ready: func(ctx context.Context) error { return p.switchDB.Pool.Ping(ctx) },
	}
	if p.has("api") {
		if p.apiLn, err = p.listen(ctx, s.apiAddr, s.security.APIClientCerts == "optional"); err != nil {
			return apperr.Wrap(err, apperr.Unavailable, "the channel API cannot listen on --api-addr "+s.apiAddr)
		}
		if p.api, err = p.newAPI(options); err != nil {
			return err
		}
	}
	if p.has("console") {
		if p.consoleLn, err = p.listen(ctx, s.consoleAddr, false); err != nil {
			return apperr.Wrap(err, apperr.Unavailable, "the console cannot listen on --console-addr "+s.consoleAddr)
		}
		p.console = p.newConsole(options)
	}
	return nil
}

// listen takes an address, with TLS 1.2 or better when a certificate is set.
func (p *program) listen(ctx context.Context, addr string, clientCertificates bool) (net.Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if ln = crash.Answering("P7", ln); p.settings.tlsCert == "" {
		return ln, nil
	}
	secure, err := server.TLS(p.settings.tlsCert, p.settings.tlsKey, clientCertificates)
	if err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	return tls.NewListener(ln, secure), nil
}

// start serves; failed gets the error of a listener that ends by itself.
func (p *program) start(ctx context.Context, failed chan<- error) error {
	serve := func(app *server.App, ln net.Listener) {
		if app != nil {
			go func() {
				if err := app.Serve(ln); err != nil {
					failed <- err
				}
			}()
		}
	}
	p.working.Go(p.watchDirectory)
	if p.has("jobs") {
		for _, provider := range p.directory.Load().Providers() {
			p.work(provider.ID)
		}
		if err := p.scheduler.Start(ctx); err != nil {
			return err
		}
	}
	serve(p.api, p.apiLn)
	serve(p.console, p.consoleLn)
	return nil
}

// work runs the queue of one provider.
func (p *program) work(providerID string) {
	p.working.Go(func() { p.engine.Run(p.stop, providerID) })
}

// watchDirectory follows changes of the configuration; a new provider gets its connector and queue without a restart.
func (p *program) watchDirectory() {
	reader := postgres.NewDirectory(p.consoleDB)
	var seen int64
	for {
		select {
		case <-p.stop.Done():
			return
		case <-time.After(time.Second):
		}
		version, err := reader.Version(p.stop)
		if err != nil || version == seen {
			continue
		}
		before := p.directory.Load()
		if err := p.loadDirectory(p.stop); err != nil {
			p.settings.log.Warn("a change of providers, products or routes cannot be read yet; the former ones stay in force", "err", err)
			continue
		}
		seen = version
		for _, provider := range p.directory.Load().Providers() {
			if _, known := before.Provider(provider.ID); !known && p.has("jobs") {
				p.work(provider.ID)
			}
		}
	}
}

// drain ends the program as guarantees A8 says: not ready, stop accepting, stop claiming, finish what is in flight.
func (p *program) drain(ctx context.Context) error {
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, app := range []*server.App{p.api, p.console} {
		if app != nil {
			wg.Go(func() { errs[i] = app.Drain(ctx) })
		}
	}
	p.halt()
	wg.Wait()
	if p.scheduler != nil {
		errs = append(errs, p.scheduler.Stop(ctx))
	}
	finished := make(chan struct{})
	go func() { p.working.Wait(); close(finished) }()
	select {
	case <-finished:
	case <-ctx.Done():
		errs = append(errs, ctx.Err())
	}
	p.close()
	return errors.Join(errs...)
}

// close gives back what was opened.
func (p *program) close() {
	p.halt()
	for _, ln := range []net.Listener{p.apiLn, p.consoleLn} {
		if ln != nil {
			_ = ln.Close() // it may be closed already
		}
	}
	if p.closeStore != nil {
		p.closeStore()
	}
	for _, db := range []*postgres.DB{p.switchDB, p.safDB, p.consoleDB, p.jobsDB} {
		if db != nil {
			db.Close()
		}
	}
}
