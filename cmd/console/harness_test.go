package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/localpg"
)

// These tests run the program as people do: the built binary, its command line, its three addresses.

// binary is the built program, built once per run of the tests.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "signalbox-binary")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "console")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// shared is the sandbox of the tests that only look at a day that is over.
var shared struct {
	once sync.Once
	day  *dayOfTrade
}

func TestMain(m *testing.M) {
	code := m.Run()
	if day := shared.day; day != nil {
		if err := day.sandbox.end(syscall.SIGTERM); err != nil {
			fmt.Fprintln(os.Stderr, "the shared sandbox:", err)
			code = 1
		}
		_ = os.RemoveAll(filepath.Dir(day.sandbox.dir))
	}
	if path, err := binary(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// sandboxProcess is one running `console sandbox`.
type sandboxProcess struct {
	dir    string
	cmd    *exec.Cmd
	ready  string // the ready line
	began  time.Time
	took   time.Duration // until the ready line
	logs   *lines
	signIn map[string]string // role -> one-time address

	console, api, simulator, database string
}

// lines collects what a program writes to standard error.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// place makes a data directory that the database's own account can reach; t.TempDir is closed to other accounts.
func place(t testing.TB) string {
	t.Helper()
	base, err := os.MkdirTemp(localpg.QuickDir(), "signalbox-walk")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(base, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(base)) })
	return filepath.Join(base, "data")
}

// demoRoles are the lines that follow the ready line, in order.
var demoRoles = []string{"viewer", "support", "finance", "operator", "admin", "auditor", "finance:approve", "operator:approve"}

// launch starts a sandbox without demo traffic on free ports and waits until it has printed its last sign-in line.
func launch(dir string, args ...string) (*sandboxProcess, error) {
	path, err := binary()
	if err != nil {
		return nil, err
	}
	args = append([]string{
		"sandbox", "--traffic", "off", "--data-dir", dir, "--console-addr", "127.0.0.1:0",
		"--api-addr", "127.0.0.1:0", "--simulator-addr", "127.0.0.1:0",
	}, args...)
	s := &sandboxProcess{dir: dir, cmd: exec.Command(path, args...), logs: &lines{}, signIn: map[string]string{}, began: time.Now()}
	// The simulator inherits standard error, so Wait returns only when it is gone as well.
	s.cmd.Stderr, s.cmd.WaitDelay = s.logs, 10*time.Second
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	limit := time.AfterFunc(time.Minute, func() { _ = s.cmd.Process.Kill() })
	defer limit.Stop()
	if err := s.listen(bufio.NewScanner(out)); err != nil {
		_ = s.cmd.Process.Kill()
		return nil, fmt.Errorf("%w\n%s", errors.Join(err, s.cmd.Wait()), s.logs)
	}
	return s, nil
}

// listen reads standard output up to the last sign-in line.
func (s *sandboxProcess) listen(out *bufio.Scanner) error {
	for out.Scan() {
		line := out.Text()
		if s.ready == "" {
			s.ready, s.took = line, time.Since(s.began)
			for _, field := range strings.Fields(line)[1:] {
				key, value, _ := strings.Cut(field, "=")
				switch key {
				case "console":
					s.console = value
				case "api":
					s.api = value
				case "simulator":
					s.simulator = value
				case "database":
					s.database = value
				}
			}
			continue
		}
		role, url, ok := strings.Cut(strings.TrimPrefix(line, "signin role="), " url=")
		if !ok {
			return fmt.Errorf("unexpected line %q", line)
		}
		if s.signIn[role] = url; len(s.signIn) == len(demoRoles) {
			return nil
		}
	}
	return errors.New("the sandbox ended before it was ready")
}

// begin is launch for one test, which ends it.
func begin(t *testing.T, dir string, args ...string) *sandboxProcess {
	t.Helper()
	s, err := launch(dir, args...)
	require.NoError(t, err)
	t.Cleanup(func() {
		if s.cmd.ProcessState == nil {
			require.NoError(t, s.end(syscall.SIGTERM))
		}
		if t.Failed() {
			t.Logf("what the program logged, requests left out:\n%s", tail(unusual(s.logs.String()), 4000))
		}
	})
	return s
}

// unusual leaves out the lines about single requests.
func unusual(logs string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(logs, "\n"), func(line string) bool { return strings.Contains(line, "msg=request ") }), "\n")
}

func tail(text string, n int) string {
	if len(text) > n {
		return "…" + text[len(text)-n:]
	}
	return text
}

// end sends a signal and waits until the program and its simulator are gone.
func (s *sandboxProcess) end(signal os.Signal) error {
	if err := s.cmd.Process.Signal(signal); err != nil {
		return err
	}
	limit := time.AfterFunc(30*time.Second, func() { _ = s.cmd.Process.Kill() })
	defer limit.Stop()
	return s.cmd.Wait()
}

// databasePid reads the process id of the embedded database's server.
func (s *sandboxProcess) databasePid(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "pgdata", "postmaster.pid"))
	require.NoError(t, err)
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	require.NoError(t, err)
	return pid
}

// alive tells whether a process exists.
func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// open connects to the sandbox's database by the address that the ready line gives.
func (s *sandboxProcess) open(t *testing.T) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: s.database, Name: "test", MaxConns: 2})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	return db
}

// settled waits until no stored advice is left to deliver.
func (s *sandboxProcess) settled(t *testing.T, within time.Duration) {
	t.Helper()
	db := s.open(t)
	require.Eventually(t, func() bool {
		done, err := db.NothingQueued(t.Context())
		return err == nil && done
	}, within, 100*time.Millisecond, "every stored advice is delivered")
}

// outcome is how a command of the program ended.
type outcome struct {
	code        int
	out, errors string
}

// command runs the program to its end.
func command(t testing.TB, stdin string, args ...string) outcome {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return outcome{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// mustCheck runs the invariant checker and the audit verifier; both must be content.
func (s *sandboxProcess) mustCheck(t *testing.T) {
	t.Helper()
	check := command(t, "", "check", "--data-dir", s.dir)
	require.Zero(t, check.code, "console check:\n%s%s", check.out, check.errors)
	verify := command(t, "", "audit", "verify", "--database-url", s.database)
	require.Zero(t, verify.code, "console audit verify:\n%s%s", verify.out, verify.errors)
}

// busyPort gives an address that somebody else listens on.
func busyPort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	return ln.Addr().String()
}

func readAll(t testing.TB, body io.ReadCloser) string {
	t.Helper()
	text, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	return string(text)
}
