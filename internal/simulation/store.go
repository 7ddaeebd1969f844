package simulation

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// store is the database as one node sees it: commits take time and are gathered, connections fail, the answer to a
// commit can be lost (A3, F21 to F25), and a killed node leaves what it had committed.
type store struct {
	life *life

	mu      sync.Mutex
	waiting []*job
	busy    bool
}

// job is one event on its way to a commit.
type job struct {
	event  switchcore.Event
	name   string
	at     time.Time
	ruling switchcore.Ruling
	err    error
	done   chan struct{}
}

var (
	_ switchcore.Store = (*store)(nil)
	_ saf.Store        = (*store)(nil)
)

// Apply implements switchcore.Store.
func (s *store) Apply(ctx context.Context, e switchcore.Event) (switchcore.Ruling, error) {
	j := &job{event: e, name: nameOf(e), at: time.Now(), done: make(chan struct{})}
	s.life.alive(j.name)
	s.mu.Lock()
	s.waiting = append(s.waiting, j)
	if !s.busy {
		s.busy = true
		go s.write()
	}
	s.mu.Unlock()
	select {
	case <-j.done:
	case <-ctx.Done(): // its fate is not known here
		j = &job{name: j.name, err: unreachable("no answer in time")}
	}
	s.world().sleep(10*time.Microsecond, time.Millisecond, "answered", s.life.node.name+j.name)
	s.life.alive(j.name)
	return j.ruling, j.err
}

// write commits what is waiting, batch by batch, and ends when nothing is.
func (s *store) write() {
	w, name := s.world(), s.life.node.name
	defer func() { // a killed node answers nobody
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, j := range s.waiting {
			close(j.done)
		}
		s.waiting, s.busy = nil, false
	}()
	for {
		w.sleep(200*time.Microsecond, 4*time.Millisecond, "commit", name)
		s.mu.Lock()
		batch := s.waiting
		if s.waiting = nil; len(batch) == 0 {
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		slices.SortFunc(batch, func(a, b *job) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.name, b.name)) })
		s.commit(batch)
	}
}

// commit is one transaction of the database, or one for each event after a failure.
func (s *store) commit(batch []*job) {
	w, name := s.world(), s.life.node.name
	defer func() {
		for _, j := range batch {
			close(j.done)
		}
	}()
	s.life.mayDie("before a commit", batch[0].name)
	switch {
	case s.down():
		fail(batch, unreachable("the database cannot be reached"))
		return
	case w.strikes(UnknownCommit, name):
		took := w.draw("took effect", name) < 0.5
		w.log("%s loses the answer to a commit, took effect: %v", name, took)
		if took {
			s.apply(batch)
		}
		fail(batch, unreachable("a commit was lost and the database cannot be asked about it"))
		return
	case w.strikes(LockFailure, name):
		w.mem.Rehearse(w.clock(), events(batch)...)
		for _, j := range batch {
			w.sleep(time.Millisecond, 100*time.Millisecond, "alone", name)
			s.apply([]*job{j})
		}
	default:
		s.apply(batch)
	}
	s.life.mayDie("after a commit", batch[0].name)
}

// apply commits a batch; when it fails, its events go one by one.
func (s *store) apply(batch []*job) {
	w, now := s.world(), s.world().clock()
	var theirs []switchcore.Ruling
	if w.twin != nil {
		s.life.unchanged(func() { theirs = w.twin.commit(now, events(batch)) })
	}
	rulings, err := w.mem.Commit(now, events(batch)...)
	if err != nil && len(batch) > 1 {
		for _, j := range batch {
			s.apply([]*job{j})
		}
		return
	}
	w.committed()
	w.learn()
	if w.twin != nil && err == nil {
		w.twin.committed(events(batch), rulings, theirs)
		rulings = theirs
	}
	for i, j := range batch {
		if j.err = err; err == nil {
			j.ruling = rulings[i]
			w.log("%s commits %T %s: %s", s.life.node.name, j.event, j.name[:8], verdictOf(j.ruling))
			continue
		}
		w.violated("schema", "%T: %v", j.event, err)
	}
}

