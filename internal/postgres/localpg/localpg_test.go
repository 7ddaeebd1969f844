package localpg

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestRestartKeepsData(t *testing.T) {
	t.Parallel()
	dir := place(t)
	first, err := Start(t.Context(), Options{Dir: dir, Database: "shop"})
	require.NoError(t, err)
	require.False(t, first.Joined())
	query(t, first.URL(""), "create table kept as select 'still here' as word")
	for name, want := range map[string]string{
		"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "timezone": "UTC",
		"listen_addresses": "127.0.0.1", "data_checksums": "on",
	} {
		require.Equal(t, want, query(t, first.URL(""), "show "+name), name)
	}
	begin := time.Now()
	stop(t, first)
	require.Less(t, time.Since(begin), 4*time.Second)
	require.NoError(t, first.Stop(t.Context()), "stopping twice is harmless")

	second := start(t, Options{Dir: dir, Database: "shop"})
	require.False(t, second.Joined())
	require.Equal(t, "still here", query(t, second.URL("shop"), "select word from kept"))
}

func TestOnlyThePasswordOpensIt(t *testing.T) {
	t.Parallel()
	dir := place(t)
	c := start(t, Options{Dir: dir})
	u, err := url.Parse(c.URL(""))
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1", u.Hostname())

	info, err := os.Stat(filepath.Join(dir, passwordName))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	data, err := os.Stat(filepath.Join(dir, dataName))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), data.Mode().Perm())
	require.NoFileExists(t, filepath.Join(dir, initName))

	u.User = url.UserPassword(u.User.Username(), "wrong")
	_, err = pgx.Connect(t.Context(), u.String())
	require.ErrorContains(t, err, "password authentication failed")
}

func TestLogHoldsNoValues(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Dir: place(t)})
	conn, err := pgx.Connect(t.Context(), c.URL(""))
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "create table codes (code text primary key); insert into codes values ('canary-4711')")
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "insert into codes values ($1)", "canary-4711")
	require.Error(t, err)
	_, err = conn.Exec(t.Context(), "insert into codes values ('canary-4711')")
	require.Error(t, err)
	require.NoError(t, conn.Close(t.Context()))

	text, err := os.ReadFile(c.LogFile())
	require.NoError(t, err)
	require.Contains(t, string(text), "duplicate key", "the error itself is worth a line")
	require.NotContains(t, string(text), "canary")
}

func TestStopEndsBusySessions(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Dir: place(t)})
	conn, err := pgx.Connect(t.Context(), c.URL(""))
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() {
		_, err := conn.Exec(context.Background(), "select pg_sleep(60)")
		ended <- err
	}()
	require.Eventually(t, func() bool {
		return query(t, c.URL(""), "select count(*)::text from pg_stat_activity where wait_event = 'PgSleep'") == "1"
	}, 5*time.Second, 10*time.Millisecond)

	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	begin := time.Now()
	require.NoError(t, c.Stop(cancelled), "a cancelled context still gets an orderly shutdown")
	require.Less(t, time.Since(begin), 4*time.Second)
	require.Error(t, <-ended)
	text, err := os.ReadFile(c.LogFile())
	require.NoError(t, err)
	require.Contains(t, string(text), "received fast shutdown request")
}

func TestAdoptsWhatAKilledProgramLeft(t *testing.T) {
	t.Parallel()
	dir := place(t)
	before := abandoned(t, dir, func(url string) {
		query(t, url, "create table kept as select 'still here' as word")
		address, err := Address(dir, "")
		require.NoError(t, err)
		require.Equal(t, url, address, "other commands find the running cluster")
	})
	require.Equal(t, "still here", query(t, before, "select word from kept"), "the server outlives its owner")

	c := start(t, Options{Dir: dir})
	require.True(t, c.Joined())
	require.Equal(t, before, c.URL(""))
	stop(t, c)
	_, err := Address(dir, "")
	require.ErrorContains(t, err, "no cluster is running")
}

