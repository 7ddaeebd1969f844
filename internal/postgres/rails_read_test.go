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

// relations lists what a case is related to.
func relations(found monitoring.Case) map[uuid.UUID]monitoring.Relation {
	out := map[uuid.UUID]monitoring.Relation{}
	for _, r := range found.Related {
		out[r.ID] = r.Relation
	}
	return out
}

func TestRelatedByCard(t *testing.T) {
	t.Parallel()
	card, other := []byte("card-1"), []byte("card-2")
	on := func(ago time.Duration, op transactions.Operation, hash, second []byte) *transactions.Transaction {
		return aSale(ago, func(t *transactions.Transaction) {
			t.Key.Service, t.Key.Operation, t.CardHash, t.OtherCardHash = transactions.GiftCard, op, hash, second
		})
	}
	activation, transfer, load := on(3*time.Minute, transactions.Activation, card, nil), on(2*time.Minute, transactions.Transfer, card, other), on(time.Minute, transactions.Load, other, nil)
	stranger, voucher := on(time.Minute, transactions.Load, []byte("card-3"), nil), aSale(time.Minute, nil)
	reader, _ := newReader(t, postgres.Rows{Transactions: []*transactions.Transaction{activation, transfer, load, stranger, voucher}})
	for _, c := range []struct {
		of   *transactions.Transaction
		want map[uuid.UUID]monitoring.Relation
	}{
		{activation, map[uuid.UUID]monitoring.Relation{transfer.ID: monitoring.SameCard}},
		{transfer, map[uuid.UUID]monitoring.Relation{activation.ID: monitoring.SameCard, load.ID: monitoring.SameCard}},
		{stranger, map[uuid.UUID]monitoring.Relation{}},
		{voucher, map[uuid.UUID]monitoring.Relation{}},
	} {
		found, err := reader.FindTransaction(t.Context(), c.of.ID, nil)
		require.NoError(t, err)
		assert.Equal(t, c.want, relations(found), c.of.Key.Operation)
		for _, r := range found.Related {
			assert.Equal(t, transactions.GiftCard, r.Service)
		}
	}
}

func TestRelatedByChange(t *testing.T) {
	t.Parallel()
	sold, change := uuid.New(), uuid.New()
	provision := aSale(4*time.Minute, func(t *transactions.Transaction) { t.VoucherID = sold })
	redemption := aSale(3*time.Minute, func(t *transactions.Transaction) {
		t.Key.Operation, t.VoucherID, t.ChangeVoucherID = transactions.Redemption, sold, change
	})
	spent := aSale(2*time.Minute, func(t *transactions.Transaction) { t.Key.Operation, t.VoucherID = transactions.Redemption, change })
	reader, db := newReader(t, postgres.Rows{Transactions: []*transactions.Transaction{provision, redemption, spent}})
	_, err := db.Pool.Exec(t.Context(), `insert into vouchers (id, provider_id, code_hash, code_sealed, code_masked, state, provision_transaction_id, currency, amount_minor, balance_minor, updated_at) values
    ($1, 'flash', '\x01', '\x01', '************0001', 'REDEMPTION_CONFIRMED', $3, '710', 10000, 0, now()), ($2, 'flash', '\x02', '\x01', '************0002', 'AVAILABLE', $4, '710', 4000, 4000, now())`,
		sold, change, provision.ID, redemption.ID)
	require.NoError(t, err)
	found, err := reader.FindTransaction(t.Context(), redemption.ID, nil)
	require.NoError(t, err)
	assert.Equal(t, map[uuid.UUID]monitoring.Relation{provision.ID: monitoring.SameVoucher, spent.ID: monitoring.ChangeSpent}, relations(found))
	assert.Equal(t, "************0001", found.Voucher.CodeMasked)
	require.NotNil(t, found.Change)
	assert.Equal(t, "************0002", found.Change.CodeMasked)
	assert.Equal(t, monitoring.Sum{Currency: "710", Minor: 4000}, found.Change.Balance)
	found, err = reader.FindTransaction(t.Context(), spent.ID, nil)
	require.NoError(t, err)
	assert.Equal(t, map[uuid.UUID]monitoring.Relation{redemption.ID: monitoring.VoucherFrom}, relations(found))
	assert.Nil(t, found.Change)
}

