package dataset

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/localpg"
)

// Room on the disk: what a generated transaction takes with all that belongs to it, and what the log and the sorting of
// indexes need besides, in bytes.
const (
	bytesPerRow = 2300
	bytesBeside = 4 << 30
)

// loading are the settings of a load: nothing is promised before the note at its end, so nothing is flushed or logged twice.
var loading = map[string]string{
	"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off",
	"max_wal_size": "4GB", "checkpoint_timeout": "1h", "shared_buffers": "512MB", "maintenance_work_mem": "512MB",
}

// Load makes the kept cluster, or leaves the one that holds as many rows already. Something half made is begun anew.
func Load(ctx context.Context, dir string, rows int, say func(string, ...any)) (err error) {
	if c, err := Open(ctx, dir); err == nil {
		defer func() { _ = c.Stop(context.WithoutCancel(ctx)) }()
		if c.Rows == rows {
			say("%s holds %d transactions until %s already", dir, c.Rows, c.End.Format(time.DateOnly))
			return nil
		}
		say("%s holds %d transactions; it is built anew", dir, c.Rows)
		if err := c.Stop(context.WithoutCancel(ctx)); err != nil {
			return err
		}
	} else if !errors.Is(err, ErrMissing) {
		return err
	}
	if err := room(dir, rows); err != nil {
		return err
	}
	say("making the cluster in %s", dir)
	c, err := localpg.Start(ctx, localpg.Options{Dir: dir, Fresh: true, Settings: loading})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Stop(context.WithoutCancel(ctx))) }()
	if err := postgres.Migrate(ctx, c.URL("")); err != nil {
		return err
	}
	l := &loader{url: c.URL(""), life: Life{Rows: rows, End: end()}, say: say}
	if err := l.fill(ctx); err != nil {
		return err
	}
	syscall.Sync() // the load itself flushed nothing
	return l.note(ctx)
}

// room refuses a disk that is too small before anything is begun.
func room(dir string, rows int) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(dir), &fs); err != nil {
		return err
	}
	const gib = 1 << 30
	need, have := uint64(rows)*bytesPerRow+bytesBeside, fs.Bavail*uint64(fs.Bsize)
	if have < need {
		return fmt.Errorf("%d transactions need %.0f GiB while they are loaded, and %s has %.0f GiB left; make room, name another place (-dir), or load fewer (-rows)",
			rows, float64(need)/gib, filepath.Dir(dir), float64(have)/gib)
	}
	return nil
}

// loader fills one cluster.
type loader struct {
	url  string
	life Life
	say  func(string, ...any)
}

// fill copies every table without its indexes, then makes the indexes, then looks at what came of it.
func (l *loader) fill(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, l.url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, parties()); err != nil {
		return err
	}
	months, err := l.partitions(ctx, conn)
	if err != nil {
		return err
	}
	indexes, err := setAside(ctx, conn)
	if err != nil {
		return err
	}
	if err := l.copyAll(ctx, months); err != nil {
		return err
	}
	for i, sql := range indexes {
		l.say("index %d of %d: %s", i+1, len(indexes), strings.Join(strings.Fields(sql), " "))
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	l.say("analysing")
	if _, err := conn.Exec(ctx, "vacuum (analyze)"); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "checkpoint")
	return err
}

// month is one partition and the rows that belong to it.
type month struct {
	name     string
	from, to int
}

// partitions makes those of the past: the product makes only the present and the coming ones.
func (l *loader) partitions(ctx context.Context, conn *pgx.Conn) (list []month, err error) {
	first := l.life.At(0)
	for at := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC); at.Before(l.life.End); at = at.AddDate(0, 1, 0) {
		next := at.AddDate(0, 1, 0)
		m := month{"search_terms" + at.Format("_2006_01"), l.life.From(at), l.life.From(next)}
		_, err = conn.Exec(ctx, fmt.Sprintf("create table if not exists %s partition of search_terms for values from ('%s') to ('%s')", m.name, at.Format(time.RFC3339), next.Format(time.RFC3339)))
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// setAside drops the indexes of the tables and gives the statements that make them again. A partition's own go and come with
// those of its parent.
func setAside(ctx context.Context, conn *pgx.Conn) (again []string, err error) {
	rows, err := conn.Query(ctx, `select case when c.oid is null then format('drop index %I', x.relname) else format('alter table %I drop constraint %I', t.relname, c.conname) end,
  case when c.oid is null then replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') else format('alter table %I add constraint %I ', t.relname, c.conname) || pg_get_constraintdef(c.oid) end
  from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class t on t.oid = i.indrelid left join pg_constraint c on c.conindid = i.indexrelid
  where t.relname in ('transactions', 'saf_entries', 'advices', 'search_terms') order by t.relname, x.relname`)
	if err != nil {
		return nil, err
	}
	var drops []string
	var drop, make string
	if _, err = pgx.ForEachRow(rows, []any{&drop, &make}, func() error {
		drops, again = append(drops, drop), append(again, make)
		return nil
	}); err != nil {
		return nil, err
	}
	for _, sql := range drops {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return nil, err
		}
	}
	return again, nil
}

