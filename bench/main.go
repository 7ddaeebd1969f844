// Command bench measures the switch against what the same database can do at all, in one run on one machine, and compares
// afterwards what callers, switch and providers each know of every id. See docs/performance.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/bench/dataset"
	"github.com/signalboxhq/signalbox/internal/reliability"
)

// options are the flags.
type options struct {
	quick    bool
	duration time.Duration
	entries  int
	out      string
	page     string
	binary   string
	keep     bool
	pprof    string
	parts    string

	reconLines int
	settled    int
	data       string
}

func main() {
	var o options
	flag.BoolVar(&o.quick, "quick", false, "short runs, under three minutes: for a look, not for the record")
	flag.DurationVar(&o.duration, "duration", 0, "length of each run (default 15s, with -quick 4s; at most 60s)")
	flag.IntVar(&o.entries, "entries", 0, "confirmations in the drained queue (default 6000, with -quick 1500)")
	flag.StringVar(&o.out, "out", "", "file for the figures (default bench/results/latest.json of the repository)")
	flag.StringVar(&o.page, "page", "/", "page of the console that is read under load; empty: none")
	flag.StringVar(&o.binary, "binary", "", "measure this console binary instead of building one")
	flag.BoolVar(&o.keep, "keep", false, "leave the data directory for a look")
	flag.StringVar(&o.pprof, "pprof-addr", "", "let the program serve profiles on this loopback address")
	flag.StringVar(&o.parts, "parts", "", "measure only these, separated by commas: "+strings.Join(parts, ", "))
	flag.IntVar(&o.reconLines, "recon-lines", 0, "transactions and statement lines that are reconciled (default 1000000, with -quick 50000)")
	flag.IntVar(&o.settled, "settled", 0, "settled transactions in the month's report beside the drain (default 500000, with -quick 20000)")
	flag.StringVar(&o.data, "data", "", "the kept cluster that searches are measured on (default .cache/bench-data of the repository)")
	flag.Parse()
	if flag.NArg() > 0 || !known(o.parts) || o.duration < 0 || o.duration > time.Minute {
		flag.Usage()
		os.Exit(2)
	}
	uuid.EnableRandPool()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// complete fills in what was not given.
func (o *options) complete(root string) {
	pick := func(quick, long time.Duration) time.Duration {
		if o.quick {
			return quick
		}
		return long
	}
	if o.duration == 0 {
		o.duration = pick(4*time.Second, 15*time.Second)
	}
	if o.entries <= 0 {
		o.entries = int(pick(1500, 6000))
	}
	if o.reconLines <= 0 {
		o.reconLines = int(pick(50_000, 1_000_000))
	}
	if o.settled <= 0 {
		o.settled = int(pick(20_000, 500_000))
	}
	if o.out == "" {
		o.out = filepath.Join(root, "bench", "results", "latest.json")
	}
	if o.data == "" {
		o.data = dataset.Directory(root)
	}
}

func run(ctx context.Context, o options) error {
	began := time.Now()
	root, err := reliability.Repository()
	if err != nil {
		return err
	}
	o.complete(root)
	r := &report{At: began.UTC(), Quick: o.quick, FloorRuns: map[string][]floorRun{}}
	if o.wants("search") { // first, and with nothing else running
		if err := searches(ctx, o, r); err != nil {
			return err
		}
	}
	if o.parts != "search" {
		if err := measureSwitch(ctx, o, root, r); err != nil {
			return err
		}
	}
	r.Seconds = time.Since(began).Seconds()
	r.print(os.Stdout)
	if err := r.save(o.out); err != nil {
		return err
	}
	fmt.Println("\nWritten to", o.out)
	if len(r.Differences) > 0 {
		return fmt.Errorf("%d differences between callers, switch and providers: the figures do not count", len(r.Differences))
	}
	return nil
}

// measureSwitch measures the running program.
func measureSwitch(ctx context.Context, o options, root string, r *report) (err error) {
	dir, err := os.MkdirTemp("", "signalbox-bench-")
	if err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the database runs under an account of its own when we are root
		return err
	}
	if !o.keep {
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	b, err := newBench(ctx, o, root, dir)
	if err != nil {
		return err
	}
	defer b.close()
	return b.measure(ctx, r)
}
