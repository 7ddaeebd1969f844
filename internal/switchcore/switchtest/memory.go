// Package switchtest holds the record of the switch on maps: the same steps as the store in PostgreSQL, one commit after
// the other, so that tests of the journey and the simulation need no database.
package switchtest

import (
	"bytes"
	"fmt"
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

// Memory is everything that is committed, and nothing else: what a crash of a node leaves. It is safe for concurrent use
// through its methods; tests read the fields when nobody writes.
type Memory struct {
	mu sync.Mutex

	Transactions map[uuid.UUID]*transactions.Transaction
	Vouchers     map[uuid.UUID]*vouchers.Voucher
	Entries      map[uuid.UUID]*saf.Entry
	Attempts     map[uuid.UUID]*transactions.Attempt
	Advices      []*transactions.Advice
	Tombstones   map[transactions.Key]*transactions.Tombstone
	Messages     map[switchcore.MessageID]*switchcore.MessageKey
	References   map[string]*switchcore.HeldReference
	Devices      []*switchcore.DeviceRow
	Traces       []*transactions.Trace
	Timeline     []*transactions.Change
	Superseded   map[uuid.UUID]bool // request attempts under a wire reference that counts no more

	// WantsConfirm tells whether the provider of a transaction takes confirmations of it; nil: none does.
	WantsConfirm func(*transactions.Transaction) bool
	// ConfirmsFirst tells whether a client settles only what it confirmed; nil: none does.
	ConfirmsFirst func(clientID string) bool

	traced map[string]bool
}

// NewMemory makes an empty record.
func NewMemory() *Memory {
	return &Memory{
		Transactions: map[uuid.UUID]*transactions.Transaction{}, Vouchers: map[uuid.UUID]*vouchers.Voucher{}, Entries: map[uuid.UUID]*saf.Entry{},
		Attempts: map[uuid.UUID]*transactions.Attempt{}, Tombstones: map[transactions.Key]*transactions.Tombstone{},
		Messages: map[switchcore.MessageID]*switchcore.MessageKey{}, References: map[string]*switchcore.HeldReference{},
		Superseded: map[uuid.UUID]bool{}, traced: map[string]bool{},
	}
}

// Commit steps the events of one batch at the database's time now and keeps everything they changed, or nothing when they
// break what the schema forbids (A3).
func (m *Memory) Commit(now time.Time, events ...switchcore.Event) ([]switchcore.Ruling, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	rulings, set, err := m.step(now, events)
	if err != nil {
		return nil, err
	}
	if err := m.refuse(&set.Changes); err != nil {
		return nil, err
	}
	m.keep(&set.Changes)
	return rulings, nil
}

// Rehearse steps the events of one batch and keeps nothing: a transaction that the database rolled back.
func (m *Memory) Rehearse(now time.Time, events ...switchcore.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _, _ = m.step(now, events)
}

// step loads what the events need and steps them in order, as a batch in one transaction.
func (m *Memory) step(now time.Time, events []switchcore.Event) (rulings []switchcore.Ruling, s *switchcore.Set, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = apperr.Errorf(apperr.Internal, "a step failed: %s", apperr.Panicked(r))
		}
	}()
	s = switchcore.NewSet(now)
	for _, e := range events {
		m.load(s, e.Needs())
	}
	for _, e := range events {
		rulings = append(rulings, e.Step(s))
	}
	return rulings, s, nil
}

func (m *Memory) load(s *switchcore.Set, n switchcore.Needs) {
	for _, id := range n.Entries {
		if e := m.Entries[id]; e != nil {
			n.Transactions = append(slices.Clone(n.Transactions), e.TransactionID)
		}
	}
	for _, t := range m.Transactions {
		if t.Generation > 0 && slices.Contains(n.Keys, t.Key) || slices.Contains(n.Transactions, t.ID) {
			m.loadTransaction(s, t)
		}
	}
	for _, v := range m.Vouchers {
		if slices.ContainsFunc(n.Codes, func(h []byte) bool { return bytes.Equal(h, v.CodeHash) }) {
			s.LoadVoucher(copyOf(v))
		}
	}
	for _, k := range n.Keys {
		if t := m.Tombstones[k]; t != nil {
			s.LoadTombstone(t)
		}
	}
	for _, a := range m.Advices {
		if !a.AckedAt.IsZero() && slices.Contains(n.Keys, a.Key) {
			s.LoadAdvice(a)
		}
	}
	for _, id := range n.MessageIDs {
		if k := m.Messages[id]; k != nil {
			s.LoadMessageKey(k)
		}
	}
	for _, want := range n.References {
		if r := m.References[referenceKey(want)]; r != nil {
			s.LoadReference(r)
		}
	}
	m.loadVoids(s, n.Voids)
}

