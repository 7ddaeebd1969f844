// Package postgrestest gives each test a database of its own with the current schema, on a private
// cluster that all test programs of one user share. Nothing has to be set up and nothing is left behind: the
// first test starts the cluster, and it ends by itself shortly after the last test program has.
//
// Tests of package postgres itself must live in package postgres_test, because this package imports postgres.
package postgrestest

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/postgres"
)

// New gives a fresh, migrated, isolated database, opened. It is dropped when the test ends.
func New(t testing.TB) *postgres.DB {
	t.Helper()
	return Open(t, URL(t))
}

// Open opens a database of the test cluster for the length of the test, as New does; use it to look at one
// database through several pools.
func Open(t testing.TB, url string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: "test", AllowUnsafe: true})
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(db.Close)
	return db
}

// URL gives the address of a fresh, migrated, isolated database, for tests that open it themselves. It is
// dropped when the test ends, open connections included.
func URL(t testing.TB) string {
	t.Helper()
	c := join(t)
	name := "t_" + strings.ToLower(rand.Text())
	if err := c.clone(t.Context(), name); err != nil {
		t.Fatalf("clone the test database: %v", err)
	}
	t.Cleanup(func() { c.drop(t, name) })
	return c.url(name)
}

// Empty gives the address of a fresh database without any schema, for tests of migrations.
func Empty(t testing.TB) string {
	t.Helper()
	c := join(t)
	name := "t_" + strings.ToLower(rand.Text())
	if err := c.exec(t.Context(), "create database "+name); err != nil {
		t.Fatalf("create the test database: %v", err)
	}
	t.Cleanup(func() { c.drop(t, name) })
	return c.url(name)
}

// joinOnce keeps the one connection by which this test program counts as a user of the cluster. It is the
// program's for life: the kernel closes it however the program ends.
var joinOnce = sync.OnceValues(func() (*cluster, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	return joinCluster(ctx)
})

func join(t testing.TB) *cluster {
	t.Helper()
	c, err := joinOnce()
	if err != nil {
		t.Fatalf("start the test cluster: %v", err)
	}
	return c
}

// drop removes a test's database. The test's own context is over by then.
func (c *cluster) drop(t testing.TB, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := c.exec(ctx, "drop database if exists "+name+" with (force)"); err != nil {
		t.Errorf("drop the test database: %v", err)
	}
}

// clone copies the template. Copying files beats logging every page where no commit has to last.
func (c *cluster) clone(ctx context.Context, name string) error {
	sql := fmt.Sprintf("create database %s template %s", name, c.template)
	if c.version >= 150000 {
		sql += " strategy file_copy"
	}
	return c.exec(ctx, sql)
}

// exec runs one statement on the connection that this test program holds; parallel tests take turns.
func (c *cluster) exec(ctx context.Context, sql string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.conn.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	return err
}
