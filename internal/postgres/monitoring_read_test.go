package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func TestOverview(t *testing.T) {
	t.Parallel()
	answered := func(errorType string, status int, ago time.Duration) *transactions.Transaction {
		return aSale(ago, func(t *transactions.Transaction) { t.ErrorType, t.HTTPStatus = errorType, status })
	}
	doubt := aSale(20*time.Minute, func(t *transactions.Transaction) {
		open(t)
		t.Outcome, t.HTTPStatus, t.ErrorType = transactions.Unknown, 504, "UPSTREAM_UNAVAILABLE"
	})
	fresh := aSale(time.Minute, func(t *transactions.Transaction) { open(t); t.Outcome, t.ProviderID = transactions.Pending, "stellr" })
	broken := aSale(30*time.Hour, func(t *transactions.Transaction) { t.ReconRequired = true })
	parked := aSale(2*time.Minute, nil)
	rows := postgres.Rows{
		Transactions: []*transactions.Transaction{answered("", 201, time.Minute), answered("LIMIT_EXCEEDED", 400, time.Minute), answered("INVALID_PRODUCT", 400, 10*time.Minute), answered("VOUCHER_STATUS_UNKNOWN", 500, 50*time.Minute), doubt, fresh, broken, parked},
		Entries:      []*saf.Entry{anEntry(parked, func(e *saf.Entry) { e.State, e.ParkedReason = saf.Parked, "72 h old" })},
	}
	for i := range 20 {
		rows.Traces = append(rows.Traces, &transactions.Trace{TransactionID: rows.Transactions[0].ID, Leg: "PS", AttemptID: uuid.New(), Kind: transactions.TraceResponse, Operation: transactions.Provision, SHA256: []byte{1}, At: time.Now(), BeganAt: time.Now(), Latency: time.Duration(i+1) * time.Millisecond})
	}
	reader, db := newReader(t, rows)
	_, err := db.Pool.Exec(t.Context(), `insert into jobs (name, title, schedule, local) values ('recon.run', 'Reconciliation', 'daily at 03:00', false), ('report.write', 'Reports', 'daily at 23:00', false), ('sweep', 'Sweeper', 'every 5 s', true);
  insert into job_runs (id, job, occasion, trigger, state, node, lease_until, ended_at) values (gen_random_uuid(), 'recon.run', '2026-03-11', 'SCHEDULE', 'DONE', 'n', now(), now())`)
	require.NoError(t, err)
	o, err := reader.Overview(t.Context(), time.Now().Add(-time.Hour), nil)
	require.NoError(t, err)

	var all monitoring.Counts
	for _, m := range o.Minutes {
		for i, n := range m.Counts {
			all[i] += n
		}
	}
	assert.Len(t, o.Minutes, 60)
	assert.Equal(t, monitoring.Counts{2, 1, 1, 1, 1}, all, "success, decline, client fault, technical failure, time-out; the running one is not judged")
	assert.Equal(t, monitoring.Counts{2, 1, 1, 0, 0}, o.Last15)
	assert.Equal(t, 7, o.Today)
	assert.Equal(t, []monitoring.Sum{{Currency: "710", Minor: 7 * 14900, Count: 7}}, o.TodaySums)
	assert.Equal(t, 1, o.InDoubt)
	assert.WithinDuration(t, doubt.ReceivedAt, o.DoubtSince, 0)
	require.Len(t, o.Needs, 2)
	assert.Equal(t, broken.ID, o.Needs[0].ID)
	assert.True(t, o.Needs[0].Break)
	assert.Equal(t, doubt.ID, o.Needs[1].ID)
	require.Len(t, o.Queues.Stuck, 1)
	assert.Equal(t, "72 h old", o.Queues.Stuck[0].Reason)
	require.Len(t, o.Providers, 2)
	flash := o.Providers[0]
	assert.Equal(t, monitoring.Counts{2, 1, 0, 0, 0}, flash.Last5)
	assert.Equal(t, 19*time.Millisecond, flash.P95)
	assert.Equal(t, 1, flash.InDoubt)
	sum := 0
	for _, n := range o.Providers[1].PerMinute {
		sum += n
	}
	assert.Equal(t, 1, sum, "a running request is traffic")
	require.Len(t, o.Timetable, 2, "local jobs are not in the timetable")
	assert.Equal(t, "DONE", o.Timetable[0].State)
	assert.True(t, o.Timetable[1].At.IsZero())

	none, err := reader.Overview(t.Context(), time.Now(), []string{"mopani"})
	require.NoError(t, err)
	assert.Zero(t, none.Today+none.InDoubt+len(none.Needs)+len(none.Queues.Stuck)+none.Last15.All())
	choices, err := reader.Choices(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []monitoring.Named{{ID: "karoo", Name: "Karoo Fresh"}, {ID: "mopani", Name: "Mopani Mart"}}, choices.Clients)
}