func (m *Memory) loadTransaction(s *switchcore.Set, t *transactions.Transaction) {
	s.LoadTransaction(copyOf(t))
	for _, id := range []uuid.UUID{t.VoucherID, t.ChangeVoucherID} {
		if v := m.Vouchers[id]; v != nil {
			s.LoadVoucher(copyOf(v))
		}
	}
	for _, e := range m.Entries {
		if e.TransactionID == t.ID {
			s.LoadEntry(copyOf(e))
		}
	}
}

func (m *Memory) loadVoids(s *switchcore.Set, cards [][]byte) {
	if len(cards) == 0 {
		return
	}
	for _, t := range m.Transactions {
		voided := t.Key.Operation == transactions.Void && t.Outcome == transactions.Success && t.Decision != transactions.Reverse
		if voided && slices.ContainsFunc(cards, func(c []byte) bool { return bytes.Equal(c, t.CardHash) }) {
			s.LoadVoid(t.CardHash)
		}
	}
}

func copyOf[T any](v *T) *T { c := *v; return &c }

func referenceKey(r switchcore.HeldReference) string {
	return fmt.Sprintf("%s|%s|%x", r.Scope, r.Kind, r.Hash)
}

func (m *Memory) keep(c *switchcore.Changes) {
	for _, t := range c.NewTransactions {
		m.Transactions[t.ID] = t
	}
	for id, t := range c.Transactions {
		t.Version++
		m.Transactions[id] = t
	}
	for _, v := range c.NewVouchers {
		m.Vouchers[v.ID] = v
	}
	for id, v := range c.Vouchers {
		m.Vouchers[id] = v
	}
	for _, e := range c.NewEntries {
		m.keepEntry(e)
	}
	for _, e := range c.Entries {
		m.keepEntry(e)
	}
	m.keepAttempts(c)
	for _, k := range c.MessageKeys {
		m.Messages[k.MessageID] = k
	}
	for _, r := range c.References {
		m.References[referenceKey(*r)] = r
	}
	for _, t := range c.Tombstones {
		m.Tombstones[t.Key] = t
	}
	for _, a := range c.Advices {
		m.keepAdvice(a)
	}
	for _, t := range c.Traces {
		m.keepTrace(t)
	}
	m.Devices = append(m.Devices, c.Devices...)
	m.Timeline = append(m.Timeline, c.Timeline...)
}

// keepEntry keeps an entry with its time as exact as PostgreSQL keeps it.
func (m *Memory) keepEntry(e *saf.Entry) {
	if !e.Waits() {
		e.NextAt = e.NextAt.Truncate(time.Microsecond)
	}
	m.Entries[e.ID] = e
}

// keepAttempts supersedes before it inserts: the new attempts count.
func (m *Memory) keepAttempts(c *switchcore.Changes) {
	for _, a := range m.Attempts {
		if slices.Contains(c.Superseded, a.TransactionID) && a.SAFID == uuid.Nil && requests(a.Kind) {
			m.Superseded[a.ID] = true
		}
	}
	for _, a := range c.NewAttempts {
		m.Attempts[a.ID] = a
	}
	for _, end := range c.EndedAttempts {
		if a := m.Attempts[end.ID]; a != nil && a.State == transactions.Intent {
			a = copyOf(a)
			a.State, a.Result, a.Detail, a.ProviderRef, a.HTTPStatus, a.EndedAt = end.State, end.Result, end.Detail, end.ProviderRef, end.HTTPStatus, end.At
			m.Attempts[end.ID] = a
		}
	}
}

// keepAdvice updates a refused advice in place; an acknowledged one stays as it is.
func (m *Memory) keepAdvice(a *transactions.Advice) {
	for i, old := range m.Advices {
		if old.Key != a.Key || old.Kind != a.Kind || old.AdviceID != a.AdviceID {
			continue
		}
		if old.AckedAt.IsZero() {
			m.Advices[i] = a
		}
		return
	}
	m.Advices = append(m.Advices, a)
}

// keepTrace keeps the first trace of a message: a step that runs again after a lost commit brings it once more (I13).
func (m *Memory) keepTrace(t *transactions.Trace) {
	key := traceKey(t)
	if m.traced[key] {
		return
	}
	m.traced[key] = true
	t.Seq = int64(len(m.Traces)) + 1
	m.Traces = append(m.Traces, t)
}

func requests(k transactions.AttemptKind) bool {
	return k == transactions.AttemptRequest || k == transactions.AttemptRetry
}
