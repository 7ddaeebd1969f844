package main

import (
	"fmt"
	"log/slog"

	"github.com/signalboxhq/signalbox/internal/simulator"
)

// simulatorCommand runs the provider stand-ins alone; the sandbox runs it as its child.
type simulatorCommand struct {
	Addr    string `name:"simulator-addr" env:"SIGNALBOX_SIMULATOR_ADDR" default:"127.0.0.1:8090" help:"Where the stand-ins listen."`
	DataDir string `name:"data-dir" env:"SIGNALBOX_SIMULATOR_DATA_DIR" help:"Where their books are kept; empty: in memory only."`
	Child   bool   `name:"child" hidden:"" help:"End when standard input closes."`
}

// Run serves until told to stop.
func (c *simulatorCommand) Run(env environment) error {
	cfg := simulator.Config{
		Addr: c.Addr, DataDir: c.DataDir, Log: slog.New(slog.NewTextHandler(env.stderr, nil)),
		Ready: func(addr string) { fmt.Fprintf(env.stdout, "ready simulator=http://%s\n", addr) },
	}
	if c.Child {
		cfg.StopOnEOF = env.stdin
	}
	return simulator.Run(env.ctx, cfg)
}
