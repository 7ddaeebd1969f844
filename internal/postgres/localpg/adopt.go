package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// pidFile is what a running server says about itself in its data directory.
type pidFile struct {
	pid    int
	port   int
	status string // "starting", "ready", "stopping" …
}

// readPidFile reads postmaster.pid: number, folder, start time, port, socket folder, address, memory key, status.
func readPidFile(data string) (pidFile, bool) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return pidFile{}, false
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 4 {
		return pidFile{}, false
	}
	pid, err1 := strconv.Atoi(strings.TrimSpace(lines[0]))
	port, err2 := strconv.Atoi(strings.TrimSpace(lines[3]))
	if err1 != nil || err2 != nil || pid <= 1 {
		return pidFile{}, false
	}
	p := pidFile{pid: pid, port: port}
	if len(lines) > 7 {
		p.status = strings.TrimSpace(lines[7])
	}
	return p, true
}

// isServerOf tells whether the process is a live server of that very data directory. The number alone proves
// nothing: after a restart of the machine it may belong to somebody else. A dead process that nobody has
// collected yet has no command line and counts as gone.
func isServerOf(pid int, data string) bool {
	if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
		return false
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err == nil {
		return strings.Contains(string(text), "-D\x00"+data+"\x00")
	}
	if _, err := os.Stat("/proc/self/cmdline"); err == nil {
		return false
	}
	out, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(out), "-D "+data+" ")
}

// ending tells whether a process has given up its memory, command line included, but is not gone yet.
func ending(pid int) bool {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || len(line) > 0 {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ") && !strings.Contains(string(stat), ") X ")
}

// left finds a server that runs in the directory although nobody owns it.
func left(dir *directory) (*server, bool) {
	p, ok := readPidFile(dir.data())
	if !ok || !isServerOf(p.pid, dir.data()) {
		return nil, false
	}
	return &server{pid: p.pid, port: p.port, data: dir.data()}, true
}

// adopt takes over a server left behind by a killed program, or joins a shared one. It gives nil when there is none
// to take: nothing runs, it is just shutting down, or it was started with other settings and has now been stopped.
func adopt(ctx context.Context, dir *directory, conf, password string) (*server, error) {
	s, ok := left(dir)
	if !ok {
		return nil, removeStale(dir)
	}
	for {
		p, ok := readPidFile(dir.data())
		if !ok || !s.alive() {
			return nil, removeStale(dir)
		}
		if p.status == "ready" {
			break
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the database left in %s (process %d) does not become ready: %w", dir.path, s.pid, ctx.Err())
		case <-time.After(poll):
		}
	}
	if err := answers(ctx, address(s.port, password, "postgres"), dir.data()); err != nil {
		if !s.alive() {
			return nil, removeStale(dir)
		}
		return nil, fmt.Errorf("a database server (process %d) runs in %s but does not accept our password; stop it first: %w", s.pid, dir.path, err)
	}
	text, err := os.ReadFile(filepath.Join(dir.data(), "postgresql.conf"))
	if err != nil {
		return nil, err
	}
	if string(text) != conf {
		return nil, s.stop(ctx)
	}
	return s, nil
}

// removeStale removes the note of a server that is gone. PostgreSQL itself would refuse to start while the
// number in it belongs to any live process.
func removeStale(dir *directory) error {
	if _, ok := left(dir); ok {
		return nil
	}
	err := os.Remove(filepath.Join(dir.data(), "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// answers proves that the server behind the URL is the one of our data directory.
func answers(ctx context.Context, url, data string) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	var where string
	if err := conn.QueryRow(ctx, "show data_directory").Scan(&where); err != nil {
		return err
	}
	if where != data {
		return fmt.Errorf("the server on this port serves %s", where)
	}
	return nil
}
