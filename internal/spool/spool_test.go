package spool

import (
	"io"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func names(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	return list
}

// TestAFileHasNoNameWhileItIsOpen: a process that dies has nothing to remove.
func TestAFileHasNoNameWhileItIsOpen(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	f, err := New()
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		require.Empty(t, names(t, dir))
	}
	_, err = f.WriteString("a statement")
	require.NoError(t, err)
	_, err = f.Seek(0, io.SeekStart)
	require.NoError(t, err)
	body, err := io.ReadAll(f)
	require.NoError(t, err)
	require.Equal(t, "a statement", string(body))
	require.NoError(t, f.Close())
	require.Empty(t, names(t, dir))
}

// TestAFileThatKeptItsNameIsRemovedWithClose is the way of systems that cannot remove an open file.
func TestAFileThatKeptItsNameIsRemovedWithClose(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open, err := os.CreateTemp(dir, "")
	require.NoError(t, err)
	require.NoError(t, (&File{File: open, named: true}).Close())
	require.Empty(t, names(t, dir))
}

func TestNewTellsWhenThereIsNoRoom(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()+"/missing")
	_, err := New()
	require.ErrorIs(t, err, os.ErrNotExist)
}