func verdictOf(r switchcore.Ruling) string {
	words := map[switchcore.Verdict]string{
		switchcore.Nothing: "nothing to say", switchcore.Answered: "answer", switchcore.Proceed: "send", switchcore.Wait: "wait", switchcore.Redo: "read again",
	}
	if r.Verdict == switchcore.Answered {
		return fmt.Sprintf("answer %d to %s", r.Out.Status, r.Key.RequestID)
	}
	return words[r.Verdict] + " " + r.Key.RequestID
}

func events(batch []*job) []switchcore.Event {
	list := make([]switchcore.Event, len(batch))
	for i, j := range batch {
		list[i] = j.event
	}
	return list
}

func fail(batch []*job, err error) {
	for _, j := range batch {
		j.ruling, j.err = switchcore.Ruling{}, err
	}
}

func unreachable(why string) error { return apperr.Errorf(apperr.Unavailable, "%s", why) }

func (s *store) world() *world { return s.life.node.world }

func (s *store) down() bool {
	return s.world().out(DatabaseDown, "") || s.world().out(NodeCutOff, s.life.node.name)
}

// read is the way of every read without a lock: it takes time, and fails while the database is away.
func (s *store) read(ctx context.Context, what string) error {
	s.life.alive(what)
	s.world().sleep(50*time.Microsecond, 600*time.Microsecond, "read", s.life.node.name+what)
	s.life.alive(what)
	if s.down() || ctx.Err() != nil {
		return unreachable("the database cannot be reached")
	}
	return nil
}

// FindByKey implements switchcore.Store.
func (s *store) FindByKey(ctx context.Context, k transactions.Key) ([]transactions.Transaction, error) {
	if err := s.read(ctx, "key "+k.RequestID); err != nil {
		return nil, err
	}
	w := s.world()
	return ask(w, "key "+k.RequestID, w.mem.FindByKey(k), func(ctx context.Context) ([]transactions.Transaction, error) { return w.twin.FindByKey(ctx, k) }), nil
}

// FindVouchers implements switchcore.Store.
func (s *store) FindVouchers(ctx context.Context, q switchcore.VoucherQuery) ([]vouchers.Voucher, error) {
	if err := s.read(ctx, "voucher "+string(q.CodeHash)); err != nil {
		return nil, err
	}
	w := s.world()
	return ask(w, "voucher "+string(q.CodeHash)+q.Serial+q.ProvisionID.String(), w.mem.FindVouchers(q), func(ctx context.Context) ([]vouchers.Voucher, error) { return w.twin.FindVouchers(ctx, q) }), nil
}

// AdviceDue implements switchcore.Store.
func (s *store) AdviceDue(ctx context.Context, of switchcore.Holder) (bool, error) {
	if err := s.read(ctx, "advice "+of.VoucherID.String()); err != nil {
		return false, err
	}
	w := s.world()
	return ask(w, "advice due", w.mem.AdviceDue(w.clock(), of), func(ctx context.Context) (bool, error) { return w.twin.AdviceDue(ctx, of) }), nil
}

// FindReference implements switchcore.Store.
func (s *store) FindReference(ctx context.Context, r switchcore.HeldReference) (uuid.UUID, error) {
	if err := s.read(ctx, "reference "+string(r.Hash)); err != nil {
		return uuid.Nil, err
	}
	w := s.world()
	return ask(w, "reference", w.mem.FindReference(r), func(ctx context.Context) (uuid.UUID, error) { return w.twin.FindReference(ctx, r) }), nil
}