// copyAll fills the tables, two at a time: one connection keeps one processor busy.
func (l *loader) copyAll(ctx context.Context, months []month) error {
	hash, err := Hash()
	if err != nil {
		return err
	}
	var done atomic.Int64
	total := int64(len(tables(hash))) * int64(l.life.Rows)
	stop := make(chan struct{})
	go l.progress(&done, total, stop)
	defer close(stop)
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(2)
	for _, t := range tables(hash) {
		parts := []month{{t.name, 0, l.life.Rows}}
		if t.name == "search_terms" {
			parts = months
		}
		for _, part := range parts {
			all.Go(func() error { return l.copy(ctx, t, part, &done) })
		}
	}
	return all.Wait()
}

// copy fills one table or partition. Emptied in the same transaction, it needs no log, and its rows are frozen at once.
func (l *loader) copy(ctx context.Context, t table, part month, done *atomic.Int64) error {
	conn, err := pgx.Connect(ctx, l.url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	n := part.from
	rows := newStream(func(to *record) bool {
		if n == part.to {
			return false
		}
		t.write(l.life, l.life.Row(n), to)
		n++
		done.Add(1)
		return true
	})
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "truncate "+part.name); err != nil {
			return err
		}
		_, err := conn.PgConn().CopyFrom(ctx, rows, fmt.Sprintf("copy %s (%s) from stdin (format binary, freeze)", part.name, t.columns))
		return err
	})
}

func (l *loader) progress(done *atomic.Int64, total int64, stop <-chan struct{}) {
	began, tick := time.Now(), time.NewTicker(15*time.Second)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			share := float64(done.Load()) / float64(total)
			l.say("%3.0f %% of the rows, %.0f min left", 100*share, time.Since(began).Minutes()*(1-share)/max(share, 0.001))
		}
	}
}

// note ends the load: only a cluster with it is complete.
func (l *loader) note(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, l.url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err = conn.Exec(ctx, "create table bench_data (version int not null, transactions int not null, until timestamptz not null)"); err != nil {
		return err
	}
	if _, err = conn.Exec(ctx, "insert into bench_data values ($1, $2, $3)", Version, l.life.Rows, l.life.End); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "checkpoint")
	syscall.Sync()
	return err
}

// parties are the clients, providers and products that the rows name.
func parties() string {
	var b strings.Builder
	b.WriteString("insert into settings (name, value) values ('mode', 'sandbox') on conflict do nothing;\n")
	for rank := range clients {
		fmt.Fprintf(&b, "insert into clients (id, name, password_hash) values ('%s', 'Retailer %d', 'none');\n", ClientID(rank), rank+1)
	}
	for _, r := range rails {
		for _, p := range r.providers {
			fmt.Fprintf(&b, `insert into providers (id, name, institution_id, settlement_id, settlement_name, connector, base_url, user_name, credential, profile, enabled)
  values ('%s', '%s', '50%d', '1', 'Settlement', 'serviceinterface', 'http://127.0.0.1:9', 'none', 'env:NONE', '{"confirmProvision": true}', false);`+"\n", p.id, p.id, len(p.id))
			fmt.Fprintf(&b, `insert into products (id, provider_id, description, receiver_id, receiver_name, currency)
  select '%s-' || lpad(n::text, 3, '0'), '%s', 'Product ' || n, '1', '%s', '%s' from generate_series(0, %d) n;`+"\n", p.id, p.id, p.id, currency, p.products-1)
		}
	}
	return b.String()
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
