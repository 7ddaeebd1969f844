package localpg

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// installed makes a folder with programs that only say their version.
func installed(t *testing.T, version string, mode os.FileMode) string {
	t.Helper()
	base, err := os.MkdirTemp("", "localpg-bin")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(base)) })
	require.NoError(t, os.Chmod(base, 0o755))
	text := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
	for _, name := range []string{"postgres", "initdb"} {
		require.NoError(t, os.WriteFile(filepath.Join(base, name), []byte(text), 0o755))
		require.NoError(t, os.Chmod(filepath.Join(base, name), mode))
	}
	return base
}

func TestFindBinaries(t *testing.T) {
	t.Parallel()
	old, middle, newest := installed(t, "13.9", 0o755), installed(t, "15.4 (Debian 15.4-1)", 0o755), installed(t, "17.2", 0o755)
	link := t.TempDir()
	require.NoError(t, os.Chmod(link, 0o755))
	closed := installed(t, "16.1", 0o600)
	garbled := installed(t, "unknown", 0o755)
	for _, name := range []string{"postgres", "initdb"} {
		require.NoError(t, os.Symlink(filepath.Join(middle, name), filepath.Join(link, name)))
	}
	tests := []struct {
		name   string
		major  int
		places []string
		want   string
		says   []string
	}{
		{"the newest", 0, []string{middle, newest, old}, newest, nil},
		{"the one that made the data", 15, []string{newest, middle}, middle, nil},
		{"links lead to one installation", 0, []string{link, middle}, middle, nil},
		{"none at all", 0, []string{t.TempDir()}, "", []string{"install", "PostgreSQL 14 or newer"}},
		{"too old", 0, []string{old}, "", []string{old, "version 13 is older than 14"}},
		{"another release line", 16, []string{middle}, "", []string{"made by version 16", "PostgreSQL 16 is needed"}},
		{"not for this account", 0, []string{closed}, "", []string{closed, "cannot run it"}},
		{"not PostgreSQL", 0, []string{garbled}, "", []string{"unexpected version text"}},
	}
	acct, err := accountFor("")
	require.NoError(t, err)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := findBinaries(t.Context(), acct, tt.major, tt.places)
			if tt.want != "" {
				require.NoError(t, err)
				require.Equal(t, tt.want, got.dir)
				return
			}
			require.ErrorIs(t, err, ErrNotInstalled)
			for _, part := range tt.says {
				require.ErrorContains(t, err, part)
			}
		})
	}
}

func TestStartSaysWhatToInstall(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Options{Dir: place(t), Binaries: []string{t.TempDir()}})
	require.ErrorIs(t, err, ErrNotInstalled)
	require.ErrorContains(t, err, "install it with: ")
}

func TestInstallCommand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		goos     string
		apt, dnf bool
		major    int
		want     string
	}{
		{"darwin", false, false, 0, "brew install postgresql@17"},
		{"darwin", false, false, 15, "brew install postgresql@15"},
		{"linux", true, false, 0, "sudo apt-get install postgresql"},
		{"linux", true, false, 15, "sudo apt-get install postgresql-15"},
		{"linux", false, true, 0, "sudo dnf install postgresql-server postgresql-contrib"},
		{"linux", false, true, 16, "sudo dnf install postgresql16-server postgresql16-contrib"},
		{"linux", false, false, 0, "the package manager of this system (package postgresql or postgresql-server)"},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, installCommand(tt.goos, tt.apt, tt.dnf, tt.major))
	}
}
