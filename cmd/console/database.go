package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/localpg"
)

// databaseFlags name the database that a command works on; every command works while the program runs.
type databaseFlags struct {
	DatabaseURL string `name:"database-url" env:"SIGNALBOX_DATABASE_URL" help:"PostgreSQL to use; absent: the embedded one of --data-dir." placeholder:"URL"`
	DataDir     string `name:"data-dir" env:"SIGNALBOX_DATA_DIR" default:"${dataDir}" help:"Where the embedded database, keys and reports live."`
}

// defaultDataDir is the place of design.md section 3.
func defaultDataDir() string {
	if os.Geteuid() == 0 {
		return "/var/lib/signalbox"
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "signalbox")
	}
	if home, err := os.UserHomeDir(); err == nil {
		return filepath.Join(home, ".local", "share", "signalbox")
	}
	return "signalbox-data"
}

// url gives the database's address: as told, or that of the running embedded one.
func (f databaseFlags) url() (string, error) {
	if f.DatabaseURL != "" {
		return f.DatabaseURL, nil
	}
	url, err := localpg.Address(filepath.Join(f.DataDir), "")
	return url, apperr.Wrap(err, apperr.Unavailable, "no --database-url is given and no embedded database runs in "+f.DataDir+
		"; start the program there, or give --database-url or the right --data-dir")
}

// open connects with a small pool for a command of a person.
func (f databaseFlags) open(ctx context.Context) (*postgres.DB, error) {
	url, err := f.url()
	if err != nil {
		return nil, err
	}
	return postgres.Open(ctx, postgres.Config{URL: url, Name: "signalbox command", MaxConns: 4, StatementTimeout: 15 * time.Second, LockTimeout: 5 * time.Second})
}

// embedded starts the private cluster of a data directory.
func embedded(ctx context.Context, dir string, fresh bool) (*localpg.Cluster, error) {
	cluster, err := localpg.Start(ctx, localpg.Options{Dir: dir, Fresh: fresh, Siblings: []string{"keys", "reports", "simulator"}})
	return cluster, apperr.Wrap(err, apperr.Unavailable, "the embedded database of --data-dir "+dir+" cannot be used")
}

// within a data directory.
func keyFile(dir string) string      { return filepath.Join(dir, "keys", "master.key") }
func secretFile(dir string) string   { return filepath.Join(dir, "keys", "provider.secret") }
func reportDir(dir string) string    { return filepath.Join(dir, "reports") }
func simulatorDir(dir string) string { return filepath.Join(dir, "simulator") }
