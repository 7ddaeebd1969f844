// Command chaos attacks the real binary, the real database and the links between them while clients sell, and compares
// afterwards what everybody holds (guarantees B2, levels L3 and L4). See docs/architecture.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/signalboxhq/signalbox/internal/postgres/localpg"
	"github.com/signalboxhq/signalbox/internal/reliability"
)

// options are the flags.
type options struct {
	rounds, random int
	out            string
	keep           bool
	only           string
}

func main() {
	var o options
	flag.IntVar(&o.rounds, "rounds", 13, "kills at each crash point")
	flag.IntVar(&o.random, "random", 30, "kills at random moments")
	flag.StringVar(&o.out, "out", "", "file for the figures; empty: chaos/results/latest.json of the repository")
	flag.BoolVar(&o.keep, "keep", false, "leave the directory with logs and database for a look")
	flag.StringVar(&o.only, "only", "", "run one phase only: points, random, pauses, database, links, rolling, finance, disk")
	flag.Parse()
	if flag.NArg() > 0 || o.rounds < 0 || o.random < 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := attack(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

func attack(ctx context.Context, o options) (err error) {
	root, err := reliability.Repository()
	if err != nil {
		return err
	}
	if o.out == "" {
		o.out = filepath.Join(root, "chaos", "results", "latest.json")
	}
	dir, err := place()
	if err != nil {
		return err
	}
	defer func() {
		if err != nil || o.keep {
			fmt.Fprintln(os.Stderr, "chaos: logs and database are left in", dir)
			return
		}
		err = os.RemoveAll(dir)
	}()
	binary, err := build(ctx, root, dir)
	if err != nil {
		return err
	}
	f := newFigures()
	w, err := newWorld(ctx, filepath.Join(dir, "world"), binary, f)
	if err != nil {
		return err
	}
	defer w.close()
	for _, phase := range []struct {
		name string
		run  func() error
	}{
		{"points", func() error { return w.crashPoints(ctx, o.rounds) }},
		{"random", func() error { return w.atRandom(ctx, o.random) }},
		{"pauses", func() error { return w.paused(ctx, 2) }},
		{"database", func() error { return w.databaseKills(ctx, 5) }},
		{"links", func() error { return w.cutLinks(ctx, 3) }},
		{"rolling", func() error { return w.rolling(ctx) }},
		{"finance", func() error { return w.financeKills(ctx, 12) }},
		{"disk", func() error { return f.disk(diskFull(ctx, filepath.Join(dir, "small"), binary)) }},
	} {
		if o.only != "" && o.only != phase.name {
			continue
		}
		fmt.Fprintf(os.Stderr, "chaos: %s, %d kills so far\n", phase.name, f.kills())
		if err := phase.run(); err != nil {
			f.finish()
			f.print(os.Stdout)
			return err
		}
	}
	f.NotRun["clock jump"] = "would change the clock of the whole machine"
	f.finish()
	f.print(os.Stdout)
	err = f.save(o.out)
	if err == nil && o.only == "" {
		err = reliability.Record(root, "Chaos", f.lines()...)
	}
	return err
}

// place is a folder that the account of the database reaches.
func place() (string, error) {
	dir, err := os.MkdirTemp(localpg.QuickDir(), "signalbox-chaos")
	if err != nil {
		return "", err
	}
	return dir, errors.Join(os.Chmod(dir, 0o755), os.Mkdir(filepath.Join(dir, "world"), 0o755))
}
