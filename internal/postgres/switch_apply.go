package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Switch is the record of the switch. All changes of money state go through Apply, which gathers what is waiting and
// commits it together (guarantees A3); a lone caller is never delayed, because no timer is involved.
type Switch struct {
	db    *DB
	log   *slog.Logger
	queue chan *job
	stop  context.Context
	done  sync.WaitGroup
}

// job is one event on its way through a writer.
type job struct {
	event  switchcore.Event
	ruling switchcore.Ruling
	err    error
	done   chan struct{}
}

// maxBatch bounds how many events share a commit.
const maxBatch = 128

// tries bounds how often one event meets a lost race or a lock time-out before its caller is told.
const tries = 5

// NewSwitch starts the writers of this node; two suffice, one gathers while the other waits for its commit. Close ends
// them; a writer finishes what it has begun.
func NewSwitch(db *DB, writers int, log *slog.Logger) (*Switch, func()) {
	stop, cancel := context.WithCancel(context.Background())
	s := &Switch{db: db, log: log, queue: make(chan *job, 4*maxBatch), stop: stop}
	for range writers {
		s.done.Go(s.write)
	}
	return s, func() { cancel(); s.done.Wait() }
}

// Apply hands an event to the writers and waits for its commit. After an error nothing of the event was written; when ctx
// ends first, its fate is not known and the caller claims nothing.
func (s *Switch) Apply(ctx context.Context, e switchcore.Event) (switchcore.Ruling, error) {
	j := &job{event: e, done: make(chan struct{})}
	select {
	case s.queue <- j:
	case <-ctx.Done():
		return switchcore.Ruling{}, apperr.Wrap(ctx.Err(), apperr.Unavailable, "The database is too busy; nothing was changed.")
	case <-s.stop.Done():
		return switchcore.Ruling{}, apperr.Errorf(apperr.Unavailable, "The program is stopping; nothing was changed.")
	}
	select {
	case <-j.done:
		return j.ruling, j.err
	case <-ctx.Done():
		return switchcore.Ruling{}, apperr.Wrap(ctx.Err(), apperr.Unavailable, "The database did not answer in time.")
	}
}

func (s *Switch) write() {
	for {
		select {
		case <-s.stop.Done():
			return
		case first := <-s.queue:
			s.commit(s.gather(first))
		}
	}
}

// gather takes what is waiting, without waiting for more.
func (s *Switch) gather(first *job) []*job {
	batch := []*job{first}
	for len(batch) < maxBatch {
		select {
		case j := <-s.queue:
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// commit applies a batch; when it fails, its events go one by one, so that a bad row costs its neighbours a repeat and
// never a failure.
func (s *Switch) commit(batch []*job) {
	err := s.applyBatch(batch)
	again := err != nil && !errors.Is(err, errUnresolved)
	if again && len(batch) > 1 {
		for _, j := range batch {
			j.err = s.applyAlone(j)
			close(j.done)
		}
		return
	}
	if again {
		err = s.applyAlone(batch[0])
	}
	for _, j := range batch {
		j.err = Explain(err, "event")
		close(j.done)
	}
}

// applyAlone is the slow lane: one event, tried again after a lost race.
func (s *Switch) applyAlone(j *job) (err error) {
	for range tries {
		err = s.applyBatch([]*job{j})
		if err == nil || !errors.Is(err, errStale) && !Retryable(err) && sqlState(err) != codeUnique {
			break
		}
	}
	return Explain(err, "event")
}

// applyBatch locks, loads, steps and writes the events of one commit.
func (s *Switch) applyBatch(batch []*job) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), applyTimeout)
	defer cancel()
	conn, err := acquire(ctx, s.db.Pool)
	if err != nil {
		return err
	}
	defer conn.Release() // a connection left inside a transaction is closed by the pool, which rolls it back
	l, err := load(ctx, conn.Conn(), batch)
	if err != nil {
		return err
	}
	if err := step(l.set, batch); err != nil {
		return err
	}
	if empty(&l.set.Changes) {
		_, err = conn.Exec(ctx, "rollback")
		return err
	}
	if err := save(ctx, conn.Conn(), l); err != nil {
		return s.resolve(l.xid, proofOf(&l.set.Changes), err)
	}
	return nil
}

// step runs every event on the set, in the order of arrival. A fault of one event fails the batch; alone it fails its
// own caller only.
func step(set *switchcore.Set, batch []*job) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = apperr.Errorf(apperr.Internal, "a step failed: %s", apperr.Panicked(r))
		}
	}()
	for _, j := range batch {
		j.ruling = j.event.Step(set)
	}
	return nil
}

// resolve finds out whether a commit whose answer was lost took effect, on a fresh connection (A3, unknown commit). The
// server's word alone counts only against it: after a crash the same number may be somebody else's, or nobody's yet.
func (s *Switch) resolve(xid uint64, p proof, cause error) error {
	if !Unreachable(cause) {
		return cause
	}
	ctx, cancel := context.WithTimeout(context.Background(), resolveTimeout)
	defer cancel()
	for ctx.Err() == nil {
		var status *string
		err := s.db.Pool.QueryRow(ctx, "select pg_xact_status($1::text::xid8)", fmt.Sprint(xid)).Scan(&status)
		switch {
		case err == nil && status != nil && *status == "committed":
			there, err := p.given(ctx, s.db)
			if err == nil && !there {
				return cause
			}
			if err == nil {
				return nil
			}
		case err == nil && status != nil && *status == "aborted", sqlState(err) == codeInvalidValue:
			return cause
		}
		pause(ctx)
	}
	return errUnresolved
}

// errUnresolved says that nobody could be asked whether a commit took effect. Its events are not applied again: whoever
// waits claims nothing, and the record tells the next call.
var errUnresolved = errors.New("a commit was lost and the database cannot be asked about it")
