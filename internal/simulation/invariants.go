package simulation

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore/switchtest"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// violations holds the rules V01 to V26 against the record in memory, those that are about settlement, audit and approvals
// (V20, V22, V23) aside: what is behind them is not in it. The statements are those of the checker in PostgreSQL.
func violations(m *switchtest.Memory, now time.Time) (found []Violation) {
	c := &checker{m: m, now: now, attempts: map[uuid.UUID][]*transactions.Attempt{}, entries: map[uuid.UUID][]*saf.Entry{}}
	for _, a := range m.Attempts {
		c.attempts[a.TransactionID] = append(c.attempts[a.TransactionID], a)
	}
	for _, e := range m.Entries {
		c.entries[e.TransactionID] = append(c.entries[e.TransactionID], e)
	}
	c.generations()
	for _, t := range m.Transactions {
		c.transaction(t)
		c.sends(t)
		c.overlaps(t)
		for _, e := range c.entries[t.ID] {
			c.entry(t, e)
		}
	}
	c.traces()
	c.pins()
	c.advices()
	c.timeline()
	return c.found
}

type checker struct {
	m        *switchtest.Memory
	now      time.Time
	attempts map[uuid.UUID][]*transactions.Attempt
	entries  map[uuid.UUID][]*saf.Entry
	found    []Violation
}

func (c *checker) broken(rule string, when bool, format string, args ...any) {
	if when {
		c.found = append(c.found, Violation{Rule: rule, Detail: fmt.Sprintf(format, args...)})
	}
}

func (c *checker) generations() {
	live, numbers := map[transactions.Key]int{}, map[string]int{}
	for _, t := range c.m.Transactions {
		if t.Generation == 0 {
			continue
		}
		numbers[fmt.Sprint(t.Key, t.Generation)]++
		if t.Outcome != transactions.Failed && !t.Superseded {
			live[t.Key]++
		}
	}
	for k, n := range live {
		c.broken("V01", n > 1, "%s has %d live generations", k.RequestID, n)
	}
	for k, n := range numbers {
		c.broken("V01", n > 1, "generation %s exists %d times", k, n)
	}
}

func (c *checker) transaction(t *transactions.Transaction) {
	id := t.Key.RequestID
	decided := transactions.Undecided
	for _, e := range c.entries[t.ID] {
		if e.Kind == saf.Confirm || e.Kind == saf.Reverse {
			decided = transactions.Decision(e.Kind)
		}
	}
	c.broken("V04", decided != t.Decision, "%s: decision %q, stored advice %q", id, t.Decision, decided)
	c.broken("V05", t.Decision == transactions.Confirm && t.Outcome != transactions.Success, "%s is confirmed and %s", id, t.Outcome)
	c.broken("V06", t.Outcome == transactions.Pending && t.LeaseUntil.Before(c.now.Add(-time.Minute)), "%s is pending after its lease", id)
	c.broken("V07", t.Outcome == transactions.Unknown && t.Decision == transactions.Undecided && t.LastClientAt.Before(c.now.Add(-20*time.Minute)), "%s is unknown for too long", id)
	if s := c.m.Tombstones[t.Key]; s != nil && s.CreatedAt.Before(t.ReceivedAt) {
		for _, a := range c.attempts[t.ID] {
			c.broken("V21", request(a) && a.State != transactions.NotSent, "%s was sent although it had been reversed before", id)
		}
	}
}

func request(a *transactions.Attempt) bool {
	return a.Kind == transactions.AttemptRequest || a.Kind == transactions.AttemptRetry
}

