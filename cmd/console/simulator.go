package main

import (
	"fmt"
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
func (f cardFlags) load(cfg *simulator.Config) error {
	if f.Cards != "" {
		in, err := os.Open(f.Cards)
		if err != nil {
			return apperr.Wrap(err, apperr.Invalid, "--cards "+f.Cards+" cannot be read")
		}
		defer func() { _ = in.Close() }() // only read
		if cfg.Cards, err = giftcards.LoadCards(in); err != nil {
			return apperr.Wrap(err, apperr.Invalid, "--cards "+f.Cards)
		}
	}
	if f.Products == "" {
		return nil
	}
	in, err := os.Open(f.Products)
	if err != nil {
		return apperr.Wrap(err, apperr.Invalid, "--products "+f.Products+" cannot be read")
	}
	defer func() { _ = in.Close() }() // only read
	cfg.CardProducts, err = giftcards.LoadProducts(in)
	return apperr.Wrap(err, apperr.Invalid, "--products "+f.Products)
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
