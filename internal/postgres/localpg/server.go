package localpg

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	fastLimit = 2500 * time.Millisecond // a fast shutdown checkpoints; longer than this and it is cut short
	quitLimit = 500 * time.Millisecond
	poll      = 10 * time.Millisecond
	portTries = 5
	logLimit  = 16 << 20 // bytes after which the log is set aside at the next start
)

// server is a running postmaster: our child, or one that a killed program left behind.
type server struct {
	pid    int
	port   int
	data   string
	exited chan struct{} // closed when our child has ended; nil for an adopted server
}

// anyPort asks launch for a port that nobody uses.
const anyPort = 0

// launch starts the server on a port and waits until it takes connections.
func launch(ctx context.Context, dir *directory, bin binaries, acct account, password string, port int) (*server, error) {
	var last error
	for range portTries {
		at, err := port, error(nil)
		if port == anyPort {
			at, err = freePort()
		}
		if err != nil {
			return nil, err
		}
		s, err := spawn(dir, bin, acct, at)
		if err != nil {
			return nil, err
		}
		if err = s.waitReady(ctx, dir, password); err == nil {
			return s, nil
		}
		stopErr := s.stop(context.WithoutCancel(ctx))
		last = errors.Join(fmt.Errorf("PostgreSQL did not start: %w%s", err, tail(dir.logFile())), stopErr)
		if ctx.Err() != nil || !mayPass(dir.logFile()) {
			break
		}
	}
	return nil, last
}

// mayPass tells whether the server failed for a reason that a second try can get over: the port was taken
// in between, or the last processes of a killed server still hold its memory.
func mayPass(logFile string) bool {
	text := tail(logFile)
	return strings.Contains(text, "Address already in use") || strings.Contains(text, "still in use")
}

// spawn runs the postmaster; its output goes to the log file, which it inherits open.
func spawn(dir *directory, bin binaries, acct account, port int) (*server, error) {
	if info, err := os.Stat(dir.logFile()); err == nil && info.Size() > logLimit {
		if err := os.Rename(dir.logFile(), dir.at(oldLogName)); err != nil {
			return nil, err
		}
	}
	log, err := os.OpenFile(dir.logFile(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(bin.path("postgres"), "-D", dir.data(), "-p", strconv.Itoa(port))
	acct.apply(cmd)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("PostgreSQL cannot be started: %w", err)
	}
	s := &server{pid: cmd.Process.Pid, port: port, data: dir.data(), exited: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(s.exited)
	}()
	return s, nil
}

// freePort asks the system for a port nobody uses right now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// waitReady waits until the server says that it is ready and answers with our password.
func (s *server) waitReady(ctx context.Context, dir *directory, password string) error {
	for {
		p, ok := readPidFile(s.data)
		if ok && p.pid == s.pid && p.status == "ready" {
			return answers(ctx, address(s.port, password, "postgres"), dir.data())
		}
		select {
		case <-s.exited:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(poll):
		}
	}
}

// alive tells whether the server still runs.
func (s *server) alive() bool {
	if s.exited != nil {
		select {
		case <-s.exited:
			return false
		default:
			return true
		}
	}
	return isServerOf(s.pid, s.data) || ending(s.pid)
}

// stop asks for a fast shutdown, then an immediate one, then ends the process. Only the deadline of ctx
// counts: it may be the very context whose cancelling ends the program.
func (s *server) stop(ctx context.Context) error {
	fast := fastLimit
	if deadline, ok := ctx.Deadline(); ok {
		fast = min(fast, max(time.Until(deadline)-2*quitLimit, poll))
	}
	for _, step := range []struct {
		signal syscall.Signal
		limit  time.Duration
	}{{syscall.SIGINT, fast}, {syscall.SIGQUIT, quitLimit}, {syscall.SIGKILL, quitLimit}} {
		if !s.alive() {
			return nil
		}
		if err := syscall.Kill(s.pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("the database (process %d) cannot be stopped: %w", s.pid, err)
		}
		if s.waitGone(step.limit) {
			return nil
		}
	}
	return fmt.Errorf("the database (process %d) does not stop", s.pid)
}

// waitGone waits for the end of the server.
func (s *server) waitGone(limit time.Duration) bool {
	deadline := time.After(limit)
	for s.alive() {
		select {
		case <-s.exited:
		case <-deadline:
			return !s.alive()
		case <-time.After(poll):
		}
	}
	return true
}

// tail gives the end of the log for an error message.
func tail(logFile string) string {
	text, err := os.ReadFile(logFile)
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) > 8 {
		lines = lines[len(lines)-8:]
	}
	return "\n" + strings.Join(lines, "\n")
}