func (c *checker) sends(t *transactions.Transaction) {
	provisions, refs := map[string]bool{}, map[string]bool{}
	for _, a := range c.attempts[t.ID] {
		if request(a) && a.Result == transactions.Success {
			provisions[a.ProviderRef] = true
		}
		if request(a) && !c.m.Superseded[a.ID] {
			refs[a.WireRef] = true
		}
		c.broken("V08", a.State == transactions.Intent && a.LeaseUntil.Before(c.now.Add(-time.Minute)), "attempt %d of %s is open after its lease", a.No, t.Key.RequestID)
	}
	c.broken("V02", len(provisions) > 1, "%s was provisioned as %v", t.Key.RequestID, provisions)
	c.broken("V03", len(refs) > 1, "%s went out as %v", t.Key.RequestID, refs)
	fences := map[string]string{}
	for _, a := range c.attempts[t.ID] {
		if a.SAFID != uuid.Nil {
			lease := fmt.Sprint(a.SAFID, a.Fence)
			c.broken("V18", fences[lease] != "" && fences[lease] != a.Node, "%s and %s worked one lease", fences[lease], a.Node)
			fences[lease] = a.Node
		}
	}
}

func (c *checker) overlaps(t *transactions.Transaction) {
	list := c.attempts[t.ID]
	for i, a := range list {
		for _, b := range list[i+1:] {
			apart := !a.EndedAt.IsZero() && !a.EndedAt.After(b.StartedAt) || !b.EndedAt.IsZero() && !b.EndedAt.After(a.StartedAt)
			c.broken("V09", !apart, "two attempts of %s overlap: %s and %s", t.Key.RequestID, a.Kind, b.Kind)
		}
		for _, r := range list {
			advice := a.Kind == transactions.AttemptConfirm || a.Kind == transactions.AttemptReverse
			c.broken("V10", advice && request(r) && (r.EndedAt.IsZero() || r.StartedAt.After(a.StartedAt)), "%s of %s went out before the request had ended", a.Kind, t.Key.RequestID)
		}
	}
}

func (c *checker) entry(t *transactions.Transaction, e *saf.Entry) {
	id := t.Key.RequestID
	decision := e.Kind == saf.Confirm || e.Kind == saf.Reverse
	acknowledged, sent, running := false, false, false
	for _, a := range c.attempts[t.ID] {
		acknowledged = acknowledged || a.SAFID == e.ID && a.State == transactions.Answered && a.Result == transactions.Success
		sent = sent || request(a) && a.State != transactions.NotSent
		running = running || a.SAFID == uuid.Nil && a.State == transactions.Intent
	}
	c.broken("V16", e.State == saf.Acked && !acknowledged, "%s of %s counts as acknowledged by nobody", e.Kind, id)
	c.broken("V19", decision && !t.ClosedAt.IsZero() && e.State != saf.Acked && e.State != saf.Consumed && e.ResolvedBy == uuid.Nil, "%s is closed with its %s %s", id, e.Kind, e.State)
	nobody := e.Kind == saf.Reverse && (e.State == saf.Consumed || e.State == saf.Refused)
	c.broken("V24", nobody && sent && !t.ReconRequired && t.Outcome != transactions.Failed, "the reversal of %s reached nobody and nobody was told", id)
	c.broken("V26", (e.State == saf.Leased) != (e.LeaseOwner != ""), "%s of %s is %s with lease owner %q", e.Kind, id, e.State, e.LeaseOwner)
	c.broken("V26", e.State == saf.Leased && e.LeaseUntil.Before(c.now.Add(-2*time.Minute)), "%s of %s is leased after its lease", e.Kind, id)
	old := c.now.Add(-10 * time.Minute)
	c.broken("V26", e.State == saf.Queued && e.NextAt.Before(old) && !e.Held(c.now) && e.LastAttemptAt.Before(old), "%s of %s is due and nobody takes it", e.Kind, id)
	c.broken("V26", e.State == saf.Queued && e.Kind != saf.Receipt && e.Waits() && !running, "%s of %s waits for nothing", e.Kind, id)
}

