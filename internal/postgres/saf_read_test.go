package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// TestLabelsAgree puts every combination that decides a label into one queue and holds SQL against the definition in Go.
func TestLabelsAgree(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC()
	var rows postgres.Rows
	for _, state := range []saf.State{saf.Queued, saf.Leased, saf.Acked, saf.Refused, saf.Consumed, saf.Parked} {
		for _, next := range []time.Time{now.Add(-time.Minute), now.Add(time.Hour), saf.Never} {
			for _, hold := range []time.Duration{0, time.Hour, -time.Hour, 1} { // none, in force, over, until released
				for _, resolved := range []uuid.UUID{uuid.Nil, uuid.New()} {
					for _, client := range []string{"karoo", "mopani"} { // mopani is held
						x := aSale(time.Hour, func(t *transactions.Transaction) { t.Key.ClientID = client })
						rows.Transactions = append(rows.Transactions, x)
						rows.Entries = append(rows.Entries, anEntry(x, func(e *saf.Entry) {
							e.State, e.NextAt, e.ResolvedBy = state, next, resolved
							switch hold {
							case 0:
							case 1:
								e.HeldAt = now
							default:
								e.HeldAt, e.HeldUntil = now.Add(-2*time.Hour), now.Add(hold)
							}
							if state == saf.Leased {
								e.LeaseOwner, e.LeaseUntil, e.AttemptID = "n1", now.Add(time.Minute), uuid.New()
							}
						}))
					}
				}
			}
		}
	}
	reader, db := newReader(t, rows)
	_, err := db.Pool.Exec(t.Context(), `update clients set held_at = now(), hold_reason = 'dispute' where id = 'mopani'`)
	require.NoError(t, err)
	want, outstanding := map[saf.Label]int{}, 0
	for _, e := range rows.Entries {
		want[e.Label(now, e.ClientID == "mopani")]++
		if e.Outstanding() {
			outstanding++
		}
	}
	require.Len(t, want, len(saf.Labels()), "every label occurs")
	for _, l := range saf.Labels() {
		page, err := reader.QueueEntries(t.Context(), monitoring.EntryFilter{ProviderID: "flash", Label: l, Rows: 200})
		require.NoError(t, err)
		assert.Equal(t, want[l], page.Total, l)
		for _, e := range page.Entries {
			assert.Equal(t, l, e.Label())
		}
	}
	page, err := reader.QueueEntries(t.Context(), monitoring.EntryFilter{ProviderID: "flash", Rows: 25})
	require.NoError(t, err)
	assert.Equal(t, outstanding, page.Total)
	seen := map[uuid.UUID]bool{}
	for f := (monitoring.EntryFilter{ProviderID: "flash", Rows: 25}); ; {
		page, err := reader.QueueEntries(t.Context(), f)
		require.NoError(t, err)
		for i := range page.Entries {
			e := &page.Entries[i]
			assert.False(t, seen[e.ID], "no entry comes twice")
			seen[e.ID] = true
			assert.Equal(t, e.State == saf.Queued || e.State == saf.Leased, e.Position > 0)
		}
		if page.Older.ID == uuid.Nil {
			break
		}
		f.After = page.Older
	}
	assert.Len(t, seen, outstanding)

	all, err := reader.Queues(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, all.Queues, 2)
	q := all.Queues[0]
	assert.Equal(t, "Flash", q.Provider.Name)
	assert.Equal(t, want[saf.LabelHeld], q.Held)
	assert.Equal(t, want[saf.LabelDue], q.Due)
	assert.Equal(t, want[saf.LabelSending], q.Sending)
	assert.Equal(t, want[saf.LabelDue]+want[saf.LabelWaiting]+want[saf.LabelHeld]+want[saf.LabelSending], q.Depth)
	assert.Equal(t, want[saf.LabelParked], q.Parked)
	assert.Equal(t, want[saf.LabelRefused], q.Refused)
	assert.Equal(t, q.Depth, q.DepthByHalf[len(q.DepthByHalf)-1], "the line ends at the present depth")
	assert.Zero(t, q.DepthByHalf[0], "nothing was stored a day ago")
	assert.True(t, all.Queues[1].Consumes)
	assert.Equal(t, "client", all.Holds[0].Kind)
	assert.Equal(t, "Mopani Mart", all.Holds[0].Subject.Name)

	one, err := reader.Queues(t.Context(), []string{"karoo"})
	require.NoError(t, err)
	assert.Less(t, one.Queues[0].Depth, q.Depth, "scope")
}

