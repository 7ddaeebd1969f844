package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSlice is a handful of what `make chaos` does: the program is killed at points of requests and deliveries, and the
// database under it once; then everybody must hold the same (F01, F22, W1 to W5, every V).
func TestSlice(t *testing.T) {
	t.Parallel()
	dir, err := place()
	require.NoError(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			log, err := os.ReadFile(filepath.Join(dir, "world", "nodes.log"))
			t.Logf("the end of what the nodes logged: %s %v", log[max(0, len(log)-4000):], err)
		}
		require.NoError(t, os.RemoveAll(dir))
	})
	ctx := t.Context()
	binary, err := build(ctx, "..", dir)
	require.NoError(t, err)
	f := newFigures()
	w, err := newWorld(ctx, filepath.Join(dir, "world"), binary, f)
	require.NoError(t, err)
	t.Cleanup(w.close)
	w.callers.work()
	w.providers.noisy.Store(true)
	for _, point := range []string{"P1", "P5", "P6", "P9", "P11"} {
		require.NoError(t, w.dieAt(ctx, point))
	}
	require.NoError(t, w.databaseKills(ctx, 1))
	f.finish()
	var table strings.Builder
	f.print(&table)
	t.Log(table.String())
	require.NotZero(t, f.Lapsed, "the kills left nothing in mid-air; otherwise this showed nothing")
	require.Equal(t, 6, f.kills())
}
