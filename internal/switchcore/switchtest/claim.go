package switchtest

import (
	"bytes"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Claim leases what is due at the time now, as the claim of the queue in SQL does: lapsed leases are due and their attempts
// closed, no two attempts of a transaction overlap, and attempts and traces are written in the same commit (I2, A6).
func (m *Memory) Claim(now time.Time, c saf.Claim, newID func() uuid.UUID) []saf.Delivery {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []saf.Delivery
	for _, e := range m.due(now, c) {
		if e.State == saf.Leased {
			if a := m.Attempts[e.AttemptID]; a != nil && a.State == transactions.Intent {
				lapsed := copyOf(a)
				lapsed.State, lapsed.Result, lapsed.Detail, lapsed.EndedAt = transactions.NoAnswer, transactions.Unknown, "LEASE_LAPSED", now
				m.Attempts[a.ID] = lapsed
			}
		}
		list = append(list, m.lease(now, c, e, newID()))
	}
	return list
}

// Due counts the entries that a claim would take at the time now.
func (m *Memory) Due(now time.Time, c saf.Claim) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.due(now, c))
}

// due gives the entries that a claim takes, in order.
func (m *Memory) due(now time.Time, c saf.Claim) []*saf.Entry {
	var found []*saf.Entry
	for _, e := range m.Entries {
		if e.ProviderID == c.ProviderID && m.claimable(now, c, e) {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b *saf.Entry) int {
		if d := a.NextAt.Compare(b.NextAt); d != 0 {
			return d
		}
		return bytes.Compare(a.ID[:], b.ID[:])
	})
	found = found[:min(c.Limit, len(found))]
	return slices.DeleteFunc(slices.Clone(found), func(e *saf.Entry) bool {
		return slices.ContainsFunc(found, func(o *saf.Entry) bool {
			return o.TransactionID == e.TransactionID && bytes.Compare(o.ID[:], e.ID[:]) < 0
		})
	})
}

func (m *Memory) claimable(now time.Time, c saf.Claim, e *saf.Entry) bool {
	switch {
	case e.State != saf.Queued && e.State != saf.Leased, e.State == saf.Leased && e.LeaseUntil.After(now),
		e.NextAt.After(now), e.NextAt.Before(c.From), e.Held(now), c.ManualOnly && e.ManualActor == "", c.FIFO && m.head(c.ProviderID) != e.ID:
		return false
	}
	for _, a := range m.Attempts {
		if a.TransactionID == e.TransactionID && a.State == transactions.Intent && a.SAFID != e.ID {
			return false
		}
	}
	if t := m.Transactions[e.TransactionID]; e.Kind == saf.Cleanup {
		settled := t.Outcome == transactions.Success || t.Outcome == transactions.Failed || t.Decision != transactions.Undecided
		return settled || t.LastClientAt.Before(now.Add(-5*time.Minute))
	}
	return true
}

// head is the oldest entry of a provider's queue that waits for nothing but its turn.
func (m *Memory) head(providerID string) uuid.UUID {
	var first *saf.Entry
	for _, e := range m.Entries {
		if e.ProviderID != providerID || e.State != saf.Queued && e.State != saf.Leased || e.Waits() {
			continue
		}
		if first == nil || e.CreatedAt.Before(first.CreatedAt) || e.CreatedAt.Equal(first.CreatedAt) && bytes.Compare(e.ID[:], first.ID[:]) < 0 {
			first = e
		}
	}
	if first == nil {
		return uuid.Nil
	}
	return first.ID
}

// lease writes one claim: the entry, its attempt and the trace of what will go out.
func (m *Memory) lease(now time.Time, c saf.Claim, e *saf.Entry, attempt uuid.UUID) saf.Delivery {
	asked := e.ManualActor
	next := copyOf(e)
	if err := next.Step(saf.Claimed, now); err != nil {
		panic(err) // due entries list it
	}
	next.LeaseOwner, next.LeaseUntil, next.AttemptID, next.Fence, next.Attempts = c.Node, now.Add(c.Lease), attempt, e.Fence+1, e.Attempts+1
	next.LastAttemptAt, next.ManualActor, next.UpdatedAt = now, "", now
	if next.FirstAttemptAt.IsZero() {
		next.FirstAttemptAt = now
	}
	m.Entries[e.ID] = next
	trigger := transactions.TriggerAuto
	if asked != "" {
		trigger = transactions.TriggerManual
	}
	m.Attempts[attempt] = &transactions.Attempt{
		ID: attempt, TransactionID: e.TransactionID, SAFID: e.ID, Kind: e.Opens(), State: transactions.Intent, No: next.Attempts, Trigger: trigger, Actor: asked,
		WireRef: e.WireRef, Digest: e.PayloadDigest, Fence: next.Fence, Node: c.Node, StartedAt: now, LeaseUntil: next.LeaseUntil,
	}
	m.keepTrace(&transactions.Trace{
		TransactionID: e.TransactionID, ClientID: e.ClientID, Leg: transactions.SwitchToProvider, AttemptID: attempt, Kind: traced(e),
		Operation: e.Operation, Method: e.Method, URLPath: e.Path, Body: e.PayloadMasked, SHA256: e.PayloadDigest, Bytes: len(e.PayloadMasked), At: now, BeganAt: now, PeerInstitution: e.ProviderID,
	})
	d := saf.Delivery{Entry: *next, AttemptID: attempt, Fence: next.Fence, StartedAt: now, LeaseStart: time.Now(), Lease: c.Lease}
	d.Entry.ManualActor = asked
	return d
}

// traced is the kind of the message that a claim of an entry puts on the wire.
func traced(e *saf.Entry) transactions.TraceKind {
	switch {
	case e.Opening != "" || e.Kind == saf.Receipt:
		return transactions.TraceRequest
	case e.Kind == saf.Confirm:
		return transactions.TraceConfirmation
	}
	return transactions.TraceReversal
}