func TestEntryFilters(t *testing.T) {
	t.Parallel()
	young := aSale(time.Minute, nil)
	old := aSale(3*time.Hour, nil)
	a, b := anEntry(young, nil), anEntry(old, func(e *saf.Entry) {
		e.Kind, e.Attempts, e.LastErrorType, e.LastHTTPStatus = saf.Reverse, 12, "UPSTREAM_UNAVAILABLE", 503
	})
	reader, _ := newReader(t, postgres.Rows{Transactions: []*transactions.Transaction{young, old}, Entries: []*saf.Entry{a, b}})
	for name, c := range map[string]struct {
		f    monitoring.EntryFilter
		want []uuid.UUID
	}{
		"all, by next attempt": {monitoring.EntryFilter{}, []uuid.UUID{b.ID, a.ID}},
		"kind":                 {monitoring.EntryFilter{Kind: saf.Confirm}, []uuid.UUID{a.ID}},
		"age":                  {monitoring.EntryFilter{OlderThan: time.Hour}, []uuid.UUID{b.ID}},
		"attempts":             {monitoring.EntryFilter{Attempts: 11}, []uuid.UUID{b.ID}},
		"attempts, over":       {monitoring.EntryFilter{Attempts: 12}, nil},
		"error":                {monitoring.EntryFilter{ErrorType: "UPSTREAM_UNAVAILABLE"}, []uuid.UUID{b.ID}},
		"record id":            {monitoring.EntryFilter{Text: old.ID.String()}, []uuid.UUID{b.ID}},
		"message id":           {monitoring.EntryFilter{Text: young.Key.RequestID}, []uuid.UUID{a.ID}},
		"advice id":            {monitoring.EntryFilter{Text: a.AdviceID}, []uuid.UUID{a.ID}},
		"nothing":              {monitoring.EntryFilter{Text: "x' or true --"}, nil},
		"scope":                {monitoring.EntryFilter{Scope: []string{"mopani"}}, nil},
	} {
		c.f.ProviderID = "flash"
		page, err := reader.QueueEntries(t.Context(), c.f)
		require.NoError(t, err, name)
		var ids []uuid.UUID
		for _, e := range page.Entries {
			ids = append(ids, e.ID)
		}
		assert.Equal(t, c.want, ids, name)
	}
}

