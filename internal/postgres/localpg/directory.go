package localpg

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The entries of the directory. All of them are made by this package.
const (
	markerName   = "signalbox-cluster"
	draftName    = "signalbox-cluster.new"
	lockName     = "owner.lock"
	passwordName = "password"
	dataName     = "pgdata"
	newDataName  = "pgdata.new"
	initName     = "initdb.password"
	logName      = "postgres.log"
	oldLogName   = "postgres.log.1"
)

// markerText stands in the marker file: only a directory with it is ever cleared.
const markerText = "This directory holds a private PostgreSQL cluster made by Signalbox.\n"

// directory is the place of one cluster, locked by the program that owns it.
type directory struct {
	path string
	lock *os.File
}

func (d *directory) data() string          { return filepath.Join(d.path, dataName) }
func (d *directory) logFile() string       { return filepath.Join(d.path, logName) }
func (d *directory) at(name string) string { return filepath.Join(d.path, name) }

// ownNames lists what belongs to the cluster itself; marker and lock stay when it is cleared.
func ownNames() []string {
	return []string{passwordName, dataName, newDataName, initName, logName, oldLogName}
}

// openDirectory makes the directory when absent, refuses one that holds something else, and takes the
// owner's lock, which the kernel releases however the owner ends.
func openDirectory(ctx context.Context, o Options) (*directory, error) {
	if o.Dir == "" {
		return nil, errors.New("no data directory was named")
	}
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711 // the database runs as somebody else, who has to pass through
	}
	if err := os.MkdirAll(o.Dir, mode); err != nil {
		return nil, fmt.Errorf("the data directory cannot be made: %w", err)
	}
	path, err := absolute(o.Dir)
	if err != nil {
		return nil, err
	}
	d := &directory{path: path}
	if err := d.checkForeign(o); err != nil {
		return nil, err
	}
	if err := d.takeLock(ctx, o.Shared); err != nil {
		return nil, err
	}
	if err := d.mark(); err != nil {
		d.unlock()
		return nil, err
	}
	return d, nil
}

// checkForeign refuses to share a directory with files of somebody else. Without Fresh, files beside a
// cluster of ours do no harm; with it they must not be there at all.
func (d *directory) checkForeign(o Options) error {
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return fmt.Errorf("the data directory cannot be read: %w", err)
	}
	text, err := os.ReadFile(d.at(markerName))
	ours := err == nil && string(text) == markerText
	var foreign []string
	for _, e := range entries {
		name := e.Name()
		own := name == markerName || slices.Contains(ownNames(), name)
		if name == lockName || name == draftName || slices.Contains(o.Siblings, name) || (own && ours) {
			continue
		}
		foreign = append(foreign, name)
	}
	switch {
	case len(foreign) == 0, ours && !o.Fresh:
		return nil
	case o.Fresh:
		return fmt.Errorf("%s holds other files (%s) and is not cleared; name an empty directory", d.path, some(foreign))
	default:
		return fmt.Errorf("%s holds other files (%s) and no cluster of Signalbox; name an empty directory", d.path, some(foreign))
	}
}

