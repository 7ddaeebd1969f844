package dataset

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/localpg"
	"github.com/signalboxhq/signalbox/internal/seal"
)

// ErrMissing says that there is no complete kept cluster to measure on.
var ErrMissing = errors.New("there is no kept cluster with the generated transactions; make it once with: make bench-data")

// Directory is where the kept cluster of a repository lives: beside what tests cache, never committed.
func Directory(root string) string { return filepath.Join(root, ".cache", "bench-data") }

// Cluster is the running kept cluster and what is in it.
type Cluster struct {
	Life
	*localpg.Cluster
}

// Open starts the kept cluster with the settings that an installation has and brings its schema up to date. ErrMissing: it is
// not there, half loaded, or of an older generator. The caller must Stop it.
func Open(ctx context.Context, dir string) (*Cluster, error) {
	if _, err := filepath.Glob(dir); err != nil || !exists(filepath.Join(dir, "pgdata")) {
		return nil, ErrMissing
	}
	c, err := localpg.Start(ctx, localpg.Options{Dir: dir})
	if err != nil {
		return nil, err
	}
	life, err := loaded(ctx, c.URL(""))
	if err == nil {
		err = postgres.Migrate(ctx, c.URL(""))
	}
	if err == nil {
		err = matches(ctx, c.URL(""))
	}
	if err != nil {
		return nil, errors.Join(err, c.Stop(context.WithoutCancel(ctx)))
	}
	return &Cluster{Life: life, Cluster: c}, nil
}

// matches refuses a schema that this program does not know.
func matches(ctx context.Context, url string) error {
	db, err := postgres.Open(ctx, postgres.Config{URL: url, MaxConns: 1})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.CheckSchema(ctx); err != nil {
		return fmt.Errorf("%w (%w)", ErrMissing, err)
	}
	return nil
}

// loaded reads the note that ends a load; without it the load never ended.
func loaded(ctx context.Context, url string) (l Life, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return l, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	var there bool
	if err := conn.QueryRow(ctx, "select to_regclass('bench_data') is not null").Scan(&there); err != nil || !there {
		return l, errors.Join(err, ErrMissing)
	}
	var version int
	if err := conn.QueryRow(ctx, "select version, transactions, until from bench_data").Scan(&version, &l.Rows, &l.End); err != nil {
		return l, errors.Join(err, ErrMissing)
	}
	if version != Version {
		return l, ErrMissing
	}
	l.End = l.End.UTC()
	return l, nil
}

// Hash is the keyed hash of the references.
func Hash() (func(kind, value string) []byte, error) {
	vault, err := seal.New([]byte(MasterKey))
	if err != nil {
		return nil, err
	}
	return vault.Hash, nil
}

// end is the moment up to which life is generated: the load should not outlive its "last minutes".
func end() time.Time { return time.Now().UTC().Truncate(time.Second) }