func TestReceiptsAndCleanUps(t *testing.T) {
	t.Parallel()
	receipt := aSale(3*time.Minute, func(t *transactions.Transaction) {
		t.Key.Service, t.Key.Operation, t.Final, t.Decision, t.DecisionOrigin = transactions.Humm, transactions.Receipt, transactions.Completed, "", ""
	})
	renewed := aSale(2*time.Minute, func(t *transactions.Transaction) { t.WireNo = 1 })
	plain := aSale(time.Minute, nil)
	cleanup := anEntry(renewed, func(e *saf.Entry) {
		e.Kind, e.State, e.CreatedAt = saf.Cleanup, saf.Acked, e.CreatedAt.Add(time.Second)
	})
	reader, _ := newReader(t, postgres.Rows{
		Transactions: []*transactions.Transaction{receipt, renewed, plain},
		Entries: []*saf.Entry{
			anEntry(receipt, func(e *saf.Entry) { e.Kind = saf.Receipt }), cleanup,
			anEntry(renewed, func(e *saf.Entry) { e.State = saf.Acked }), anEntry(plain, func(e *saf.Entry) { e.State = saf.Acked }),
		},
	})
	found, err := reader.SearchTransactions(t.Context(), filter(t, "range=1h&advice=outstanding"))
	require.NoError(t, err)
	assert.Equal(t, []uuid.UUID{receipt.ID}, idsOf(found), "a receipt on its way is outstanding")
	assert.True(t, found.Lines[0].Outstanding)
	assert.Equal(t, saf.LabelDue, found.Lines[0].Advice)
	x, err := reader.FindTransaction(t.Context(), renewed.ID, nil)
	require.NoError(t, err)
	require.Len(t, x.Entries, 2)
	assert.Equal(t, []saf.Kind{saf.Cleanup, saf.Confirm}, []saf.Kind{x.Entries[0].Kind, x.Entries[1].Kind}, "the decision's own stands last")
	x, err = reader.FindTransaction(t.Context(), receipt.ID, nil)
	require.NoError(t, err)
	require.Len(t, x.Entries, 1)
	assert.Equal(t, 1, x.Entries[0].Position)
}

func TestQueuesOfEveryRail(t *testing.T) {
	t.Parallel()
	minor := int64(5000)
	lost := aSale(5*time.Minute, func(t *transactions.Transaction) { // no answer ever told a sum
		open(t)
		t.Outcome, t.Decision, t.DecisionOrigin, t.ApprovedAmount, t.RequestAmount = transactions.Unknown, transactions.Reverse, transactions.BySystem, nil, &minor
	})
	foreign := aSale(4*time.Minute, func(t *transactions.Transaction) { open(t); t.Currency = "036" })
	unknown := func(e *saf.Entry) { e.Kind, e.Amount = saf.Reverse, nil }
	reader, db := newReader(t, postgres.Rows{Transactions: []*transactions.Transaction{lost, foreign}, Entries: []*saf.Entry{anEntry(lost, unknown), anEntry(foreign, nil)}})
	_, err := db.Pool.Exec(t.Context(), `insert into providers (id, name, institution_id, settlement_id, settlement_name, connector, base_url, user_name, credential, profile) values
    ('cards', 'Cards', '3', '1', 'S', 'c', 'http://x', 'u', 'env:X', '{"cards": true}'), ('humm', 'humm', '4', '1', 'S', 'c', 'http://x', 'u', 'env:X', '{"finance": true}');
  update clients set held_at = now(), hold_reason = 'test' where id = 'karoo'`)
	require.NoError(t, err)
	all, err := reader.Queues(t.Context(), nil)
	require.NoError(t, err)
	services, consumes := map[string]transactions.Service{}, map[string]bool{}
	for _, q := range all.Queues {
		services[q.Provider.ID], consumes[q.Provider.ID] = q.Service, q.Consumes
	}
	assert.Equal(t, map[string]transactions.Service{"flash": transactions.Voucher, "stellr": transactions.Voucher, "cards": transactions.GiftCard, "humm": transactions.Humm}, services)
	assert.Equal(t, map[string]bool{"flash": false, "stellr": true, "cards": false, "humm": false}, consumes)
	both := []monitoring.Sum{{Currency: "710", Minor: 5000, Count: 1}, {Currency: "036", Minor: 14900, Count: 1}}
	for _, q := range all.Queues {
		if q.Provider.ID == "flash" {
			assert.ElementsMatch(t, both, q.Worth, "a reversal of an unknown outcome is worth what was asked for")
		}
	}
	require.Len(t, all.Holds, 1)
	assert.Equal(t, 2, all.Holds[0].Entries)
	assert.ElementsMatch(t, both, all.Holds[0].Worth, "currencies are never added to each other")
	page, err := reader.QueueEntries(t.Context(), monitoring.EntryFilter{ProviderID: "flash", Kind: saf.Reverse})
	require.NoError(t, err)
	assert.Equal(t, both[:1], page.Worth)
	sum, known := page.Entries[0].Sum()
	assert.True(t, known)
	assert.Equal(t, minor, sum.Minor)

	_, err = db.Pool.Exec(t.Context(), `update saf_entries set state = 'LEASED', lease_owner = 'n', lease_until = now(), attempt_id = gen_random_uuid(); update saf_entries set state = 'REFUSED', lease_owner = null, last_http_status = 400, last_error_type = 'X'`)
	require.NoError(t, err)
	all, err = reader.Queues(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, all.Stuck, 1, "one reason is one line, whatever the currency")
	assert.Equal(t, 2, all.Stuck[0].Entries)
	assert.ElementsMatch(t, both, all.Stuck[0].Worth)
	assert.WithinDuration(t, lost.ReceivedAt, all.Stuck[0].Oldest, 0)
}

