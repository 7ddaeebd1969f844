package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// books is a database of its own on the same cluster that holds one day of one provider: transactions with their voucher and
// their delivered advice, and the provider's statement of as many lines. Five lines in a thousand differ.
type books struct {
	url   string
	lines int
	day   string // the day that a node started now catches up with
}

// reconciliation measures how long the product takes for the day, from the moment its statement is loaded to the commit that
// makes the result count, by the database's clock; and how large its process is at the highest point of all of it: taking in the
// statement, matching, writing the reports. Flat means that the figure is the same for other sizes of the day. The floor is one statement written by hand, see floorJoin.
func (b *bench) reconciliation(ctx context.Context, r *report) error {
	n := b.options.reconLines
	say("reconciliation: a day of %d transactions and as many lines", n)
	d, err := b.newBooks(ctx, n)
	if err != nil {
		return err
	}
	db, err := pgx.Connect(ctx, d.url)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close(context.WithoutCancel(ctx)) }()
	if err := d.fill(ctx, db); err != nil {
		return err
	}
	statements, err := d.serveStatement(ctx, db, b.dir)
	if err != nil {
		return err
	}
	defer func() { _ = statements.Close() }()
	if _, err := db.Exec(ctx, "checkpoint"); err != nil {
		return err
	}
	say("  the product")
	ran, err := d.run(ctx, db, b.program.binary, filepath.Join(b.dir, "books"), "http://"+statements.addr)
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, "checkpoint"); err != nil {
		return err
	}
	say("  the join by hand")
	took, cpu, err := d.join(ctx, db)
	if err != nil {
		return err
	}
	r.add(fmt.Sprintf("reconciliation, %d x %d", n, n), ran.matched, took, "s", 2, false)
	r.add("reconciliation, process at its highest", ran.peak, 0, "MiB", 256, false)
	r.add("reconciliation, processor time of node and database", (ran.node + ran.sessions).Seconds(), cpu.Seconds(), "s", 0, false)
	r.note("reconciliation: %d items, %d of them matched; statement taken in within %.1f s, reports of all items written within %.1f s; the process was at %.0f MiB before; matching took %.1f s of its processor time and %.1f s of its sessions at the database, which unlike the seconds depend little on who else uses the machine",
		ran.items, ran.agreed, ran.loaded, ran.reported, ran.idle, ran.node.Seconds(), ran.sessions.Seconds())
	return nil
}

func (b *bench) newBooks(ctx context.Context, lines int) (*books, error) {
	if _, err := b.db.Exec(ctx, "create database books"); err != nil {
		return nil, err
	}
	u, err := url.Parse(b.program.database)
	if err != nil {
		return nil, err
	}
	u.Path = "/books"
	d := &books{url: u.String(), lines: lines, day: time.Now().UTC().Add(-27 * time.Hour).Format(time.DateOnly)}
	_, err = b.program.run(ctx, "", "migrate", "up", "--database-url", d.url)
	return d, err
}

// fill writes the day. Triggers and foreign keys have nothing to say about rows that are made up as they would be.
func (d *books) fill(ctx context.Context, db *pgx.Conn) error {
	for _, sql := range []string{
		`set session_replication_role = replica`, `set synchronous_commit = off`, `set maintenance_work_mem = '256MB'`,
		`insert into recon_processes (id, code, name, provider_id, currency, zone) values (gen_random_uuid(), 'BENCH-ZAR', 'Bench', 'BENCH', '710', 'UTC')`,
		`create temp table made as select n, gen_random_uuid() as id, gen_random_uuid() as voucher, 500 + n % 20000 as amount,
		   $1::date + n * (interval '23 hours' / $2) as at from generate_series(1, $2) n`,
		`insert into vouchers (id, provider_id, code_hash, code_sealed, code_masked, serial, state, currency, amount_minor, updated_at)
		   select voucher, 'BENCH', uuid_send(voucher), uuid_send(voucher), '…1234', 'S' || lpad(n::text, 15, '0'), 'AVAILABLE', '710', amount, at from made`,
		`insert into transactions (id, client_id, service, operation, request_id, generation, fingerprint, mode, provider_id, product_id, terminal_id,
		   currency, request_amount_minor, approved_amount_minor, final_amount_minor, received_at, last_client_at, closed_at, outcome, decision,
		   decision_origin, final, provider_ref, business_date, voucher_id)
		   select id, 'RETAIL' || n % 7, 'VOUCHER', 'PROVISION', id::text, 1, uuid_send(id), 'DUAL', 'BENCH', 'P-' || n % 40, 'T' || n % 5000,
		   '710', amount, amount, amount, at, at, at + interval '2 s', 'SUCCESS', 'CONFIRM', 'client', 'CONFIRMED', 'B-' || n, $1::date, voucher from made`,
		`insert into saf_entries (id, provider_id, client_id, service, operation, transaction_id, kind, wire_ref, state, next_at, created_at, updated_at)
		   select gen_random_uuid(), 'BENCH', 'RETAIL' || n % 7, 'VOUCHER', 'PROVISION', id, 'CONFIRM', id::text, 'ACKED', at, at, at from made`,
		`analyze transactions, vouchers, saf_entries`,
		`insert into jobs (name, title, schedule, local, first_seen) values ('recon.run', '', '', false, now() - interval '24 hours')`,
	} {
		var args []any
		if strings.Contains(sql, "$1") {
			args = append(args, d.day)
		}
		if strings.Contains(sql, "$2") {
			args = append(args, d.lines)
		}
		if _, err := db.Exec(ctx, sql, args...); err != nil {
			return fmt.Errorf("filling the books: %w\n%.80s", err, sql)
		}
	}
	return nil
}

