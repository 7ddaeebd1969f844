package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/localpg"
	"github.com/signalboxhq/signalbox/internal/sandbox"
	"github.com/signalboxhq/signalbox/internal/seal"
	"github.com/signalboxhq/signalbox/internal/setup"
)

// world is everything that runs: the database, the stand-ins, the proxies on both sides, nodes and clients.
type world struct {
	dir, binary string
	cluster     *localpg.Cluster
	db          *pgxpool.Pool
	simulator   *process
	journal     *journal
	providers   *providerSide
	front       *front
	nodes       []*node
	callers     *callers
	vault       *seal.Vault
	figures     *figures
	env         []string
	settled     bool // the day had its cut-off
}

// played are the providers of a run: two in our own words, two in theirs, and a gift card issuer.
var played = []string{"demo", "betway", "flash", "ott", "giftcards"}

const (
	clientID       = "90000101"
	clientPassword = "chaos-does-not-matter"
	passwordName   = "SIGNALBOX_CHAOS_PASSWORD"
)

// build compiles the binary with the crash points in it.
func build(ctx context.Context, root, dir string) (string, error) {
	binary := filepath.Join(dir, "console")
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "crashpoints", "-o", binary, "./cmd/console")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build ./cmd/console: %w\n%s", err, out)
	}
	return binary, nil
}

// newWorld brings up everything but nodes and clients. dir must be reachable for the account that runs the database.
func newWorld(ctx context.Context, dir, binary string, f *figures) (w *world, err error) {
	w = &world{dir: dir, binary: binary, journal: &journal{}, figures: f}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if w.cluster, err = w.startDatabase(ctx); err != nil {
		return w, err
	}
	if err = w.connect(ctx); err != nil {
		return w, err
	}
	if w.simulator, err = run(ctx, binary, filepath.Join(dir, "simulator.log"), nil, "simulator", "--simulator-addr", "127.0.0.1:0", "--data-dir", filepath.Join(dir, "simulator")); err != nil {
		return w, err
	}
	if w.providers, err = newProviderSide(w.simulator.facts["simulator"], w.journal); err != nil {
		return w, err
	}
	if w.front, err = newFront(w.journal); err != nil {
		return w, err
	}
	if err = w.furnish(ctx); err != nil {
		return w, err
	}
	w.callers = newCallers(w.front.url, w.journal)
	return w, nil
}

func (w *world) startDatabase(ctx context.Context) (*localpg.Cluster, error) {
	return localpg.Start(ctx, localpg.Options{Dir: filepath.Join(w.dir, "database"), Settings: map[string]string{"max_connections": "200"}})
}

func (w *world) connect(ctx context.Context) (err error) {
	if w.db != nil {
		w.db.Close()
	}
	w.db, err = pgxpool.New(ctx, w.cluster.URL(""))
	return err
}

// furnish writes the schema, the institutions and the client, and the files that every node reads.
func (w *world) furnish(ctx context.Context) error {
	if err := postgres.Migrate(ctx, w.cluster.URL("")); err != nil {
		return err
	}
	secret, key := filepath.Join(w.dir, "provider.secret"), make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	if err := errors.Join(os.WriteFile(secret, []byte(rand.Text()+"\n"), 0o600), os.WriteFile(w.keyFile(), []byte(hex.EncodeToString(key)+"\n"), 0o600)); err != nil {
		return err
	}
	var err error
	if w.vault, err = seal.OpenFile(w.keyFile(), false); err != nil {
		return err
	}
	for name, value := range sandbox.Secrets() {
		w.env = append(w.env, name+"="+value)
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: w.cluster.URL(""), Name: "chaos", MaxConns: 2})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.ClaimMode(ctx, postgres.Sandbox); err != nil {
		return err
	}
	_, err = setup.Apply(ctx, postgres.NewSetup(db), institutions(w.providers.url(), secret), setup.Passwords{
		Secret: func(string) string { return clientPassword }, Hash: api.HashPassword,
	})
	return err
}