// TestCaseOfASale reads a sale with everything that hangs on it.
func TestCaseOfASale(t *testing.T) {
	t.Parallel()
	voucher := uuid.New()
	x := aSale(time.Hour, func(t *transactions.Transaction) {
		open(t)
		t.Decision, t.DecisionOrigin, t.VoucherID, t.OpenAttemptID = transactions.Confirm, transactions.ByClient, voucher, uuid.Nil
		t.RequestSealed, t.AnswerSealed = []byte("secret"), []byte("secret")
	})
	again := aSale(30*time.Minute, func(t *transactions.Transaction) { t.Key, t.Generation = x.Key, 2 })
	spent := aSale(10*time.Minute, func(t *transactions.Transaction) { t.Key.Operation, t.VoucherID = transactions.Redemption, voucher })
	e := anEntry(x, func(e *saf.Entry) { e.Attempts = 1 })
	ahead := anEntry(again, func(e *saf.Entry) { e.NextAt = e.NextAt.Add(-time.Hour) })
	request := &transactions.Attempt{ID: uuid.New(), TransactionID: x.ID, Kind: transactions.AttemptRequest, State: transactions.Answered, Result: transactions.Success, No: 1, Trigger: transactions.TriggerClient, WireRef: "w", Digest: []byte{1}, Node: "n", StartedAt: x.ReceivedAt, EndedAt: x.ReceivedAt, LeaseUntil: x.ReceivedAt, HTTPStatus: 201}
	send := *request
	send.ID, send.SAFID, send.Kind, send.StartedAt = uuid.New(), e.ID, transactions.AttemptConfirm, time.Now().Add(-time.Minute)
	send.EndedAt = send.StartedAt.Add(time.Second)
	trace := func(leg transactions.Leg, exchange, attempt uuid.UUID) *transactions.Trace {
		return &transactions.Trace{TransactionID: x.ID, ClientID: "karoo", Leg: leg, ExchangeID: exchange, AttemptID: attempt, Kind: transactions.TraceRequest, Operation: transactions.Provision, SHA256: []byte{1}, At: x.ReceivedAt, BeganAt: x.ReceivedAt, Latency: 12 * time.Millisecond}
	}
	exchange := uuid.New()
	rows := postgres.Rows{
		Transactions: []*transactions.Transaction{x, again, spent}, Entries: []*saf.Entry{e, ahead}, Attempts: []*transactions.Attempt{request, &send},
		Traces: []*transactions.Trace{trace("CS", exchange, uuid.Nil), trace("SP", uuid.Nil, request.ID), trace("PS", uuid.Nil, request.ID), trace("SC", exchange, uuid.Nil), trace("SP", uuid.Nil, send.ID)},
		Events: []*transactions.Change{{TransactionID: x.ID, Field: "outcome", Old: "PENDING", New: "SUCCESS", Cause: "answer", At: x.ReceivedAt}, {TransactionID: x.ID, Field: "saf", New: "QUEUED", Cause: "stored", At: x.ReceivedAt}},
	}
	reader, db := newReader(t, rows)
	_, err := db.Pool.Exec(t.Context(), `insert into vouchers (id, provider_id, code_hash, code_sealed, code_masked, serial, state, updated_at) values ($1, 'flash', '\x01', '\x01', '************4417', 'S-1', 'AVAILABLE', now())`, voucher)
	require.NoError(t, err)
	found, err := reader.FindTransaction(t.Context(), x.ID, []string{"karoo"})
	require.NoError(t, err)
	assert.Nil(t, found.Transaction.RequestSealed)
	assert.Nil(t, found.Transaction.AnswerSealed)
	assert.Equal(t, transactions.StatusConfirming, found.Status())
	assert.Equal(t, "************4417", found.Voucher.CodeMasked)
	assert.Len(t, found.Attempts, 2)
	var legs []transactions.Leg
	for _, tr := range found.Traces {
		legs = append(legs, tr.Leg)
		assert.Equal(t, 12*time.Millisecond, tr.Latency)
	}
	assert.Equal(t, []transactions.Leg{"CS", "SP", "PS", "SC", "SP"}, legs)
	require.Len(t, found.Entries, 1)
	assert.Equal(t, 2, found.Entries[0].Position)
	assert.Equal(t, "Flash", found.Entries[0].Provider.Name)
	assert.True(t, found.Entries[0].Enabled)
	require.Len(t, found.Related, 2)
	assert.Equal(t, monitoring.Related{ID: again.ID, Relation: monitoring.SameID, Service: transactions.Voucher, Operation: transactions.Provision, Generation: 2, Status: transactions.StatusCompleted, ReceivedAt: again.ReceivedAt}, found.Related[0])
	assert.Equal(t, monitoring.SameVoucher, found.Related[1].Relation)

	entry, err := reader.FindEntry(t.Context(), e.ID, nil)
	require.NoError(t, err)
	assert.Len(t, entry.Attempts, 1)
	assert.Len(t, entry.Traces, 1)
	assert.Len(t, entry.Events, 1, "the outcome is the transaction's own story")
	assert.Equal(t, 2, entry.Queue.Depth)
	for _, scope := range [][]string{nil, {"mopani"}} {
		id := uuid.New()
		if scope != nil {
			id = e.ID
		}
		_, err = reader.FindEntry(t.Context(), id, scope)
		assert.Equal(t, apperr.NotFound, apperr.CodeOf(err))
	}
	_, err = reader.FindTransaction(t.Context(), uuid.New(), nil)
	assert.Equal(t, apperr.NotFound, apperr.CodeOf(err))

	all, err := reader.Queues(t.Context(), nil)
	require.NoError(t, err)
	q := all.Queues[0]
	assert.Equal(t, [3]int{1, 1, 1}, [3]int{q.Attempts, q.Answered, q.Acks})
	assert.False(t, q.LastAck.IsZero())
	left, known := q.Drain()
	assert.True(t, known)
	assert.Equal(t, 10*time.Minute, left)
}