// statement serves the provider's file.
type statement struct {
	*http.Server
	addr string
}

// serveStatement writes the provider's file as it would be sent: of a thousand lines two have another amount, one does not give
// our reference, one is missing, and one is of a transaction that the switch does not know.
func (d *books) serveStatement(ctx context.Context, db *pgx.Conn, dir string) (*statement, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	file, err := os.Create(filepath.Join(dir, "statement.csv"))
	if err != nil {
		return nil, err
	}
	s := &statement{Server: &http.Server{ReadHeaderTimeout: 5 * time.Second}, addr: ln.Addr().String()}
	w := bufio.NewWriter(file)
	fmt.Fprintln(w, "provider_ref,switch_ref,serial,product,kind,state,amount_minor,currency,at")
	rows, err := db.Query(ctx, `select n, id::text, amount, to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') from made order by n`)
	if err != nil {
		return nil, err
	}
	count, sum := 0, 0
	var n, amount int
	var id, at string
	_, err = pgx.ForEachRow(rows, []any{&n, &id, &amount, &at}, func() error {
		name, minor := id, amount
		switch n % 1000 {
		case 1, 2:
			minor++
		case 3:
			name = ""
		case 4:
			return nil
		case 5:
			count, sum = count+1, sum+700
			fmt.Fprintf(w, "X-%d,,,P-1,SALE,SUCCESS,700,710,%s\n", n, at)
		}
		count, sum = count+1, sum+minor
		fmt.Fprintf(w, "B-%d,%s,S%015d,P-%d,SALE,SUCCESS,%d,710,%s\n", n, name, n, n%40, minor, at)
		return nil
	})
	if err == nil {
		_, err = db.Exec(ctx, `drop table made`)
	}
	fmt.Fprintf(w, "TRAILER,%d,%d\n", count, sum)
	if err = errors.Join(err, w.Flush(), file.Close()); err != nil {
		return nil, err
	}
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Query().Get("date") != d.day {
			http.NotFound(w, req)
			return
		}
		http.ServeFile(w, req, file.Name())
	})
	go func() { _ = s.Serve(ln) }() // ends with Close
	return s, nil
}

// reconciled is what a run of the product took.
type reconciled struct {
	loaded, matched, reported float64 // seconds
	idle, peak                float64 // MiB
	items, agreed             int
	node, sessions            time.Duration // processor time of matching
}

// run starts a node that has nothing to do but catch up with the day, and waits for the end of it.
func (d *books) run(ctx context.Context, db *pgx.Conn, binary, dir, statements string) (out reconciled, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return out, err
	}
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte(strings.Repeat("5a", 32)), 0o600); err != nil {
		return out, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return out, err
	}
	defer func() { _ = log.Close() }()
	node := exec.Command(binary, "serve", "--database-url", d.url, "--data-dir", dir, "--key-file", key, "--mode", "sandbox",
		"--roles", "jobs", "--zone", "UTC", "--statements-url", statements)
	node.Stderr = log
	began := time.Now()
	if err := node.Start(); err != nil {
		return out, err
	}
	p := &program{cmd: node, log: log, ended: make(chan error, 1)}
	go func() { p.ended <- node.Wait() }()
	defer p.stop()
	for out.idle == 0 && time.Since(began) < time.Minute && ctx.Err() == nil { // the first thing it does is to open the run
		time.Sleep(20 * time.Millisecond)
		var open bool
		if err := db.QueryRow(ctx, `select exists (select 1 from job_runs)`).Scan(&open); err != nil {
			return out, err
		}
		if open {
			out.idle = p.resident()
		}
	}
	var nodeBefore, sessionsBefore time.Duration
	for loaded, matched := false, false; ; time.Sleep(20 * time.Millisecond) {
		var state, failure, file, run string
		if err := db.QueryRow(ctx, `select state, coalesce(error, ''), coalesce((select state from recon_files limit 1), ''),
			coalesce((select state from recon_runs limit 1), '') from job_runs where job = 'recon.run'`).Scan(&state, &failure, &file, &run); err != nil {
			return out, err
		}
		if !loaded && file == "LOADED" || !matched && run == "DONE" {
			spent, err := d.sessions(ctx, db)
			if err != nil {
				return out, err
			}
			out.node, out.sessions = p.cpu()-nodeBefore, spent-sessionsBefore
			nodeBefore, sessionsBefore = p.cpu(), spent
			loaded, matched = true, run == "DONE"
		}
		if state == "DONE" {
			break
		}
		if state == "FAILED" || time.Since(began) > 10*time.Minute || ctx.Err() != nil {
			return out, fmt.Errorf("the reconciliation is %s: %s (its log: %s)", state, failure, log.Name())
		}
	}
	out.peak = p.status("VmHWM")
	err = db.QueryRow(ctx, `select extract(epoch from f.loaded_at - r.started_at), extract(epoch from r.finished_at - f.loaded_at),
		  extract(epoch from j.ended_at - r.finished_at), (select count(*) from recon_items where run_id = r.id),
		  (select count(*) from recon_items where run_id = r.id and recon_status = 'MATCHED')
		from recon_runs r join recon_files f on f.id = r.file_id, job_runs j where r.state = 'DONE' and j.job = 'recon.run'`).
		Scan(&out.loaded, &out.matched, &out.reported, &out.items, &out.agreed)
	if err == nil && out.items < d.lines {
		err = fmt.Errorf("only %d items for %d transactions", out.items, d.lines)
	}
	return out, err
}

