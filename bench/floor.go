package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// floor is a database beside the product's, on the same cluster with the same schema, for what plain SQL can do.
type floor struct {
	url, dir string
	complete string // script files
	request  string
	pair     string
	summary  []string
}

// newFloor copies the schema and writes the scripts from one complete transaction of the product.
func (b *bench) newFloor(ctx context.Context, transaction string) (*floor, error) {
	if _, err := b.db.Exec(ctx, "create database floor"); err != nil {
		return nil, err
	}
	u, err := url.Parse(b.program.database)
	if err != nil {
		return nil, err
	}
	u.Path = "/floor"
	f := &floor{url: u.String(), dir: b.dir}
	if _, err := b.program.run(ctx, "", "migrate", "up", "--database-url", f.url); err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, b.program.database)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	s, err := readScript(ctx, conn, transaction)
	if err != nil {
		return nil, err
	}
	f.summary = s.summary()
	const pair = "\\set a random(0, 9223372036854775806)\nbegin;\ninsert into pair (id, note) values (:a::bigint, repeat('x', 200));\nend;\n" +
		"begin;\ninsert into pair (id, note) values (:a::bigint, repeat('y', 200));\nend;\n"
	for _, file := range []struct {
		at         *string
		name, text string
	}{{&f.complete, "complete.sql", s.text(5)}, {&f.request, "request.sql", s.text(2)}, {&f.pair, "pair.sql", pair}} {
		*file.at = filepath.Join(f.dir, file.name)
		if err := os.WriteFile(*file.at, []byte(file.text), 0o600); err != nil {
			return nil, err
		}
	}
	return f, f.exec(ctx, "create table pair (id bigint not null, note text not null); create index pair_id on pair (id); "+leaveAlone)
}

// leaveAlone keeps the server from tending the floor's tables while something else is measured: a worker that goes through what
// pgbench has left takes a third of a processor from whatever comes next. Nothing there is ever updated or deleted.
const leaveAlone = `do $$ declare t regclass; begin
  for t in select oid from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace loop
    execute format('alter table %s set (autovacuum_enabled = off)', t);
  end loop; end $$`

func (f *floor) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, f.url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, sql)
	return err
}

var tps = regexp.MustCompile(`tps = ([0-9.]+)`)

// bench runs a script with pgbench and gives its transactions per second.
func (f *floor) bench(ctx context.Context, file string, clients int, d time.Duration, more ...string) (float64, error) {
	u, err := url.Parse(f.url)
	if err != nil {
		return 0, err
	}
	args := append([]string{
		"-h", u.Hostname(), "-p", u.Port(), "-U", u.User.Username(), "-n", "-M", "prepared", "-f", file,
		"-D", "n=" + strconv.FormatInt(time.Now().UnixMilli(), 10), "-c", strconv.Itoa(clients), "-j", "2", "-T", strconv.Itoa(max(1, int(d.Seconds()))),
	}, more...)
	cmd := exec.CommandContext(ctx, pgbench(), append(args, "floor")...)
	password, _ := u.User.Password()
	cmd.Env, cmd.Dir = append(os.Environ(), "PGPASSWORD="+password), f.dir
	out, err := cmd.CombinedOutput()
	found := tps.FindSubmatch(out)
	if err == nil && found == nil {
		err = errors.New("it finished nothing; the machine is too busy to measure")
	}
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w\n%.2000s", err, out)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

// pgbench is on the path, or where Debian keeps it.
func pgbench() string {
	if path, err := exec.LookPath("pgbench"); err == nil {
		return path
	}
	if list, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench"); len(list) > 0 {
		return list[len(list)-1]
	}
	return "pgbench"
}

// floorRun is the rate of one script at one number of clients.
type floorRun struct {
	Clients int     `json:"clients"`
	Rate    float64 `json:"per_second"`
}

// best measures a script at 8, 16 and 32 clients.
func (f *floor) best(ctx context.Context, file string, d time.Duration) (best floorRun, all []floorRun, err error) {
	for _, clients := range []int{8, 16, 32} {
		rate, err := f.bench(ctx, file, clients, d)
		if err != nil {
			return best, all, err
		}
		all = append(all, floorRun{clients, rate})
		if rate > best.Rate {
			best = floorRun{clients, rate}
		}
	}
	return best, all, nil
}

// pairLatency is how long two single-row commits take at a given rate of arrivals, from the planned arrival.
func (f *floor) pairLatency(ctx context.Context, rate float64, d time.Duration) ([]time.Duration, error) {
	prefix := filepath.Join(f.dir, "pair")
	if _, err := f.bench(ctx, f.pair, 32, d, "-R", strconv.FormatFloat(rate, 'f', 1, 64), "-l", "--log-prefix", prefix); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(prefix + ".[0-9]*")
	if err != nil {
		return nil, err
	}
	var out []time.Duration
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(file)
		for lines.Scan() { // client, number, microseconds since the planned start, ...
			fields := strings.Fields(lines.Text())
			if len(fields) < 3 {
				continue
			}
			if us, err := strconv.ParseInt(fields[2], 10, 64); err == nil {
				out = append(out, time.Duration(us)*time.Microsecond)
			}
		}
		_ = file.Close()
	}
	slices.Sort(out)
	return out, nil
}