func (w *world) keyFile() string { return filepath.Join(w.dir, "master.key") }

// institutions is the sandbox's configuration, less the providers that are not played.
func institutions(address, secret string) setup.File {
	f := sandbox.Setup(address, "90000001", "file:"+secret)
	f.Providers = slices.DeleteFunc(f.Providers, func(p setup.Provider) bool { return !slices.Contains(played, p.ID) })
	f.Products = slices.DeleteFunc(f.Products, func(p setup.Product) bool { return !slices.Contains(played, p.Provider) })
	f.Routes = slices.DeleteFunc(f.Routes, func(r setup.Route) bool { return !slices.Contains(played, r.Provider) })
	for i := range f.Providers {
		f.Providers[i].Profile.NotFoundRepeat = setup.Duration(time.Second)
	}
	unlimited := 0
	f.HummMerchants, f.Clients = nil, []setup.Client{{ID: clientID, Name: "Chaos Stores", Mode: "dual", Credential: "env:" + passwordName, Rate: &unlimited}}
	return f
}

// start adds a node; order is a crash point's, empty for none. more are flags beside those of every node.
func (w *world) start(ctx context.Context, order string, more ...string) (*node, error) {
	at, err := url.Parse(w.cluster.URL(""))
	if err != nil {
		return nil, err
	}
	l, err := newLink(at.Host)
	if err != nil {
		return nil, err
	}
	at.Host = l.listener.Addr().String()
	args := append([]string{"serve", "--database-url", at.String(), "--data-dir", filepath.Join(w.dir, "node"), "--key-file", w.keyFile()}, append(settingsOfNodes(), more...)...)
	p, err := run(ctx, w.binary, filepath.Join(w.dir, "nodes.log"), append(w.env, "SIGNALBOX_CRASH="+order), args...)
	if err != nil {
		l.close()
		return nil, err
	}
	n := &node{process: p, link: l}
	w.nodes = append(w.nodes, n)
	w.front.add(n.api())
	return n, nil
}

// drop forgets a node that is gone.
func (w *world) drop(n *node) {
	w.front.remove(n.api())
	n.link.close()
	w.nodes = slices.DeleteFunc(w.nodes, func(other *node) bool { return other == n })
}

// atLeast sees to it that so many nodes without an order run.
func (w *world) atLeast(ctx context.Context, count int) error {
	for len(w.nodes) < count {
		if _, err := w.start(ctx, ""); err != nil {
			return err
		}
	}
	return nil
}

// without ends all nodes.
func (w *world) without() {
	for _, n := range slices.Clone(w.nodes) {
		n.kill()
		w.drop(n)
	}
}

// killDatabase ends the database's first process as a crash would, and all its others with it.
func (w *world) killDatabase() error {
	text, err := os.ReadFile(filepath.Join(w.dir, "database", "pgdata", "postmaster.pid"))
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return err
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// reviveDatabase starts it again on what it left behind; the nodes' links follow it.
func (w *world) reviveDatabase(ctx context.Context) (err error) {
	_ = w.cluster.Stop(ctx) // gives the directory free; the server is dead already
	if w.cluster, err = w.startDatabase(ctx); err != nil {
		return err
	}
	at, err := url.Parse(w.cluster.URL(""))
	if err != nil {
		return err
	}
	for _, n := range w.nodes {
		n.link.target.Store(&at.Host)
	}
	return w.connect(ctx)
}

// close ends everything.
func (w *world) close() {
	if w.callers != nil {
		w.callers.pause()
	}
	w.without()
	if w.front != nil {
		_ = w.front.server.Close()
	}
	if w.providers != nil {
		w.providers.cut()
	}
	if w.simulator != nil {
		w.simulator.kill()
	}
	if w.db != nil {
		w.db.Close()
	}
	if w.cluster != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := w.cluster.Stop(ctx); err != nil {
			slog.Error("the database did not stop", "err", err)
		}
	}
}