// sessions gives the processor time that the node's sessions at the database have used so far.
func (d *books) sessions(ctx context.Context, db *pgx.Conn) (sum time.Duration, err error) {
	rows, err := db.Query(ctx, `select pid from pg_stat_activity where datname = current_database() and application_name like 'signalbox %'`)
	if err != nil {
		return 0, err
	}
	var pid int
	_, err = pgx.ForEachRow(rows, []any{&pid}, func() error {
		sum += cpuOf(pid)
		return nil
	})
	return sum, err
}

// floorJoin writes the same rows with one statement: it joins by our reference alone, knows one currency, one operation and the
// states that occur here, compares state and amount, and keeps no comparison, no summary and no proof. It leaves as one
// transaction what the product leaves in many.
const floorJoin = `
	insert into floor_items
	select $1, row_number() over (order by a.received_at, a.id, r.line_no), $2, $3::date, a.id, a.client_id, a.operation, a.request_id,
	  coalesce(a.serial, r.serial, ''), coalesce(a.product_id, r.product), a.state, a.amount, a.currency, a.received_at, a.provider_ref,
	  r.file_id, r.line_no, r.kind, r.state, r.amount_minor, r.currency, r.at, r.provider_ref,
	  case when a.id is null or r.line_no is null then 0 else 1 end,
	  case when a.id is null or r.line_no is null then 'UNMATCHED' when a.state = r.state and a.amount = r.amount_minor then 'MATCHED' else 'PARTIALLY_MATCHED' end,
	  case when a.id is null then '{MISSING_A}' when r.line_no is null then '{MISSING_B}' when a.state <> r.state then '{STATE_DIFF}'
	    when a.amount <> r.amount_minor then '{AMOUNT_DIFF}' else '{}' end::text[],
	  'NONE', coalesce(a.advice = 'OUTSTANDING', false), case when a.state = r.state and a.amount = r.amount_minor and a.advice = '' then 'READY' else 'PENDING' end, ''
	from (
	  select t.id, t.client_id, t.operation, t.request_id, v.serial, t.product_id, t.currency, t.received_at, t.provider_ref,
	    case when t.outcome = 'FAILED' then 'DECLINED' when t.decision = 'REVERSE' then 'REVERSED' else 'SUCCESS' end as state,
	    coalesce(t.final_amount_minor, t.approved_amount_minor) as amount, case when s.state = 'ACKED' then '' else 'OUTSTANDING' end as advice
	  from transactions t left join vouchers v on v.id = t.voucher_id
	    left join saf_entries s on s.transaction_id = t.id and s.kind in ('CONFIRM', 'REVERSE')
	  where t.provider_id = 'BENCH' and t.business_date = $3::date) a
	full outer join (select * from recon_records where process_id = $2 and business_date = $3::date) r on r.switch_ref = a.id::text`

// join runs the floor into a table with the same columns, checks, indexes and foreign key, in one process of the server, and
// gives its seconds and its processor time.
func (d *books) join(ctx context.Context, db *pgx.Conn) (seconds float64, cpu time.Duration, err error) {
	var run, process string
	if err := db.QueryRow(ctx, `select id::text, process_id::text from recon_runs where state = 'DONE'`).Scan(&run, &process); err != nil {
		return 0, 0, err
	}
	for _, sql := range []string{
		`set session_replication_role = origin`, `set synchronous_commit = on`, `create table floor_items (like recon_items including all)`,
		`alter table floor_items add foreign key (run_id) references recon_runs`, `analyze recon_records`,
	} {
		if _, err := db.Exec(ctx, sql); err != nil {
			return 0, 0, err
		}
	}
	pid := int(db.PgConn().PID())
	began, before := time.Now(), cpuOf(pid)
	tag, err := db.Exec(ctx, floorJoin, run, process, d.day)
	if err != nil {
		return 0, 0, fmt.Errorf("the floor of the reconciliation: %w", err)
	}
	seconds, cpu = time.Since(began).Seconds(), cpuOf(pid)-before
	if tag.RowsAffected() < int64(d.lines) {
		return 0, 0, fmt.Errorf("the floor has written %d items only", tag.RowsAffected())
	}
	_, err = db.Exec(ctx, `drop table floor_items`)
	return seconds, cpu, err
}