// some lists the first few names.
func some(names []string) string {
	if len(names) > 3 {
		return strings.Join(names[:3], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// lockPatience is how long a lock that is held counts as momentary: a child of this program, forked while the lock was
// open, holds a copy of it until it runs its own program.
const lockPatience = 250 * time.Millisecond

// takeLock gets the owner's lock, refuses when another program keeps it, or waits for it when the cluster is shared.
func (d *directory) takeLock(ctx context.Context, wait bool) error {
	f, err := os.OpenFile(d.at(lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("the data directory cannot be locked: %w", err)
	}
	for began := time.Now(); ; {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			break
		}
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) || !wait && time.Since(began) > lockPatience {
			owner, _ := os.ReadFile(f.Name())
			return errors.Join(inUse(d.path, string(owner)), f.Close())
		}
		select {
		case <-ctx.Done():
			return errors.Join(inUse(d.path, ""), ctx.Err(), f.Close())
		case <-time.After(10 * time.Millisecond):
		}
	}
	d.lock = f
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	return err
}

// inUse names the owner when its number can be read.
func inUse(path, owner string) error {
	if owner == "" {
		return fmt.Errorf("%w: another program runs on %s; stop it or name another data directory", ErrInUse, path)
	}
	return fmt.Errorf("%w: process %s runs on %s; stop it or name another data directory", ErrInUse, owner, path)
}

// unlock lets the next program in. The file stays: removing it would let two programs lock two files.
func (d *directory) unlock() {
	if d.lock != nil {
		_ = d.lock.Close()
		d.lock = nil
	}
}

// mark writes the marker once, in one step. As root the directory must be open to the other account for
// passing through; everything inside has its own, closed mode.
func (d *directory) mark() error {
	info, err := os.Stat(d.path)
	if err != nil {
		return err
	}
	mode := info.Mode().Perm()
	if os.Geteuid() == 0 && mode&0o011 != 0o011 {
		if err := os.Chmod(d.path, mode|0o011); err != nil {
			return err
		}
	}
	if _, err := os.Stat(d.at(markerName)); err == nil {
		return nil
	}
	draft := d.at(draftName)
	if err := os.WriteFile(draft, []byte(markerText), 0o600); err != nil {
		return err
	}
	return os.Rename(draft, d.at(markerName))
}

// clear stops a server that a killed program left behind and removes everything but marker and lock.
func (d *directory) clear(ctx context.Context, siblings []string) error {
	if s, ok := left(d); ok {
		if err := s.stop(ctx); err != nil {
			return err
		}
	}
	for _, name := range slices.Concat(ownNames(), siblings) {
		if filepath.Base(name) != name || name == ".." || name == "." || name == "" {
			return fmt.Errorf("%q is not the name of an entry of the data directory", name)
		}
		if err := os.RemoveAll(d.at(name)); err != nil {
			return err
		}
	}
	return nil
}

// password reads the cluster's password or makes one.
func (d *directory) password() (string, error) {
	text, err := d.readPassword()
	if !errors.Is(err, os.ErrNotExist) {
		return text, err
	}
	if major, err := d.major(); err != nil || major != 0 {
		return "", errors.Join(err, fmt.Errorf("%s is missing, so nobody can sign in to the cluster; start with --fresh to begin anew", d.at(passwordName)))
	}
	text = rand.Text()
	return text, os.WriteFile(d.at(passwordName), []byte(text+"\n"), 0o600)
}

func (d *directory) readPassword() (string, error) {
	text, err := os.ReadFile(d.at(passwordName))
	return strings.TrimSpace(string(text)), err
}

// major gives the release line that made the cluster, 0 when there is none yet.
func (d *directory) major() (int, error) {
	text, err := os.ReadFile(filepath.Join(d.data(), "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("the cluster in %s cannot be read: %w", d.path, err)
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// checkReach makes sure that the other account can enter the directory: below a closed home it cannot.
func (d *directory) checkReach(ctx context.Context, acct account) error {
	if !acct.other {
		return nil
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", `cd "$1"`, "sh", d.path)
	acct.apply(cmd)
	if cmd.Run() == nil {
		return nil
	}
	closed := d.path
	for p := d.path; p != "/"; p = filepath.Dir(p) {
		if info, err := os.Stat(p); err == nil && info.Mode().Perm()&0o001 == 0 {
			closed = p
		}
	}
	return fmt.Errorf("as root the database runs as %s, who cannot pass %s on the way to %s; name a data directory elsewhere, such as /var/lib/signalbox", acct.name, closed, d.path)
}

// writeConfiguration replaces the server's settings by ours: nobody else configures this cluster.
func (d *directory) writeConfiguration(conf string, acct account) error {
	path := filepath.Join(d.data(), "postgresql.conf")
	if err := os.WriteFile(path, []byte(conf), 0o600); err != nil {
		return err
	}
	return acct.own(path)
}
