package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// River fetches at most once per cooldown, and never more than it has free workers. Its default suits queues with many
// workers; with few of them it would wait most of the time, so the floor also has it at its shortest.
const riverShortest = river.FetchCooldownMin

// riverDrain is the floor of the drain that counts: River with as many workers, each sending the same POST to the same
// stand-in, on a database of its own beside the product's. Everything but the cooldown is River's default.
func (b *bench) riverDrain(ctx context.Context, provider string, n, parallel int, cooldown time.Duration) (drained, error) {
	out := drained{Entries: n, Parallel: parallel}
	bodies, err := b.soldDirectly(ctx, provider, n)
	if err != nil {
		return out, err
	}
	pool, err := b.riverDatabase(ctx, parallel)
	if err != nil {
		return out, err
	}
	defer pool.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: parallel}}
	defer client.CloseIdleConnections()
	workers := river.NewWorkers()
	river.AddWorker(workers, &confirmer{client: client, base: b.standIn(provider)})
	queue, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: parallel}}, Workers: workers, FetchCooldown: cooldown,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return out, err
	}
	jobs := make([]river.InsertManyParams, n)
	for i, body := range bodies {
		jobs[i].Args = confirmation{Body: body}
	}
	if _, err := queue.InsertManyFast(ctx, jobs); err != nil {
		return out, err
	}
	if _, err := b.db.Exec(ctx, `checkpoint`); err != nil {
		return out, err
	}
	before, err := b.spent(ctx)
	if err != nil {
		return out, err
	}
	if err := queue.Start(ctx); err != nil {
		return out, err
	}
	done := riverDone(ctx, pool, n)
	if err := queue.Stop(ctx); done == nil {
		done = err
	}
	if done != nil {
		return out, done
	}
	after, err := b.spent(ctx)
	if err != nil {
		return out, err
	}
	out.Cost = after.each(before, n)
	var seconds float64
	if err := pool.QueryRow(ctx, `select extract(epoch from max(finalized_at) - min(attempted_at)) from river_job`).Scan(&seconds); err != nil {
		return out, err
	}
	out.Rate = float64(n) / seconds
	return out, nil
}

// riverDatabase makes an empty database with River's tables.
func (b *bench) riverDatabase(ctx context.Context, parallel int) (*pgxpool.Pool, error) {
	for _, sql := range []string{"drop database if exists river", "create database river"} {
		if _, err := b.db.Exec(ctx, sql); err != nil {
			return nil, err
		}
	}
	u, err := url.Parse(b.program.database)
	if err != nil {
		return nil, err
	}
	u.Path = "/river"
	config, err := pgxpool.ParseConfig(u.String())
	if err != nil {
		return nil, err
	}
	config.MaxConns = int32(parallel) + 4 // more than its fetches, completions and upkeep ever use at once
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err == nil {
		_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	if err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// riverDone waits until every job is completed; one that was tried again means that a POST failed.
func riverDone(ctx context.Context, pool *pgxpool.Pool, n int) error {
	for until := time.Now().Add(3 * time.Minute); time.Now().Before(until) && ctx.Err() == nil; time.Sleep(looking) {
		var open, failed bool
		err := pool.QueryRow(ctx, `select exists (select 1 from river_job where state in ('available', 'running', 'scheduled')),
  exists (select 1 from river_job where state = 'retryable')`).Scan(&open, &failed)
		if err != nil {
			return err
		}
		if failed {
			return fmt.Errorf("River had to try a confirmation again")
		}
		if !open {
			return nil
		}
	}
	return fmt.Errorf("River has not finished %d confirmations", n)
}

// confirmation is River's job: the same body that the switch delivers.
type confirmation struct {
	Body json.RawMessage `json:"body"`
}

// Kind names the job in River's tables.
func (confirmation) Kind() string { return "confirmation" }

// confirmer sends one confirmation.
type confirmer struct {
	river.WorkerDefaults[confirmation]
	client *http.Client
	base   string
}

// Work implements river.Worker.
func (c *confirmer) Work(ctx context.Context, job *river.Job[confirmation]) error {
	return post(ctx, c.client, c.base, job.Args.Body)
}
