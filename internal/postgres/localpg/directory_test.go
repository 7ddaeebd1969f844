package localpg

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFreshBeginsAnew(t *testing.T) {
	t.Parallel()
	dir := place(t)
	var lost string
	abandoned(t, dir, func(url string) {
		query(t, url, "create table lost (id int)")
		lost = url
	})
	journal := filepath.Join(dir, "journal")
	require.NoError(t, os.WriteFile(journal, []byte("books"), 0o600))

	_, err := Start(t.Context(), Options{Dir: dir, Fresh: true})
	require.ErrorContains(t, err, "journal", "an entry nobody declared is foreign")
	require.Equal(t, "t", query(t, lost, "select (to_regclass('lost') is not null)::text")[:1])

	c := start(t, Options{Dir: dir, Fresh: true, Siblings: []string{"journal"}})
	require.Equal(t, "false", query(t, c.URL(""), "select (to_regclass('lost') is not null)::text"))
	require.NoFileExists(t, journal)
	require.NotEqual(t, lost, c.URL(""), "the password is new as well")
}

func TestForeignDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		entry string
		text  string
		fresh bool
	}{
		{"somebody's files", "thesis.txt", "years of work", false},
		{"somebody's files, fresh", "thesis.txt", "years of work", true},
		{"a cluster made by hand", "pgdata", "", true},
		{"a marker that is not ours", markerName, "something else\n", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, tt.entry)
			if tt.text == "" {
				require.NoError(t, os.Mkdir(path, 0o700))
			} else {
				require.NoError(t, os.WriteFile(path, []byte(tt.text), 0o600))
			}
			_, err := Start(t.Context(), Options{Dir: dir, Fresh: tt.fresh})
			require.ErrorContains(t, err, "holds other files")
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Len(t, entries, 1, "nothing was removed and nothing added")
			require.Equal(t, tt.entry, entries[0].Name())
		})
	}
}

func TestFreshStaysInsideTheDirectory(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../elsewhere", "..", ".", "", "/etc"} {
		d := &directory{path: t.TempDir()}
		require.ErrorContains(t, d.clear(t.Context(), []string{name}), "not the name of an entry", name)
	}
}

func TestLostPasswordIsSaid(t *testing.T) {
	t.Parallel()
	d := &directory{path: t.TempDir()}
	require.NoError(t, os.Mkdir(d.data(), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(d.data(), "PG_VERSION"), []byte("15\n"), 0o600))
	_, err := d.password()
	require.ErrorContains(t, err, "--fresh")
}

func TestUnreachableDirectoryIsNamed(t *testing.T) {
	t.Parallel()
	closed := t.TempDir() // its parent is closed to everybody else
	dir := filepath.Join(closed, "data")
	c, err := Start(t.Context(), Options{Dir: dir, FsyncOff: true})
	if os.Geteuid() != 0 {
		require.NoError(t, err, "without root the database runs as the caller, who can")
		stop(t, c)
		return
	}
	require.ErrorContains(t, err, filepath.Dir(closed))
	require.ErrorContains(t, err, "/var/lib/signalbox")
}
