package postgrestest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/localpg"
	"github.com/signalboxhq/signalbox/migrations"
)

// layout is part of the directory's name: count it up when the settings below change, so that a cluster of
// an older checkout is left alone.
const layout = 1

// settings suit many short-lived databases on a small machine.
func settings() map[string]string {
	return map[string]string{
		"max_connections": "300", "shared_buffers": "64MB", "max_wal_size": "256MB", "min_wal_size": "32MB",
		"jit": "off", "log_checkpoints": "off",
	}
}

// cluster is this test program's membership in the shared cluster.
type cluster struct {
	mu       sync.Mutex
	conn     *pgx.Conn
	pg       *localpg.Cluster
	template string
	version  int
}

func (c *cluster) url(database string) string { return c.pg.URL(database) }

// joinCluster starts or joins the cluster, registers as a user, and makes sure that somebody watches for the
// last user's end and that the template is there.
func joinCluster(ctx context.Context) (*cluster, error) {
	dir, err := sharedDirectory()
	if err != nil {
		return nil, err
	}
	for {
		c, err := joinOnceMore(ctx, dir)
		if !errors.Is(err, errEnding) {
			return c, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// joinOnceMore is one try; errEnding asks for another, because the cluster was just going away.
func joinOnceMore(ctx context.Context, dir string) (*cluster, error) {
	pg, err := startCluster(ctx, dir)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, pg.URL(""))
	if err != nil {
		return nil, errors.Join(errEnding, err)
	}
	c := &cluster{conn: conn, pg: pg}
	if err := c.register(ctx); err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	if err := c.prepare(ctx); err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	return c, nil
}

// startCluster starts or joins the cluster. One that does not start is made anew: without fsync, a crash of the machine
// spoils it, and nothing in it is worth keeping.
func startCluster(ctx context.Context, dir string) (*localpg.Cluster, error) {
	o := localpg.Options{Dir: dir, FsyncOff: true, Shared: true, Settings: settings()}
	pg, err := localpg.Start(ctx, o)
	if err == nil || errors.Is(err, localpg.ErrNotInstalled) || errors.Is(err, localpg.ErrInUse) {
		return pg, err
	}
	o.Fresh = true
	return localpg.Start(ctx, o)
}

// prepare does under a lock what one program does for all: the watcher, the litter, the template.
func (c *cluster) prepare(ctx context.Context) (err error) {
	if err := c.conn.QueryRow(ctx, "select current_setting('server_version_num')::int").Scan(&c.version); err != nil {
		return err
	}
	sum, err := fingerprint(migrations.Files)
	if err != nil {
		return err
	}
	c.template = "template_" + sum
	if _, err := c.conn.Exec(ctx, "select pg_advisory_lock($1)", preparing); err != nil {
		return err
	}
	defer func() {
		_, unlockErr := c.conn.Exec(ctx, "select pg_advisory_unlock($1)", preparing)
		err = errors.Join(err, unlockErr)
	}()
	if err := c.watch(ctx); err != nil {
		return err
	}
	if err := c.sweep(ctx); err != nil {
		return err
	}
	return c.makeTemplate(ctx)
}

// sweep drops the databases of tests that were killed and the templates of earlier migrations. Only a program that
// is alone may: nobody else has any then.
func (c *cluster) sweep(ctx context.Context) error {
	var users int
	if err := c.conn.QueryRow(ctx, usersSQL, uint32(inUse)).Scan(&users); err != nil || users > 1 {
		return err
	}
	rows, err := c.conn.Query(ctx, `select datname from pg_database
		where datname ~ '^(t|draft|template)_' and datname <> $1`, c.template)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		for _, sql := range []string{"alter database %s is_template false", "drop database %s with (force)"} {
			if _, err := c.conn.Exec(ctx, fmt.Sprintf(sql, pgx.Identifier{name}.Sanitize())); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeTemplate migrates a database once per set of migrations. It gets its final name when it is complete, and
// lets nobody in afterwards: a session in it would block cloning.
func (c *cluster) makeTemplate(ctx context.Context) error {
	var there bool
	if err := c.conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", c.template).Scan(&there); err != nil || there {
		return err
	}
	draft := strings.Replace(c.template, "template_", "draft_", 1)
	for _, sql := range []string{"drop database if exists " + draft + " with (force)", "create database " + draft} {
		if _, err := c.conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	if err := postgres.Migrate(ctx, c.url(draft)); err != nil {
		return err
	}
	for _, sql := range []string{
		"alter database " + draft + " with allow_connections false is_template true",
		"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '" + draft + "'",
		"alter database " + draft + " rename to " + c.template,
	} {
		if _, err := c.conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// fingerprint names a set of migrations.
func fingerprint(files fs.FS) (string, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

// sharedDirectory gives the cluster's place: one per user, where the account that runs the database can reach
// it too.
func sharedDirectory() (string, error) {
	dir := filepath.Join(localpg.QuickDir(), fmt.Sprintf("signalbox-test-%d-%d", os.Getuid(), layout))
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(st.Uid) != os.Getuid() {
		return "", fmt.Errorf("%s belongs to somebody else; remove it or set TMPDIR", dir)
	}
	return dir, nil
}