func (c *checker) traces() {
	out, in, asked := map[uuid.UUID]int{}, map[uuid.UUID]int{}, map[uuid.UUID]*transactions.Trace{}
	for _, t := range c.m.Traces {
		wire := t.Leg == transactions.SwitchToProvider || t.Leg == transactions.ProviderToSwitch
		c.broken("V13", wire != (t.AttemptID != uuid.Nil) || wire != (t.ExchangeID == uuid.Nil), "a trace of leg %s", t.Leg)
		switch {
		case t.Leg == transactions.SwitchToProvider:
			out[t.AttemptID]++
		case t.Leg == transactions.ProviderToSwitch && !t.Late:
			in[t.AttemptID]++
		case t.Leg == transactions.ClientToSwitch:
			asked[t.ExchangeID] = t
		}
		shown := t.Body + t.URLPath + t.Headers
		c.broken("V25", strings.Contains(shown, canary) || strings.Contains(shown, canaryPIN), "leg %s of %s shows a code: %s", t.Leg, t.Operation, t.Body)
	}
	for _, t := range c.m.Traces {
		if t.Leg == transactions.SwitchToClient {
			c.answered(t, asked[t.ExchangeID])
		}
	}
	for _, a := range c.m.Attempts {
		answers := 0
		if a.State == transactions.Answered {
			answers = 1
		}
		c.broken("V12", out[a.ID] != 1 || a.State != transactions.Intent && in[a.ID] != answers, "%s attempt, %s, has %d messages out and %d in", a.Kind, a.State, out[a.ID], in[a.ID])
	}
}

// pins is the other half of V25: of a gift card's PIN nothing is stored, not even sealed, which nothing is here.
func (c *checker) pins() {
	stored := func(where, id string, kept ...[]byte) {
		c.broken("V25", bytes.Contains(bytes.Join(kept, nil), []byte(canaryPIN)), "%s of %s is stored with its PIN", where, id)
	}
	for _, t := range c.m.Transactions {
		stored("transaction", t.Key.RequestID, t.RequestSealed, t.AnswerSealed, []byte(t.ErrorType+t.ProviderErrorCode+t.ProviderRef+t.ProviderIdentifiers))
	}
	for _, e := range c.m.Entries {
		stored("stored message", e.WireRef, e.PayloadSealed, []byte(e.PayloadMasked+e.LastErrorText+e.LastErrorType))
	}
	for _, a := range c.m.Advices {
		stored("advice", a.AdviceID, a.AnswerSealed)
	}
	for _, a := range c.m.Attempts {
		stored("attempt", a.WireRef, []byte(a.Detail+a.ProviderRef))
	}
}

// answered is V11 and V14: an answer follows its question and what it reports.
func (c *checker) answered(r, q *transactions.Trace) {
	c.broken("V14", q == nil, "an answer to a message that was not traced")
	t := c.m.Transactions[r.TransactionID]
	if q == nil || t == nil || r.Kind == transactions.TraceAck {
		return
	}
	early := t.Outcome == transactions.Pending && r.Kind != transactions.TraceError || r.At.Before(t.ReceivedAt) || q.At.After(r.At)
	c.broken("V11", early, "%s was answered before what it reports was stored", t.Key.RequestID)
}

func (c *checker) advices() {
	for _, a := range c.m.Advices {
		t := c.m.Transactions[a.TransactionID]
		void := t == nil && a.Kind == transactions.Confirm || t != nil && t.Outcome != transactions.Failed && t.Decision != a.Kind
		c.broken("V15", !a.AckedAt.IsZero() && void, "advice %s was acknowledged without effect", a.AdviceID)
	}
}

func (c *checker) timeline() {
	for _, e := range c.m.Timeline {
		changed := e.Field == "outcome" && (e.Old == string(transactions.Success) || e.Old == string(transactions.Failed)) || (e.Field == "decision" || e.Field == "final") && e.Old != ""
		c.broken("V17", changed, "%s went from %s to %s", e.Field, e.Old, e.New)
	}
}
