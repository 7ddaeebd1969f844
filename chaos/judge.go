package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/witness"
)

// restLimit is how long everything may take to come to rest once it is healed.
const restLimit = 3 * time.Minute

// judge heals everything, waits for rest, and then asks the checker, the audit chain and every witness.
func (w *world) judge(ctx context.Context, phase string) error {
	w.callers.pause()
	w.providers.noisy.Store(false)
	began := time.Now()
	if err := w.atLeast(ctx, 1); err != nil {
		return err
	}
	if err := w.callers.finish(restLimit); err != nil {
		return fmt.Errorf("%s: %w", phase, err)
	}
	if err := w.settle(ctx, began.Add(restLimit)); err != nil {
		return fmt.Errorf("%s: %w", phase, err)
	}
	rested := time.Since(began)
	j, err := w.journals(ctx)
	if err != nil {
		return err
	}
	differences := witness.Compare(j)
	broken, err := w.check(ctx)
	if err != nil {
		return err
	}
	w.figures.judged(phase, rested, j, differences, broken)
	if err := w.count(ctx); err != nil {
		return err
	}
	if len(differences)+len(broken) > 0 {
		return fmt.Errorf("%s: %d differences between witnesses, %d lines of the checker\n%s\n%s", phase, len(differences), len(broken),
			few(differences), strings.Join(broken, "\n"))
	}
	return nil
}

func few(differences []witness.Difference) string {
	var lines []string
	for _, d := range differences[:min(len(differences), 20)] {
		lines = append(lines, d.String())
	}
	return strings.Join(lines, "\n")
}

// restless is what must be nowhere once everybody had time: a running attempt, an undelivered advice, an open question.
const restless = `select (select count(*) from attempts where state = 'INTENT'), (select count(*) from saf_entries where state in ('QUEUED', 'LEASED')),
  (select count(*) from transactions where outcome = 'PENDING' or outcome = 'UNKNOWN' and decision is null)`

// settle waits until nothing moves any more.
func (w *world) settle(ctx context.Context, until time.Time) error {
	var attempts, advices, questions int
	for time.Now().Before(until) && ctx.Err() == nil {
		if err := w.db.QueryRow(ctx, restless).Scan(&attempts, &advices, &questions); err != nil {
			return err
		}
		if attempts+advices+questions == 0 {
			return nil
		}
		rest(ctx, 50*time.Millisecond)
	}
	return fmt.Errorf("no rest within %s: %d attempts run, %d advices wait, %d outcomes are open: %w", restLimit, attempts, advices, questions, ctx.Err())
}

// journals gathers what everybody holds.
func (w *world) journals(ctx context.Context) (*witness.Journals, error) {
	j := &witness.Journals{HashCode: func(code string) string { return hex.EncodeToString(w.vault.Hash("VOUCHER", code)) }}
	j.Clients, j.Wire = w.journal.copied()
	for _, provider := range played {
		lines, strays, err := witness.ReadBooks(ctx, w.simulator.facts["simulator"], provider)
		if err != nil {
			return nil, err
		}
		j.Books, j.Strays = append(j.Books, lines...), append(j.Strays, strays...)
	}
	var err error
	j.Record, err = witness.ReadRecord(ctx, w.db)
	j.Record.CutOff = w.settled
	return j, err
}

// check runs the product's own checker and the audit verifier; it gives what is broken.
func (w *world) check(ctx context.Context) ([]string, error) {
	var broken []string
	for _, args := range [][]string{{"check", "--timeout", "3m"}, {"audit", "verify"}} {
		cmd := exec.CommandContext(ctx, w.binary, append(slices.Clone(args), "--database-url", w.cluster.URL(""))...)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		if err != nil && cmd.ProcessState.ExitCode() != 1 {
			return nil, fmt.Errorf("console %s: %w\n%s%s", args[0], err, out.String(), errs.String())
		}
		if err == nil {
			continue
		}
		for line := range strings.Lines(out.String()) {
			if fields := strings.Fields(line); len(fields) != 2 || fields[1] != "0" {
				broken = append(broken, strings.TrimRight(line, "\n"))
			}
		}
	}
	return broken, nil
}

// count takes from the database what only it knows.
func (w *world) count(ctx context.Context) error {
	return w.db.QueryRow(ctx, `select (select count(*) from transactions), (select count(*) from saf_entries where payload_digest is not null),
		(select count(*) from attempts where saf_id is not null and state <> 'NOT_SENT'), (select count(*) from attempts where detail = 'LEASE_LAPSED'),
		(select count(*) from traces where late)`).Scan(&w.figures.Transactions, &w.figures.Advices, &w.figures.AdviceSends, &w.figures.Lapsed, &w.figures.Late)
}
