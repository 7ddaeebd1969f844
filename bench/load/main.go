// Command load makes the kept cluster of generated transactions that searches are measured on. See docs/performance.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/signalboxhq/signalbox/bench/dataset"
)

func main() {
	rows := flag.Int("rows", 10_000_000, "transactions to generate")
	dir := flag.String("dir", "", "where the cluster is kept (default .cache/bench-data of the repository)")
	flag.Parse()
	if flag.NArg() > 0 || *rows < 1000 {
		flag.Usage()
		os.Exit(2)
	}
	if *dir == "" {
		*dir = dataset.Directory(filepath.Join("..")) // make runs it in bench/
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	began := time.Now()
	err := dataset.Load(ctx, *dir, *rows, func(format string, args ...any) {
		fmt.Fprintf(os.Stderr, "%s  "+format+"\n", append([]any{time.Now().Format(time.TimeOnly)}, args...)...)
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-data:", err)
		os.Exit(1)
	}
	fmt.Fprintf(os.Stderr, "done in %s\n", time.Since(began).Round(time.Second))
}
