package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/signalboxhq/signalbox/internal/witness"
)

// smallDisk is enough for a database and some seconds of traffic, in MiB.
const smallDisk = 400

// errNotPermitted says that this machine does not let us do something; it is counted as not run.
var errNotPermitted = errors.New("not permitted here")

// mountSmall makes a small file system; the returned function takes it away.
func mountSmall(ctx context.Context, dir string) (func(), error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	out, err := exec.CommandContext(ctx, "mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm,mode=755", smallDisk), "tmpfs", dir).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: mount: %s", errNotPermitted, strings.TrimSpace(string(out)))
	}
	return func() { _ = exec.Command("umount", dir).Run() }, nil
}

// diskFull fills the disk of a database of its own under load, and gives it free again (F23, A8).
func diskFull(ctx context.Context, dir, binary string) (f *figures, err error) {
	unmount, err := mountSmall(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer unmount()
	f = newFigures()
	home := filepath.Join(dir, "world")
	if err := os.Mkdir(home, 0o755); err != nil {
		return f, err
	}
	w, err := newWorld(ctx, home, binary, f)
	if err != nil {
		return f, err
	}
	defer w.close()
	if err := w.atLeast(ctx, 2); err != nil {
		return f, err
	}
	w.callers.work()
	rest(ctx, 2*time.Second)
	full := filepath.Join(dir, "filler")
	if err := fill(full); err != nil {
		return f, err
	}
	f.Other["disk full"]++
	before, _ := w.journal.copied()
	rest(ctx, 4*time.Second)
	during, _ := w.journal.copied()
	if err := os.Remove(full); err != nil {
		return f, err
	}
	if !slices.ContainsFunc(during[len(before):], func(t witness.Told) bool { return open(t.Status) }) {
		f.Missed["disk full"]++ // everything found room, so nothing was shown
	}
	began := time.Now()
	if err := w.servedAgain(ctx); err != nil {
		return f, err
	}
	f.Phases["the disk had room"] = time.Since(began).Seconds()
	return f, w.judge(ctx, "a full disk")
}

// fill writes until there is no room.
func fill(path string) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	block := make([]byte, 64<<10)
	for err == nil {
		_, err = out.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return errors.Join(err, out.Close())
	}
	return out.Close()
}

// servedAgain waits until a client is served. A database that could not write its log has ended, as it should; somebody starts
// it again.
func (w *world) servedAgain(ctx context.Context) error {
	if w.db.Ping(ctx) != nil {
		w.figures.Other["database restarted after the full disk"]++
		if err := w.reviveDatabase(ctx); err != nil {
			return err
		}
	}
	select {
	case <-w.front.answered():
		return nil
	case <-time.After(30 * time.Second):
		return errors.New("nobody is served 30 s after the disk had room again")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// disk takes over the figures of the full disk, or why there are none.
func (f *figures) disk(g *figures, err error) error {
	if errors.Is(err, errNotPermitted) {
		f.NotRun["disk full"] = err.Error()
		return nil
	}
	if g != nil {
		f.add(g)
	}
	return err
}

// add takes over the figures of another world.
func (f *figures) add(g *figures) {
	for name, n := range g.Other {
		f.Other[name] += n
	}
	for name, n := range g.Missed {
		f.Missed[name] += n
	}
	for name, s := range g.Phases {
		f.Phases[name] = s
	}
	for name, n := range g.W {
		f.W[name] += n
	}
	f.Transactions, f.Answers, f.Messages = f.Transactions+g.Transactions, f.Answers+g.Answers, f.Messages+g.Messages
	f.Lost, f.Duplicates, f.Untraced, f.V = f.Lost+g.Lost, f.Duplicates+g.Duplicates, f.Untraced+g.Untraced, f.V+g.V
	f.Advices, f.AdviceSends, f.Lapsed, f.Late = f.Advices+g.Advices, f.AdviceSends+g.AdviceSends, f.Lapsed+g.Lapsed, f.Late+g.Late
}
