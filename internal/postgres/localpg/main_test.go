package localpg

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// ownerVariable makes the test program play a program that owns a cluster, so that a test can kill it.
const ownerVariable = "LOCALPG_TEST_OWNER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(ownerVariable); dir != "" {
		own(dir)
	}
	os.Exit(m.Run())
}

// own starts a cluster, says its URL and waits to be killed; the end of standard input ends it, so that
// no failing test leaves it behind.
func own(dir string) {
	c, err := Start(context.Background(), Options{Dir: dir, FsyncOff: true})
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println(c.URL(""))
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = c.Stop(context.Background())
	os.Exit(0)
}

// abandoned runs another program that starts a cluster in dir, and kills it without any notice.
func abandoned(t *testing.T, dir string, before func(url string)) (url string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), ownerVariable+"="+dir)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	defer func() { _ = stdin.Close() }()
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	url = strings.TrimSpace(line)
	require.True(t, strings.HasPrefix(url, "postgres://"), url)
	if before != nil {
		before(url)
	}
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	return url
}

// place makes an empty directory that the database's account can reach, and stops whatever still runs in it
// when the test ends.
func place(t *testing.T) string {
	t.Helper()
	base, err := os.MkdirTemp(QuickDir(), "localpg")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(base, 0o755))
	dir := base + "/data"
	t.Cleanup(func() {
		if s, ok := left(&directory{path: dir}); ok {
			_ = s.stop(context.Background())
		}
		require.NoError(t, os.RemoveAll(base))
	})
	return dir
}

// start starts a quick cluster and stops it when the test ends.
func start(t *testing.T, o Options) *Cluster {
	t.Helper()
	o.FsyncOff = true
	c, err := Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { stop(t, c) })
	return c
}

// stop stops a cluster and sees its process gone.
func stop(t *testing.T, c *Cluster) {
	t.Helper()
	require.NoError(t, c.Stop(context.Background()))
	require.True(t, gone(c.server.pid), "no process is left behind")
}

// gone tells whether a process has ended; one that only waits to be collected by its parent has.
func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

// query runs one statement and gives its only value as text.
func query(t *testing.T, url, sql string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	defer func() { _ = conn.Close(ctx) }()
	var value string
	err = conn.QueryRow(ctx, sql).Scan(&value)
	if !errors.Is(err, pgx.ErrNoRows) {
		require.NoError(t, err)
	}
	return value
}