// LapsedAttempts implements switchcore.Store.
func (s *store) LapsedAttempts(ctx context.Context, limit int) ([]uuid.UUID, error) {
	if err := s.read(ctx, "lapsed"); err != nil {
		return nil, err
	}
	w := s.world()
	return ask(w, "lapsed", w.mem.LapsedAttempts(w.clock(), limit), func(ctx context.Context) ([]uuid.UUID, error) { return w.twin.LapsedAttempts(ctx, limit) }), nil
}

// Undecided implements switchcore.Store.
func (s *store) Undecided(ctx context.Context, q switchcore.UndecidedQuery) ([]uuid.UUID, error) {
	if err := s.read(ctx, "undecided"); err != nil {
		return nil, err
	}
	w := s.world()
	question := fmt.Sprint("undecided", q.Unknown, q.OwnConfirm, q.Untold)
	return ask(w, question, w.mem.Undecided(w.clock(), q), func(ctx context.Context) ([]uuid.UUID, error) { return w.twin.Undecided(ctx, q) }), nil
}

// Transaction implements switchcore.Store.
func (s *store) Transaction(ctx context.Context, id uuid.UUID) (transactions.Transaction, error) {
	if err := s.read(ctx, "transaction "+id.String()); err != nil {
		return transactions.Transaction{}, err
	}
	w := s.world()
	ours, err := w.mem.Transaction(id)
	if err != nil {
		return ours, err
	}
	return ask(w, "transaction", ours, func(ctx context.Context) (transactions.Transaction, error) { return w.twin.Transaction(ctx, id) }), nil
}

// ClaimDue implements saf.Store.
func (s *store) ClaimDue(_ context.Context, c saf.Claim) ([]saf.Delivery, error) {
	w, name := s.world(), s.life.node.name
	s.life.alive(c.ProviderID)
	start := time.Now()
	w.sleep(200*time.Microsecond, 4*time.Millisecond, "claim", name+c.ProviderID)
	s.life.alive(c.ProviderID)
	if s.down() {
		return nil, unreachable("the database cannot be reached")
	}
	list := s.claim(w.clock(), c)
	for i := range list {
		list[i].LeaseStart = start
		w.log("%s claims %s of %s, fence %d, attempt %d", name, list[i].Entry.Kind, short(list[i].Entry.WireRef), list[i].Fence, list[i].Entry.Attempts)
	}
	if len(list) > 0 {
		w.claimed(len(list))
		s.life.mayDie("after a claim", c.ProviderID)
		w.sleep(10*time.Microsecond, time.Millisecond, "claimed", name+c.ProviderID)
		s.life.alive(c.ProviderID)
	}
	return list, nil
}

func (s *store) claim(now time.Time, c saf.Claim) []saf.Delivery {
	if w := s.world(); w.twin != nil {
		return w.twin.claim(now, c, s.life.newID)
	}
	return s.world().mem.Claim(now, c, s.life.newID)
}

func (w *world) committed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.result.Commits++
}

func (w *world) claimed(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.result.Deliveries += n
}

func short(id string) string { return id[:min(8, len(id))] }

// nameOf names an event by the ids in it, so that events of one moment have an order that does not depend on goroutines.
func nameOf(e switchcore.Event) string {
	h := sha256.New()
	fmt.Fprintf(h, "%T", e)
	addIDs(reflect.ValueOf(e), 3, func(id []byte) { h.Write(id) })
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

var idType = reflect.TypeFor[uuid.UUID]()

// addIDs finds the ids in an event and in the events and deliveries it is made of.
func addIDs(v reflect.Value, depth int, add func([]byte)) {
	if depth == 0 {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() && v.Type().Elem().Kind() == reflect.Struct && v.Type() != reflect.TypeFor[*switchcore.Core]() { // not the core
			addIDs(v.Elem(), depth, add)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.Type() == idType {
				var id uuid.UUID
				for k := range id {
					id[k] = byte(f.Index(k).Uint())
				}
				add(id[:])
			} else {
				addIDs(f, depth-1, add)
			}
		}
	}
}
