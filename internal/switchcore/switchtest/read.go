package switchtest

import (
	"bytes"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// FindByKey gives the generations under a key, oldest first.
func (m *Memory) FindByKey(k transactions.Key) (list []transactions.Transaction) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.Transactions {
		if t.Key == k && t.Generation > 0 {
			list = append(list, *t)
		}
	}
	slices.SortFunc(list, func(a, b transactions.Transaction) int { return a.Generation - b.Generation })
	return list
}

// FindVouchers gives the vouchers that a query means, sorted by provider.
func (m *Memory) FindVouchers(q switchcore.VoucherQuery) (list []vouchers.Voucher) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, v := range m.Vouchers {
		if len(q.CodeHash) > 0 && bytes.Equal(v.CodeHash, q.CodeHash) || q.Serial != "" && v.Serial == q.Serial || q.ProvisionID != uuid.Nil && v.ProvisionID == q.ProvisionID {
			list = append(list, *v)
		}
	}
	slices.SortFunc(list, func(a, b vouchers.Voucher) int {
		if c := bytes.Compare([]byte(a.ProviderID), []byte(b.ProviderID)); c != 0 {
			return c
		}
		return bytes.Compare(a.ID[:], b.ID[:])
	})
	return list
}

// AdviceDue tells whether a stored advice about a voucher or card is due at the time now and not held.
func (m *Memory) AdviceDue(now time.Time, of switchcore.Holder) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.Entries {
		about := len(of.Card) == 0 && e.VoucherID == of.VoucherID || len(of.Card) > 0 && (bytes.Equal(e.CardHash, of.Card) || bytes.Equal(e.OtherCardHash, of.Card))
		if about && (e.State == saf.Queued || e.State == saf.Leased) && !e.NextAt.After(now) && !e.Held(now) {
			return true
		}
	}
	return false
}

// FindReference gives the transaction that holds a reference, nil when none does.
func (m *Memory) FindReference(want switchcore.HeldReference) uuid.UUID {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.References[referenceKey(want)]; r != nil {
		return r.TransactionID
	}
	return uuid.Nil
}

// Transaction reads one transaction.
func (m *Memory) Transaction(id uuid.UUID) (transactions.Transaction, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.Transactions[id]; t != nil {
		return *t, nil
	}
	return transactions.Transaction{}, apperr.Errorf(apperr.NotFound, "There is no such transaction.")
}

// LapsedAttempts lists the open transactions whose running attempt outlived its lease, oldest first.
func (m *Memory) LapsedAttempts(now time.Time, limit int) []uuid.UUID {
	return m.listed(limit, func(t *transactions.Transaction) bool {
		return t.ClosedAt.IsZero() && t.Running() && !t.LeaseUntil.After(now)
	})
}

// Undecided lists the open transactions that wait for the switch's own word, oldest first.
func (m *Memory) Undecided(now time.Time, q switchcore.UndecidedQuery) []uuid.UUID {
	since := now.Add(-q.Age)
	return m.listed(q.Limit, func(t *transactions.Transaction) bool {
		if !t.ClosedAt.IsZero() || t.Running() || t.Decision != transactions.Undecided {
			return false
		}
		single := t.Mode == transactions.Single && t.Outcome == transactions.Success && (m.ConfirmsFirst == nil || !m.ConfirmsFirst(t.Key.ClientID))
		wants := m.WantsConfirm != nil && m.WantsConfirm(t)
		switch {
		case q.Unknown:
			return t.Outcome == transactions.Unknown && !t.LastClientAt.After(since)
		case q.Untold:
			return t.Key.Service == transactions.Humm && t.Key.Operation.Financial() && t.Outcome == transactions.Success && !t.Told && !t.LastClientAt.After(since)
		case q.OwnConfirm:
			return single && wants && !t.RespondedAt.After(since)
		case q.CutOff:
			return single && !wants && t.BusinessDate.Before(q.Date)
		}
		return false
	})
}

func (m *Memory) listed(limit int, take func(*transactions.Transaction) bool) []uuid.UUID {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []*transactions.Transaction
	for _, t := range m.Transactions {
		if take(t) {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, func(a, b *transactions.Transaction) int {
		if c := a.ReceivedAt.Compare(b.ReceivedAt); c != 0 {
			return c
		}
		return bytes.Compare(a.ID[:], b.ID[:])
	})
	ids := make([]uuid.UUID, 0, len(found))
	for _, t := range found[:min(limit, len(found))] {
		ids = append(ids, t.ID)
	}
	return ids
}

// Sendable tells how many traces there are of messages to providers with a digest, and whether an attempt with it is
// open and its lease runs at the time now.
func (m *Memory) Sendable(now time.Time, digest []byte) (traced int, leased bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.Traces {
		if t.Leg == transactions.SwitchToProvider && bytes.Equal(t.SHA256, digest) {
			traced++
		}
	}
	for _, a := range m.Attempts {
		leased = leased || a.State == transactions.Intent && bytes.Equal(a.Digest, digest) && a.LeaseUntil.After(now)
	}
	return traced, leased
}

// Waiting counts the stored messages that are still to be delivered.
func (m *Memory) Waiting() (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.Entries {
		if e.State == saf.Queued || e.State == saf.Leased {
			n++
		}
	}
	return n
}