func TestAnsweredQuestionsAreNoErrorsOfAQueue(t *testing.T) {
	t.Parallel()
	x := aSale(5*time.Minute, nil)
	e := anEntry(x, func(e *saf.Entry) { e.State, e.LastErrorType = saf.Acked, "" })
	ask := &transactions.Attempt{ID: uuid.New(), TransactionID: x.ID, SAFID: e.ID, Kind: transactions.AttemptLookup, State: transactions.Answered, Result: transactions.Unknown, Detail: "FOUND", No: 1, Trigger: transactions.TriggerAuto, WireRef: "w", Digest: []byte{1}, Node: "n", StartedAt: x.ReceivedAt, EndedAt: x.ReceivedAt, LeaseUntil: x.ReceivedAt, HTTPStatus: 200}
	reader, db := newReader(t, postgres.Rows{Transactions: []*transactions.Transaction{x}, Entries: []*saf.Entry{e}, Attempts: []*transactions.Attempt{ask}})
	all, err := reader.Queues(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, all.Queues[0].LastError)
	_, err = db.Pool.Exec(t.Context(), `update attempts set http_status = 503, detail = 'HTTP_503'`)
	require.NoError(t, err)
	all, err = reader.Queues(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, "HTTP_503", all.Queues[0].LastError)
}

func TestServicesOfTheDay(t *testing.T) {
	t.Parallel()
	aud := int64(12500)
	rail := func(s transactions.Service, op transactions.Operation) *transactions.Transaction {
		return aSale(time.Minute, func(t *transactions.Transaction) {
			t.Key.Service, t.Key.Operation = s, op
			if s == transactions.Humm {
				t.Currency, t.RequestAmount = "036", &aud
			}
		})
	}
	reader, _ := newReader(t, postgres.Rows{Transactions: []*transactions.Transaction{
		aSale(time.Minute, nil), aSale(time.Minute, nil), aSale(time.Minute, nil), rail(transactions.GiftCard, transactions.Redemption), rail(transactions.GiftCard, transactions.Lookup),
		rail(transactions.Humm, transactions.Authorisation),
	}})
	o, err := reader.Overview(t.Context(), time.Now().Add(-time.Hour), nil)
	require.NoError(t, err)
	assert.Equal(t, 6, o.Today)
	assert.Equal(t, []monitoring.ServiceCount{{Service: transactions.Voucher, Count: 3}, {Service: transactions.GiftCard, Count: 2}, {Service: transactions.Humm, Count: 1}}, o.Services)
	assert.ElementsMatch(t, []monitoring.Sum{{Currency: "710", Minor: 4 * 14900, Count: 5}, {Currency: "036", Minor: 12500, Count: 1}}, o.TodaySums, "a look-up asks for nothing")
}