// TestComesBackWhenItIsKilled: nobody else would start it again, and the program in front of it would refuse everything.
func TestComesBackWhenItIsKilled(t *testing.T) {
	t.Parallel()
	dir := place(t)
	abandoned(t, dir, nil)
	c := start(t, Options{Dir: dir})
	require.True(t, c.Joined())
	query(t, c.URL(""), "create table kept as select 'still here' as word")
	query(t, c.URL(""), "checkpoint") // the clusters of tests do not wait for the disk
	before := c.URL("")
	for range 2 { // first the one that was left, then one of our own
		killed := c.running().pid
		require.NoError(t, syscall.Kill(killed, syscall.SIGKILL))
		require.Eventually(t, func() bool { return c.running().pid != killed }, 30*time.Second, 10*time.Millisecond)
		require.Equal(t, before, c.URL(""), "its address stays the same")
		require.Equal(t, "still here", query(t, before, "select word from kept"))
	}
}

func TestRestartsWhatWasLeftWithOtherSettings(t *testing.T) {
	t.Parallel()
	dir := place(t)
	abandoned(t, dir, nil)
	c := start(t, Options{Dir: dir, Settings: map[string]string{"work_mem": "7MB"}})
	require.False(t, c.Joined())
	require.Equal(t, "7MB", query(t, c.URL(""), "show work_mem"))
}

func TestSecondOwnerIsRefused(t *testing.T) {
	t.Parallel()
	dir := place(t)
	c := start(t, Options{Dir: dir})
	for _, fresh := range []bool{false, true} {
		_, err := Start(t.Context(), Options{Dir: dir, Fresh: fresh})
		require.ErrorIs(t, err, ErrInUse)
		require.ErrorContains(t, err, strconv.Itoa(os.Getpid()), "the owner is named")
	}
	require.Equal(t, "1", query(t, c.URL(""), "select '1'"), "the owner is not disturbed")
}

func TestSharedClusterIsJoined(t *testing.T) {
	t.Parallel()
	dir := place(t)
	o := Options{Dir: dir, Shared: true}
	first := start(t, o)
	t.Cleanup(func() { require.NoError(t, first.server.stop(context.Background())) })
	second, err := Start(t.Context(), Options{Dir: dir, Shared: true, FsyncOff: true})
	require.NoError(t, err)
	require.True(t, second.Joined())
	require.Equal(t, first.URL(""), second.URL(""))
	require.NoError(t, second.Stop(t.Context()))
	require.Equal(t, "1", query(t, first.URL(""), "select '1'"))
}

func TestSurvivesWhatACrashLeaves(t *testing.T) {
	t.Parallel()
	dir := place(t)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, newDataName, "half"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, markerName), []byte(markerText), 0o600))
	c := start(t, Options{Dir: dir})
	query(t, c.URL(""), "create table kept as select 'still here' as word")
	stop(t, c)

	// After a restart of the machine the number in the file may belong to anybody, even to this program.
	stale := strings.Join([]string{strconv.Itoa(os.Getpid()), c.dir.data(), "1", "5432", "", "127.0.0.1", "1 1", "ready", ""}, "\n")
	require.NoError(t, os.WriteFile(filepath.Join(dir, dataName, "postmaster.pid"), []byte(stale), 0o644))
	again := start(t, Options{Dir: dir})
	require.False(t, again.Joined())
	require.Equal(t, "still here", query(t, again.URL(""), "select word from kept"))
}

func TestInterruptedStartLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := place(t)
	for _, after := range []time.Duration{time.Millisecond, 150 * time.Millisecond, 600 * time.Millisecond, 1200 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		c, err := Start(ctx, Options{Dir: dir, FsyncOff: true})
		cancel()
		if err == nil {
			stop(t, c)
			continue
		}
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_, running := left(&directory{path: dir})
		require.False(t, running, "after %s", after)
	}
	c := start(t, Options{Dir: dir})
	require.Equal(t, "1", query(t, c.URL(""), "select '1'"))
}

// TestMakesNoNewClusterInPlaceOfOneThatIsGone: an empty one would know of no sale, and take every request for its first.
func TestMakesNoNewClusterInPlaceOfOneThatIsGone(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Dir: place(t)})
	version := filepath.Join(c.dir.data(), "PG_VERSION")
	require.NoError(t, os.Rename(version, version+".away"))
	require.ErrorIs(t, c.restart(t.Context(), Options{}, "", 0), errGone)
	require.NoError(t, os.Rename(version+".away", version))
}
