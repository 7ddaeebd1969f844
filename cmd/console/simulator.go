package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/simulator"
	"github.com/signalboxhq/signalbox/internal/simulator/giftcards"
)

// simulatorCommand runs the provider stand-ins alone; the sandbox runs it as its child.
type simulatorCommand struct {
	Addr    string `name:"simulator-addr" env:"SIGNALBOX_SIMULATOR_ADDR" default:"127.0.0.1:8090" help:"Where the stand-ins listen."`
	DataDir string `name:"data-dir" env:"SIGNALBOX_SIMULATOR_DATA_DIR" help:"Where their books are kept; empty: in memory only."`
	cardFlags
	Child bool `name:"child" hidden:"" help:"End when standard input closes."`
}

// cardFlags name what the simulated gift card issuer starts with.
type cardFlags struct {
	Cards    string `name:"cards" env:"SIGNALBOX_CARDS" help:"CSV of the simulated issuer's cards: number, expiry YYMM, clear PIN, encrypted PIN; default: 100 cards of its own." placeholder:"FILE"`
	Products string `name:"products" env:"SIGNALBOX_PRODUCTS" help:"CSV of its products: id, barcode, type, starting balance in minor units." placeholder:"FILE"`
}

// load reads the files into the simulator's configuration.
func (f cardFlags) load(cfg *simulator.Config) (err error) {
	if cfg.Cards, err = loadCSV("--cards", f.Cards, giftcards.LoadCards); err != nil {
		return err
	}
	cfg.CardProducts, err = loadCSV("--products", f.Products, giftcards.LoadProducts)
	return err
}

// loadCSV reads the file that a flag names; nothing without one.
func loadCSV[T any](flag, file string, read func(io.Reader) ([]T, error)) ([]T, error) {
	if file == "" {
		return nil, nil
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, apperr.Wrap(err, apperr.Invalid, flag+" "+file+" cannot be read")
	}
	defer func() { _ = in.Close() }() // only read
	list, err := read(in)
	return list, apperr.Wrap(err, apperr.Invalid, flag+" "+file)
}

// args passes the flags on to the sandbox's child.
func (f cardFlags) args() (list []string) {
	if f.Cards != "" {
		list = append(list, "--cards", f.Cards)
	}
	if f.Products != "" {
		list = append(list, "--products", f.Products)
	}
	return list
}

// Run serves until told to stop.
func (c *simulatorCommand) Run(env environment) error {
	cfg := simulator.Config{
		Addr: c.Addr, DataDir: c.DataDir, Log: slog.New(slog.NewTextHandler(env.stderr, nil)),
		Ready: func(addr string) { fmt.Fprintf(env.stdout, "ready simulator=http://%s\n", addr) },
	}
	if err := c.load(&cfg); err != nil {
		return &exitError{exitUsage, err}
	}
	if c.Child {
		cfg.StopOnEOF = env.stdin
	}
	return simulator.Run(env.ctx, cfg)
}
