package switchtest

import (
	"bytes"
	"fmt"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// refuse is what the schema's unique indexes and triggers refuse (A1, I5, I8, I13).
func (m *Memory) refuse(c *switchcore.Changes) error {
	for _, t := range c.NewTransactions {
		if m.Transactions[t.ID] != nil {
			return broken("a transaction id is used twice")
		}
		for _, old := range m.Transactions {
			if t.Generation > 0 && old.Generation == t.Generation && old.Key == t.Key {
				return broken("generation %d of %s exists", t.Generation, t.Key.RequestID)
			}
		}
	}
	for id, t := range c.Transactions {
		if err := refuseMove(m.Transactions[id], t); err != nil {
			return err
		}
	}
	for _, v := range c.NewVouchers {
		for _, old := range m.Vouchers {
			if old.ProviderID == v.ProviderID && bytes.Equal(old.CodeHash, v.CodeHash) {
				return broken("a code of %s is stored twice", v.ProviderID)
			}
		}
	}
	for _, e := range c.NewEntries {
		for _, old := range m.Entries {
			if decides(e) && decides(old) && old.TransactionID == e.TransactionID {
				return broken("a transaction has two decisions in the queue")
			}
		}
	}
	return refuseTraces(c.Traces)
}

// refuseMove is the trigger on transactions: final words are never changed.
func refuseMove(old, t *transactions.Transaction) error {
	switch {
	case old == nil:
		return broken("an update of a transaction that is not there")
	case old.Outcome != t.Outcome && (old.Outcome == transactions.Success || old.Outcome == transactions.Failed):
		return broken("outcome %s becomes %s", old.Outcome, t.Outcome)
	case old.Decision != t.Decision && old.Decision != transactions.Undecided:
		return broken("decision %s becomes %q", old.Decision, t.Decision)
	case old.Final != t.Final && old.Final != transactions.Open:
		return broken("final %s becomes %q", old.Final, t.Final)
	}
	return nil
}

// refuseTraces finds a commit that traces one message twice.
func refuseTraces(fresh []*transactions.Trace) error {
	seen := map[string]bool{}
	for _, t := range fresh {
		key := traceKey(t)
		if seen[key] {
			return broken("leg %s of one message is traced twice", t.Leg)
		}
		seen[key] = true
	}
	return nil
}

// traceKey is unique for every message: one out and one back for an attempt, or for an exchange with a client (I13).
func traceKey(t *transactions.Trace) string {
	id := t.AttemptID
	if id == uuid.Nil {
		id = t.ExchangeID
	}
	return string(t.Leg) + string(id[:])
}

func decides(e *saf.Entry) bool { return e.Kind == saf.Confirm || e.Kind == saf.Reverse }

func broken(format string, args ...any) error {
	return apperr.Errorf(apperr.Internal, "the schema refuses it: %s", fmt.Sprintf(format, args...))
}
