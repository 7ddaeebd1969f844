package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	clientID, clientName = "90000999", "Bench"
	clientPassword       = "bench-caller-password"
	drainedProvider      = "demo"
)

// bench holds the running system and what is known about it.
type bench struct {
	options   options
	dir       string
	program   *program
	db        *pgxpool.Pool
	peer      peer
	messages  *messages
	providers []string
	parallel  map[string]int
	book      book
	direct    direct
}

// newBench builds and starts the product with a database of its own and adds the client.
func newBench(ctx context.Context, o options, root, dir string) (_ *bench, err error) {
	b := &bench{options: o, dir: dir, book: book{sales: map[string]*record{}}, direct: direct{sold: map[string]bool{}}, parallel: map[string]int{}}
	binary := o.binary
	if binary == "" {
		say("building the binary")
		if binary, err = build(ctx, root, dir); err != nil {
			return nil, err
		}
	}
	var more []string
	if o.pprof != "" {
		more = []string{"--pprof-addr", o.pprof}
	}
	say("starting the sandbox")
	if b.program, err = start(ctx, binary, filepath.Join(dir, "data"), more...); err != nil {
		return nil, err
	}
	if err := b.prepare(ctx); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bench) prepare(ctx context.Context) (err error) {
	if b.db, err = pgxpool.New(ctx, b.program.database); err != nil {
		return err
	}
	_, err = b.program.run(ctx, clientPassword+"\n", "client", "add", "--id", clientID, "--name", clientName, "--mode", "dual", "--rate", "0",
		"--password-stdin", "--database-url", b.program.database)
	if err != nil {
		return err
	}
	b.peer = newPeer(b.program.api, clientID, clientPassword)
	b.messages = &messages{client: clientID, name: clientName}
	// Every provider that takes confirmations sells one of its products.
	found, err := b.db.Query(ctx, `select distinct on (p.id) p.id, p.institution_id, p.name, x.id, x.currency, coalesce(x.amount_minor, x.min_minor),
  coalesce((p.profile->>'safParallel')::int, 8) from providers p join products x on x.provider_id = p.id
  where p.enabled and (p.profile->>'confirmProvision')::boolean order by p.id, x.id`)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		var of offer
		var parallel int
		if err := found.Scan(&of.provider, &of.receiverID, &of.receiverName, &of.productID, &of.currency, &of.amount, &parallel); err != nil {
			return err
		}
		b.messages.offers = append(b.messages.offers, of)
		b.providers = append(b.providers, of.provider)
		b.parallel[of.provider] = parallel
	}
	if err := found.Err(); err != nil {
		return err
	}
	if b.parallel[drainedProvider] == 0 {
		return fmt.Errorf("the sandbox has no provider %q that takes confirmations", drainedProvider)
	}
	return nil
}

func (b *bench) close() {
	if b.db != nil {
		b.db.Close()
	}
	if b.program != nil {
		b.program.stop()
	}
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s  "+format+"\n", append([]any{time.Now().Format(time.TimeOnly)}, args...)...)
}

// firstSale makes one complete transaction; the floor is written after its rows.
func (b *bench) firstSale(ctx context.Context) (string, error) {
	r := b.closed(ctx, 1, 10*time.Second, 1, true, b.messages)
	if r.complete != 1 {
		return "", fmt.Errorf("the first sale failed: %s", r.first)
	}
	if err := b.settled(ctx, 20*time.Second); err != nil {
		return "", err
	}
	var id string
	err := b.db.QueryRow(ctx, `select id::text from transactions where client_id = $1`, clientID).Scan(&id)
	return id, err
}
