package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/signalboxhq/signalbox/internal/witness"
)

// witness compares what the callers were told, what the switch stored, and what the stand-ins did: by the product's own
// witnesses W1 to W4, which know nothing of its core, and by what a run without faults adds to them. It gives the differences;
// none means that every id happened exactly once.
func (b *bench) witness(ctx context.Context) (checked int, differences []string, err error) {
	b.book.mu.Lock()
	defer b.book.mu.Unlock()
	all, err := witness.ReadRecord(ctx, b.db)
	if err != nil {
		return 0, nil, err
	}
	j := witness.Journals{Clients: b.told()}
	for _, t := range all.Transactions {
		if t.ClientID == b.messages.client {
			j.Record.Transactions = append(j.Record.Transactions, t)
		}
	}
	lines := map[string]witness.Line{}
	for _, provider := range b.providers {
		books, strays, err := witness.ReadBooks(ctx, b.program.simulator, provider)
		if err != nil {
			return 0, nil, err
		}
		j.Strays = append(j.Strays, strays...)
		for _, l := range books {
			if !b.direct.sold[l.Ref] { // a floor's own
				j.Books, lines[l.Ref] = append(j.Books, l), l
			}
		}
	}
	for _, d := range witness.Compare(&j) {
		differences = append(differences, d.String())
	}
	return len(b.book.sales), append(differences, b.repeats(j.Record.Transactions, lines)...), nil
}

// told is what the callers hold.
func (b *bench) told() []witness.Told {
	var out []witness.Told
	for id, r := range b.book.sales {
		out = append(out, witness.Told{ClientID: b.messages.client, RequestID: id, Status: r.status, Amount: r.amount})
		if r.confirmed != 0 {
			out = append(out, witness.Told{ClientID: b.messages.client, RequestID: id, Advice: witness.Confirm, Status: r.confirmed})
		}
	}
	return out
}

// repeats finds what the witnesses allow for the sake of crashes and faults, of which a bench has none: a message that a
// provider got twice, an advice that nobody asked for or that is not through, and a transaction that no caller sent.
func (b *bench) repeats(record []witness.Transaction, lines map[string]witness.Line) (differences []string) {
	differ := func(id, format string, args ...any) {
		differences = append(differences, id+": "+fmt.Sprintf(format, args...))
	}
	for _, t := range record {
		r := b.book.sales[t.RequestID]
		switch {
		case r == nil:
			differ(t.RequestID, "in the record, but no caller sent it")
		case len(t.Refs) != 1:
			differ(t.RequestID, "sent under %d references", len(t.Refs))
		case t.Outcome == "SUCCESS":
			l := lines[t.Refs[0].Wire]
			if l.State != "APPROVED" || l.Received != 1 || l.Retries != 0 {
				differ(t.RequestID, "the provider has it as %q, received %d, retried %d", l.State, l.Received, l.Retries)
			}
			if r.confirmed == 202 && (t.Final != "CONFIRMED" || l.Advice != "CONFIRMED" || l.Advices != 1) {
				differ(t.RequestID, "confirmed at the caller, %q in the record, %q in the provider's books, which got %d advices", t.Final, l.Advice, l.Advices)
			}
			if !r.asked && l.Advice != "" {
				differ(t.RequestID, "never confirmed, yet %s in the provider's books", l.Advice)
			}
		}
	}
	return differences
}

// check runs the invariant checker of the product.
func (b *bench) check(ctx context.Context) ([]string, error) {
	out, err := b.program.run(ctx, "", "check", "--database-url", b.program.database)
	var broken []string
	for line := range strings.Lines(out) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[1] != "0" || strings.HasPrefix(line, " ") {
			broken = append(broken, strings.TrimRight(line, "\n"))
		}
	}
	return broken, err
}
