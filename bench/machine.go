package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// describe tells what the figures were measured on and which limits held, as far as possible from the running system.
func (b *bench) describe(ctx context.Context, r *report) error {
	r.Machine = map[string]string{
		"processors": strconv.Itoa(runtime.NumCPU()), "model": cpuModel(), "system": runtime.GOOS + "/" + runtime.GOARCH, "go": runtime.Version(),
	}
	r.Limits = map[string]string{
		"writers, events in one commit": "2, 128 (cmd/console/program.go, internal/postgres/switch_apply.go)",
		"arrivals waiting at once":      strconv.Itoa(mostWaiting),
		"providers in use":              strings.Join(b.providers, " "),
	}
	for _, name := range []string{"server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "wal_compression", "max_wal_size", "max_connections", "wal_sync_method"} {
		var value string
		if err := b.db.QueryRow(ctx, "select current_setting($1)", name).Scan(&value); err != nil {
			return err
		}
		r.Machine["postgres "+name] = value
	}
	var rate, burst int
	if err := b.db.QueryRow(ctx, "select rate_per_second, burst from clients where id = $1", b.messages.client).Scan(&rate, &burst); err != nil {
		return err
	}
	r.Limits["client rate limit"] = fmt.Sprintf("%d per second, burst %d (0: none)", rate, burst)
	found, err := b.db.Query(ctx, `select id, coalesce(profile->>'maxInFlight', 'default'), coalesce(profile->>'safParallel', 'default') from providers where id = any($1)`, b.providers)
	if err != nil {
		return err
	}
	defer found.Close()
	bulkheads := map[string]bool{}
	for found.Next() {
		var id, inFlight, parallel string
		if err := found.Scan(&id, &inFlight, &parallel); err != nil {
			return err
		}
		bulkheads[fmt.Sprintf("%s exchanges, %s deliveries", inFlight, parallel)] = true
	}
	r.Limits["bulkhead of each provider"] = strings.Join(slices.Sorted(maps.Keys(bulkheads)), "; ")
	return found.Err()
}

// connections counts the connections of each pool while the load runs.
func (b *bench) connections(ctx context.Context, r *report) error {
	found, err := b.db.Query(ctx, `select application_name, count(*) from pg_stat_activity where application_name like 'signalbox %' group by 1`)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		var name string
		var n int
		if err := found.Scan(&name, &n); err != nil {
			return err
		}
		r.Limits["connections in use, "+name] = strconv.Itoa(n)
	}
	return found.Err()
}

func cpuModel() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func lines(m map[string]string) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, name+": "+m[name])
	}
	return out
}
