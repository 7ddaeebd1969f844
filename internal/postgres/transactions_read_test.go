package postgres_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// testHash stands for the vault's keyed hash.
func testHash(kind, value string) []byte {
	sum := sha256.Sum256([]byte(kind + "\x00" + value))
	return sum[:]
}

// aSale is a confirmed voucher sale, received the given time ago.
func aSale(ago time.Duration, change func(*transactions.Transaction)) *transactions.Transaction {
	minor := int64(14900)
	at := time.Now().UTC().Add(-ago).Truncate(time.Microsecond)
	t := &transactions.Transaction{
		ID: uuid.New(), Key: transactions.Key{ClientID: "karoo", Service: transactions.Voucher, Operation: transactions.Provision, RequestID: uuid.NewString()},
		Generation: 1, Fingerprint: []byte{1}, Mode: transactions.Dual, ProviderID: "flash", ProductID: "FL-ANY", TerminalID: "KFOB0007", Currency: "710",
		RequestAmount: &minor, ApprovedAmount: &minor, ReceivedAt: at, LastClientAt: at, RespondedAt: at.Add(300 * time.Millisecond),
		Outcome: transactions.Success, BusinessDate: at.Truncate(24 * time.Hour), Version: 1, HTTPStatus: 201,
	}
	t.Decision, t.DecisionOrigin, t.Final, t.ClosedAt = transactions.Confirm, transactions.ByClient, transactions.Confirmed, at.Add(time.Second)
	if change != nil {
		change(t)
	}
	return t
}

// open takes decision and end away.
func open(t *transactions.Transaction) {
	t.Decision, t.DecisionOrigin, t.Final, t.ClosedAt = "", "", "", time.Time{}
}

// anEntry is the stored advice of a sale, due now.
func anEntry(t *transactions.Transaction, change func(*saf.Entry)) *saf.Entry {
	e := &saf.Entry{
		ID: uuid.New(), ProviderID: t.ProviderID, ClientID: t.Key.ClientID, Service: t.Key.Service, Operation: t.Key.Operation, TransactionID: t.ID, AdviceID: uuid.NewString(),
		Kind: saf.Confirm, WireRef: t.ID.String(), PayloadMasked: "{}", PayloadDigest: []byte{1}, State: saf.Queued, NextAt: t.ReceivedAt, Amount: t.ApprovedAmount, Currency: t.Currency,
		CreatedAt: t.ReceivedAt, UpdatedAt: t.ReceivedAt,
	}
	if change != nil {
		change(e)
	}
	return e
}

func parties(t *testing.T, db *postgres.DB) {
	t.Helper()
	_, err := db.Pool.Exec(t.Context(), `insert into clients (id, name, password_hash) values ('karoo', 'Karoo Fresh', ''), ('mopani', 'Mopani Mart', '');
  insert into providers (id, name, institution_id, settlement_id, settlement_name, connector, base_url, user_name, credential, profile) values
    ('flash', 'Flash', '1', '1', 'S', 'c', 'http://x', 'u', 'env:X', '{"confirmProvision": true}'), ('stellr', 'Stellr', '2', '1', 'S', 'c', 'http://x', 'u', 'env:X', '{}');
  insert into products (id, provider_id, description, receiver_id, receiver_name, currency) values ('FL-ANY', 'flash', '1Voucher', '1', 'Flash', '710')`)
	require.NoError(t, err)
}

func newReader(t *testing.T, rows postgres.Rows) (*postgres.Reader, *postgres.DB) {
	t.Helper()
	db := postgrestest.New(t)
	parties(t, db)
	require.NoError(t, rows.Put(t.Context(), db))
	return postgres.NewReader(db, transactions.DefaultLimits()), db
}

// filter reads a filter from an address, as the console does.
func filter(t *testing.T, query string) transactions.Filter {
	t.Helper()
	q, err := url.ParseQuery(query)
	require.NoError(t, err)
	f, err := transactions.ParseFilter(q, time.Now().UTC())
	require.NoError(t, err)
	f.Reference.Hash(testHash)
	return f
}

func idsOf(found monitoring.Found) (out []uuid.UUID) {
	for _, l := range found.Lines {
		out = append(out, l.ID)
	}
	return out
}

// TestStatusAgrees puts every combination that the schema allows into the database and holds the SQL of the filters against
// the one definition in Go.
func TestStatusAgrees(t *testing.T) {
	t.Parallel()
	var rows postgres.Rows
	stuck := map[uuid.UUID]bool{}
	for _, outcome := range []transactions.Outcome{transactions.Pending, transactions.Success, transactions.Failed, transactions.Unknown} {
		for _, decision := range []transactions.Decision{"", transactions.Confirm, transactions.Reverse} {
			if decision == transactions.Confirm && outcome != transactions.Success {
				continue
			}
			for _, final := range []transactions.Final{"", transactions.FinalDeclined, transactions.Completed, transactions.Confirmed, transactions.Reversed} {
				for _, mode := range []transactions.Mode{transactions.Single, transactions.Dual} {
					for _, by := range []transactions.DeclinedBy{"", transactions.BySwitch, transactions.ByProvider} {
						for _, age := range []time.Duration{time.Minute, time.Hour, 25 * time.Hour} {
							for bits := range 4 {
								x := aSale(age, func(t *transactions.Transaction) {
									open(t)
									t.Outcome, t.Decision, t.Final, t.Mode, t.DeclinedBy, t.ReconRequired = outcome, decision, final, mode, by, bits&1 != 0
									if decision != "" {
										t.DecisionOrigin = transactions.ByClient
									}
									if final != "" {
										t.ClosedAt = t.ReceivedAt
									}
								})
								rows.Transactions = append(rows.Transactions, x)
								if bits&2 != 0 {
									stuck[x.ID] = true
									rows.Entries = append(rows.Entries, anEntry(x, func(e *saf.Entry) { e.State = saf.Parked }))
								} else if len(rows.Transactions)%3 == 0 { // closed by hand: not stuck any more
									rows.Entries = append(rows.Entries, anEntry(x, func(e *saf.Entry) { e.State, e.ResolvedBy = saf.Refused, uuid.New() }))
								}
							}
						}
					}
				}
			}
		}
	}
	reader, _ := newReader(t, rows)
	limits, now := transactions.DefaultLimits(), time.Now()
	want, doubtful := map[transactions.Status]int{}, 0
	for _, x := range rows.Transactions {
		want[x.Status(transactions.Around{Stuck: stuck[x.ID], BreakOpen: true, Now: now, Limits: limits})]++
		if x.Doubtful(now, limits) {
			doubtful++
		}
	}
	assert.Len(t, want, len(transactions.Statuses()), "every status occurs")
	sum := 0
	for _, s := range transactions.Statuses() {
		found, err := reader.SearchTransactions(t.Context(), filter(t, "range=31d&rows=200&status="+s.Slug()))
		require.NoError(t, err)
		assert.Equal(t, want[s], found.Total, s)
		for _, l := range found.Lines {
			assert.Equal(t, s, l.Status)
		}
		sum += found.Total
	}
	assert.Equal(t, len(rows.Transactions), sum, "each has exactly one status")
	found, err := reader.SearchTransactions(t.Context(), filter(t, "range=31d&doubt=1"))
	require.NoError(t, err)
	assert.Equal(t, doubtful, found.Total)
	bySQL, err := reader.StatusesBySQL(t.Context())
	require.NoError(t, err)
	for _, x := range rows.Transactions {
		assert.Equal(t, x.Status(transactions.Around{Stuck: stuck[x.ID], BreakOpen: true, Now: now, Limits: limits}), bySQL[x.ID])
	}
	// Each status has a condition of its own; together they must not meet, and none may be lost.
	for i, a := range transactions.Statuses() {
		for _, b := range transactions.Statuses()[:i] {
			found, err := reader.SearchTransactions(t.Context(), filter(t, "range=31d&rows=25&status="+a.Slug()+"&status="+b.Slug()+"&status="+transactions.EarlyReversal.Slug()))
			require.NoError(t, err)
			assert.Equal(t, want[a]+want[b], found.Total, "%s or %s", a, b)
		}
	}
}

func TestBreakIsOpenUntilSomebodySettlesIt(t *testing.T) {
	t.Parallel()
	x := aSale(time.Hour, func(t *transactions.Transaction) { t.ReconRequired = true })
	reader, db := newReader(t, postgres.Rows{Transactions: []*transactions.Transaction{x}})
	status := func() transactions.Status {
		found, err := reader.SearchTransactions(t.Context(), filter(t, "range=7d"))
		require.NoError(t, err)
		require.Len(t, found.Lines, 1)
		return found.Lines[0].Status
	}
	assert.Equal(t, transactions.ActionNeeded, status())
	_, err := db.Pool.Exec(t.Context(), `insert into recon_processes (id, code, name, provider_id, currency) values ('00000000-0000-4000-8000-000000000001', 'FLASH-ZAR', 'Flash', 'flash', '710');
  insert into recon_runs (id, process_id, business_date, state, summary) values ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000001', current_date, 'DONE', '{}');
  insert into recon_items (run_id, item_no, process_id, business_date, transaction_id, serial, product, amount_a_minor, match_rule, recon_status, reasons, self_heals, settlement_status)
    values ('00000000-0000-4000-8000-000000000002', 1, '00000000-0000-4000-8000-000000000001', current_date, '`+x.ID.String()+`', '', '', 14900, 1, 'UNMATCHED', '{MISSING_B}', false, 'PENDING')`)
	require.NoError(t, err)
	assert.Equal(t, transactions.ActionNeeded, status(), "a comparison that found the difference does not close it")
	found, err := reader.FindTransaction(t.Context(), x.ID, nil)
	require.NoError(t, err)
	require.Len(t, found.Finance.Items, 1)
	assert.Equal(t, []string{"MISSING_B"}, found.Finance.Items[0].Reasons)
	assert.Equal(t, "FLASH-ZAR", found.Finance.Process)
	_, err = db.Pool.Exec(t.Context(), `update recon_items set resolution = 'ACCEPT_A'`)
	require.NoError(t, err)
	assert.Equal(t, transactions.StatusCompleted, status())
}

func TestSearchFilters(t *testing.T) {
	t.Parallel()
	cheap, dear := int64(500), int64(90000)
	plain := aSale(2*time.Minute, nil)
	other := aSale(3*time.Minute, func(t *transactions.Transaction) {
		t.Key.ClientID, t.ProviderID, t.ProductID, t.TerminalID, t.ApprovedAmount, t.RequestAmount = "mopani", "stellr", "ST-1", "MM1", &dear, &dear
		t.Key.Operation, t.ErrorType = transactions.Redemption, "LIMIT_EXCEEDED"
	})
	queued := aSale(4*time.Minute, func(t *transactions.Transaction) {
		open(t)
		t.Decision, t.DecisionOrigin, t.FinalAmount = transactions.Confirm, transactions.ByClient, &cheap
	})
	late := aSale(65*time.Minute, func(t *transactions.Transaction) { t.RespondedAt = t.ReceivedAt.Add(10 * time.Minute) })
	reader, _ := newReader(t, postgres.Rows{
		Transactions: []*transactions.Transaction{plain, other, queued, late}, Entries: []*saf.Entry{anEntry(queued, nil), anEntry(plain, func(e *saf.Entry) { e.State = saf.Acked })},
	})
	for query, want := range map[string][]*transactions.Transaction{
		"range=1h":                        {plain, other, queued, late}, // answered within the hour
		"range=1h&basis=received":         {plain, other, queued},
		"range=1h&basis=responded":        {plain, other, queued, late},
		"range=7d&dir=asc":                {late, queued, other, plain},
		"range=1h&receiver=stellr":        {other},
		"range=1h&client=mopani&client=x": {other},
		"range=1h&operation=redemption":   {other},
		"range=1h&error=LIMIT_EXCEEDED":   {other},
		"range=1h&product=ST-1":           {other},
		"range=1h&terminal=MM1":           {other},
		"range=1h&min=900":                {other},
		"range=1h&max=5.00":               {queued},
		"range=1h&min=149.00&max=149":     {plain, late},
		"range=1h&advice=outstanding":     {queued},
		"range=1h&status=confirming":      {queued},
		"range=1h&client=' or true --":    nil,
		"range=1h&product=%25":            nil,
	} {
		found, err := reader.SearchTransactions(t.Context(), filter(t, strings.ReplaceAll(query, " ", "+")))
		require.NoError(t, err, query)
		var ids []uuid.UUID
		for _, x := range want {
			ids = append(ids, x.ID)
		}
		assert.Equal(t, ids, idsOf(found), query)
		assert.Equal(t, len(want), found.Total, query)
	}
	found, err := reader.SearchTransactions(t.Context(), filter(t, "range=1h&receiver=flash&basis=received"))
	require.NoError(t, err)
	assert.Equal(t, []monitoring.Sum{{Currency: "710", Minor: 14900 + 500, Count: 2}}, found.Sums)
	l := found.Lines[1]
	assert.Equal(t, "Karoo Fresh", l.Client.Name)
	assert.Equal(t, "Flash", l.Provider.Name)
	assert.Equal(t, "1Voucher", l.Product.Name)
	assert.Equal(t, saf.LabelDue, l.Advice)
	assert.True(t, l.Outstanding)
	assert.Equal(t, saf.LabelAcknowledged, found.Lines[0].Advice)

	f := filter(t, "range=1h")
	f.Scope = []string{"mopani"}
	found, err = reader.SearchTransactions(t.Context(), f)
	require.NoError(t, err)
	assert.Equal(t, []uuid.UUID{other.ID}, idsOf(found), "scope")
	_, err = reader.FindTransaction(t.Context(), plain.ID, f.Scope)
	assert.Equal(t, apperr.NotFound, apperr.CodeOf(err))
}

func TestReferences(t *testing.T) {
	t.Parallel()
	x := aSale(40*24*time.Hour, nil)
	noise := aSale(time.Minute, nil)
	rows := postgres.Rows{Transactions: []*transactions.Transaction{x, noise}}
	for kind, value := range map[transactions.TermKind]string{
		transactions.TermThirdParty: "KF-0007-4471", transactions.TermProviderRef: "FL-553", transactions.TermRRN: "607114027731", transactions.TermSerial: "HB26-0077",
		transactions.TermCode: "7300118822454417", transactions.TermBasket: "B-118", transactions.TermMSISDN: "27821234567",
	} {
		rows.Terms = append(rows.Terms, &transactions.SearchTerm{TransactionID: x.ID, Kind: kind, Hash: testHash(string(kind), transactions.NormalTerm(kind, value)), Masked: "*", At: x.ReceivedAt})
	}
	a := &transactions.Advice{ID: uuid.New(), AdviceID: "adv-1", Key: x.Key, TransactionID: x.ID, Kind: transactions.Confirm, Digest: []byte{1}, ReceivedAt: x.ReceivedAt, AckedAt: x.ReceivedAt, HTTPStatus: 202}
	rows.Advices = append(rows.Advices, a)
	reader, _ := newReader(t, rows)
	for ref, kind := range map[string]transactions.RefKind{
		x.Key.RequestID: transactions.RefMessage, x.ID.String(): transactions.RefTransaction, "adv-1": transactions.RefAdvice, " kf-0007-4471 ": transactions.RefThirdParty, "FL-553": transactions.RefProvider,
		"607114027731": transactions.RefRRN, "hb26-0077": transactions.RefSerial, "7300 1188 2245 4417": transactions.RefCode, "b-118": transactions.RefBasket, "+27 82 123 4567": transactions.RefMSISDN,
	} {
		for _, k := range []transactions.RefKind{kind, transactions.RefAny} {
			found, err := reader.SearchTransactions(t.Context(), filter(t, url.Values{"kind": {string(k)}, "ref": {ref}}.Encode()))
			require.NoError(t, err)
			assert.Equal(t, []uuid.UUID{x.ID}, idsOf(found), "%s as %q", ref, k)
		}
		for _, wrong := range []transactions.RefKind{transactions.RefMessage, transactions.RefBasket, transactions.RefTransaction} {
			if wrong == kind {
				continue
			}
			found, err := reader.SearchTransactions(t.Context(), filter(t, url.Values{"kind": {string(wrong)}, "ref": {ref}}.Encode()))
			require.NoError(t, err)
			assert.Empty(t, found.Lines, "%s as %q", ref, wrong)
		}
	}
	f := filter(t, "kind=code&ref=7300118822454417")
	assert.NotContains(t, f.Query().Encode(), "7300118822454417", "a code never stands in an address")
	again := filter(t, f.Query().Encode())
	found, err := reader.SearchTransactions(t.Context(), again)
	require.NoError(t, err)
	assert.Equal(t, []uuid.UUID{x.ID}, idsOf(found), "the hidden reference finds the same")
}

func TestPagesMeetWithoutGapOrRepeat(t *testing.T) {
	t.Parallel()
	var rows postgres.Rows
	at := time.Now().UTC().Add(-10 * time.Minute).Truncate(time.Microsecond)
	for i := range 70 {
		rows.Transactions = append(rows.Transactions, aSale(0, func(t *transactions.Transaction) {
			t.ReceivedAt = at.Add(time.Duration(i/7) * time.Second) // seven share each moment
			t.RespondedAt = t.ReceivedAt
		}))
	}
	for i := range 12 {
		rows.Tombstones = append(rows.Tombstones, &transactions.Tombstone{Key: transactions.Key{ClientID: "karoo", Service: transactions.Voucher, Operation: transactions.Provision, RequestID: fmt.Sprint("early-", i)}, AdviceID: "a", CreatedAt: at.Add(time.Duration(i) * time.Second)})
	}
	// This one has its transaction: it is no row of its own.
	rows.Tombstones = append(rows.Tombstones, &transactions.Tombstone{Key: rows.Transactions[0].Key, AdviceID: "a", CreatedAt: at})
	reader, _ := newReader(t, rows)
	for _, order := range []string{"", "&dir=asc"} {
		var forward, backward []uuid.UUID
		f := filter(t, "range=1h&rows=25"+order)
		var last monitoring.Found
		for {
			found, err := reader.SearchTransactions(t.Context(), f)
			require.NoError(t, err)
			assert.Equal(t, 82, found.Total)
			forward = append(forward, idsOf(found)...)
			last = found
			if found.Older.IsZero() {
				break
			}
			f.Cursor = found.Older
		}
		assert.Len(t, forward, 82)
		backward = idsOf(last)
		for !last.Newer.IsZero() {
			f.Cursor = last.Newer
			found, err := reader.SearchTransactions(t.Context(), f)
			require.NoError(t, err)
			backward = append(idsOf(found), backward...)
			last = found
		}
		assert.Equal(t, forward, backward, "the way back is the way there")
	}
	found, err := reader.SearchTransactions(t.Context(), filter(t, "range=1h&status=reversal-without-request"))
	require.NoError(t, err)
	assert.Equal(t, 12, found.Total)
	assert.True(t, found.Lines[0].Early())
	assert.Equal(t, "Karoo Fresh", found.Lines[0].Client.Name)
	found, err = reader.SearchTransactions(t.Context(), filter(t, "kind=message&ref=early-3"))
	require.NoError(t, err)
	assert.Equal(t, 1, found.Total)
	found, err = reader.SearchTransactions(t.Context(), filter(t, "range=1h&receiver=flash"))
	require.NoError(t, err)
	assert.Equal(t, 70, found.Total, "a reversal without request has no provider")
}

func TestASlowSearchIsStoppedAndSaysWhatNarrowsIt(t *testing.T) {
	t.Parallel()
	reader, db := newReader(t, postgres.Rows{})
	tx, err := db.Pool.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	_, err = tx.Exec(t.Context(), "lock table transactions in access exclusive mode")
	require.NoError(t, err)
	reader.SetReadTimeout(50 * time.Millisecond)
	_, err = reader.SearchTransactions(t.Context(), filter(t, "range=31d"))
	assert.Equal(t, apperr.TooMany, apperr.CodeOf(err))
	assert.Contains(t, apperr.MessageOf(err), "last hour")
	_, err = reader.FindTransaction(t.Context(), uuid.New(), nil)
	assert.Equal(t, apperr.Unavailable, apperr.CodeOf(err))
}

// many puts sales into the database, one every two seconds back from now, the n-th worth n minor units.
func many(t *testing.T, db *postgres.DB, n int) {
	t.Helper()
	_, err := db.Pool.Exec(t.Context(), fmt.Sprintf(`insert into transactions (id, client_id, service, operation, request_id, generation, fingerprint, mode, provider_id, currency, request_amount_minor,
    received_at, last_client_at, responded_at, closed_at, outcome, decision, decision_origin, final, business_date)
  select md5(i::text)::uuid, 'karoo', 'VOUCHER', 'PROVISION', 'r-' || i, 1, '\x01', 'DUAL', 'flash', '710', i, now() - i * interval '2 s', now(), now(), now(), 'SUCCESS', 'CONFIRM', 'client', 'CONFIRMED', current_date
  from generate_series(1, %d) i`, n))
	require.NoError(t, err)
}

// TestTotalsGoNoFurtherThanReach holds what a page and its total say of ranges with more transactions than are counted.
func TestTotalsGoNoFurtherThanReach(t *testing.T) {
	t.Parallel()
	const n = monitoring.MaxTotal + 2_000
	reader, db := newReader(t, postgres.Rows{})
	many(t, db, n)
	for query, want := range map[string]struct {
		total   int
		atLeast bool
		sum     int64
		first   int // amount of the first line
		lines   int
	}{
		"":                             {total: monitoring.MaxTotal + 1, first: 1, lines: 50},
		"min=0.01&max=0.50":            {total: 50, sum: 50 * 51 / 2, first: 1, lines: 50},
		"min=0.01&max=2.00":            {total: 200, atLeast: true, first: 1, lines: 50},
		"min=90.00":                    {total: monitoring.MaxTotal + 1 - 8_999, atLeast: true, first: 9_000, lines: 50},
		"min=100.00&max=100.10":        {total: 11, sum: 11*10_000 + 55, first: 10_000, lines: 11},
		"min=110.00&max=115.00":        {total: 50, atLeast: true, first: 11_000, lines: 50},
		"min=110.00&max=110.00":        {total: 1, sum: 11_000, first: 11_000, lines: 1},
		"min=999.00":                   {},
		"dir=asc&min=0.01&max=0.20":    {total: 20, sum: 210, first: 20, lines: 20},
		"dir=asc&min=0.01&max=1.00":    {total: 50, atLeast: true, first: 100, lines: 50},
		"dir=asc&receiver=flash":       {total: monitoring.MaxTotal + 1, first: n, lines: 50},
		"receiver=flash&error=UNKNOWN": {},
	} {
		found, err := reader.SearchTransactions(t.Context(), filter(t, "range=7d&"+query))
		require.NoError(t, err, query)
		assert.Equal(t, want.total, found.Total, query)
		assert.Equal(t, want.atLeast, found.AtLeast, query)
		assert.Len(t, found.Lines, want.lines, query)
		if want.lines > 0 {
			assert.EqualValues(t, want.first, *found.Lines[0].Transaction.RequestAmount, query)
		}
		if want.sum == 0 {
			assert.Empty(t, found.Sums, query)
		} else if assert.Len(t, found.Sums, 1, query) {
			assert.Equal(t, want.sum, found.Sums[0].Minor, query)
		}
	}
}

// TestOutstandingIsFoundFarBack holds that messages which are waiting are found by their own index, however far back, and counted
// exactly; when thousands wait, the list is looked through like any other.
func TestOutstandingIsFoundFarBack(t *testing.T) {
	t.Parallel()
	const n = monitoring.MaxTotal + 2_000
	reader, db := newReader(t, postgres.Rows{})
	many(t, db, n)
	wait := func(from, to int) {
		t.Helper()
		_, err := db.Pool.Exec(t.Context(), `insert into saf_entries (id, provider_id, client_id, service, operation, transaction_id, kind, wire_ref, state, next_at, created_at, updated_at)
  select gen_random_uuid(), 'flash', 'karoo', 'VOUCHER', 'PROVISION', md5(i::text)::uuid, 'CONFIRM', '', 'QUEUED', now(), now(), now() from generate_series($1::int, $2::int) i`, from, to)
		require.NoError(t, err)
	}
	wait(n-59, n)
	found, err := reader.SearchTransactions(t.Context(), filter(t, "range=7d&advice=outstanding"))
	require.NoError(t, err)
	assert.Len(t, found.Lines, 50)
	assert.EqualValues(t, n-59, *found.Lines[0].Transaction.RequestAmount)
	assert.Equal(t, 60, found.Total)
	assert.False(t, found.AtLeast)
	wait(1, 1_200)
	found, err = reader.SearchTransactions(t.Context(), filter(t, "range=7d&advice=outstanding"))
	require.NoError(t, err)
	assert.EqualValues(t, 1, *found.Lines[0].Transaction.RequestAmount)
	assert.Equal(t, 1_200, found.Total)
	assert.True(t, found.AtLeast)
}

// TestFrequentReferencePagesToItsEnd holds that of a card which testers use every transaction is reached, though not all are counted.
func TestFrequentReferencePagesToItsEnd(t *testing.T) {
	t.Parallel()
	const n = 1_100
	reader, db := newReader(t, postgres.Rows{})
	many(t, db, n)
	_, err := db.Pool.Exec(t.Context(), `insert into search_terms (value_hash, transaction_id, kind, value_masked, began_at) select $1, id, 'CARD', '*', received_at from transactions`,
		testHash(string(transactions.TermCard), "603628"))
	require.NoError(t, err)
	for _, order := range []string{"", "&dir=asc"} {
		f := filter(t, "kind=card&ref=603628&rows=200"+order)
		seen := map[uuid.UUID]bool{}
		for {
			found, err := reader.SearchTransactions(t.Context(), f)
			require.NoError(t, err)
			assert.Equal(t, 1_000, found.Total)
			assert.True(t, found.AtLeast)
			for _, id := range idsOf(found) {
				seen[id] = true
			}
			if f.Cursor = found.Older; f.Cursor.IsZero() {
				break
			}
		}
		assert.Len(t, seen, n)
	}
	f := filter(t, "kind=card&ref=603628&rows=200&max=0.05") // the newest five
	found, err := reader.SearchTransactions(t.Context(), f)
	require.NoError(t, err)
	assert.Equal(t, 5, found.Total)
	found, err = reader.SearchTransactions(t.Context(), filter(t, "kind=card&ref=603628&min=10.96")) // the oldest five, behind what is counted
	require.NoError(t, err)
	assert.Equal(t, 5, found.Total)
	assert.False(t, found.AtLeast)
}

// TestRareValuesPassPagesBy holds that summarised pages which cannot hold a terminal are not read for it.
func TestRareValuesPassPagesBy(t *testing.T) {
	t.Parallel()
	_, db := newReader(t, postgres.Rows{})
	many(t, db, 20_000)
	_, err := db.Pool.Exec(t.Context(), `update transactions set terminal_id = 'T1' where request_amount_minor = 15000`)
	require.NoError(t, err)
	groups, err := db.SummariseTransactions(t.Context())
	require.NoError(t, err)
	assert.Greater(t, groups, 3)
	var plan string
	require.NoError(t, pgx.BeginFunc(t.Context(), db.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "set local enable_seqscan = off; set local enable_indexscan = off"); err != nil {
			return err
		}
		rows, err := tx.Query(t.Context(), "explain (analyze, costs off, timing off, summary off) select id from transactions where terminal_id = 'T1'")
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		plan = strings.Join(lines, "\n")
		return err
	}))
	assert.Contains(t, plan, "transactions_rare")
	blocks := regexp.MustCompile(`Heap Blocks: lossy=(\d+)`).FindStringSubmatch(plan)
	require.NotNil(t, blocks, plan)
	read, err := strconv.Atoi(blocks[1])
	require.NoError(t, err)
	assert.LessOrEqual(t, read, 96, plan)
}

// TestPagesGoOnBeyondReach walks to the end of what matches only in places, from both ends.
func TestPagesGoOnBeyondReach(t *testing.T) {
	t.Parallel()
	reader, db := newReader(t, postgres.Rows{})
	many(t, db, monitoring.MaxTotal+2_000)
	_, err := db.Pool.Exec(t.Context(), `update transactions set terminal_id = 'T1' where request_amount_minor % 150 = 0`)
	require.NoError(t, err)
	for _, order := range []string{"", "&dir=asc"} {
		var forward []uuid.UUID
		f := filter(t, "range=7d&rows=25&terminal=T1"+order)
		for {
			found, err := reader.SearchTransactions(t.Context(), f)
			require.NoError(t, err)
			forward = append(forward, idsOf(found)...)
			if found.Older.IsZero() {
				f.Cursor = found.Newer
				break
			}
			f.Cursor = found.Older
		}
		assert.Len(t, forward, 80)
		var backward []uuid.UUID
		for !f.Cursor.IsZero() {
			found, err := reader.SearchTransactions(t.Context(), f)
			require.NoError(t, err)
			backward = append(idsOf(found), backward...)
			f.Cursor = found.Newer
		}
		assert.Equal(t, forward[:75], backward)
	}
}

// TestSearchGoesByIndex looks at the plans over enough rows that reading a table whole would be dearer.
func TestSearchGoesByIndex(t *testing.T) {
	t.Parallel()
	reader, db := newReader(t, postgres.Rows{})
	many(t, db, 30_000)
	_, err := db.Pool.Exec(t.Context(), `insert into search_terms (value_hash, transaction_id, kind, value_masked, began_at) select sha256(i::text::bytea), md5(i::text)::uuid, 'RRN', '*', now() - i * interval '2 s' from generate_series(1, 30000) i;
  insert into advices (id, advice_id, client_id, service, operation, request_id, transaction_id, kind, digest, received_at, http_status)
  select gen_random_uuid(), 'a-' || i, 'karoo', 'VOUCHER', 'PROVISION', 'r-' || i, md5(i::text)::uuid, 'CONFIRM', '\x01', now(), 202 from generate_series(1, 30000) i;
  update transactions set provider_id = 'stellr' where request_amount_minor % 500 = 0;
  analyze transactions, search_terms, advices`)
	require.NoError(t, err)
	plans, err := reader.ExplainSearch(t.Context(), filter(t, "range=7d&receiver=stellr"))
	require.NoError(t, err)
	assert.Contains(t, plans[len(plans)-1], "transactions_provider_received", "one provider has an index in the order of the list")
	nothing := regexp.MustCompile(`cost=0\.0\d\.\.0\.0\d `) // an empty partition costs nothing
	for _, query := range []string{"range=today", "range=7d", "range=31d&status=in-doubt", "ref=r-777", "kind=rrn&ref=607114027731", "range=7d&receiver=flash", "range=31d&before=" + transactions.Cursor{At: time.Now().Add(-time.Hour), ID: uuid.New()}.String()} {
		plans, err := reader.ExplainSearch(t.Context(), filter(t, query))
		require.NoError(t, err)
		for _, plan := range plans {
			for line := range strings.Lines(plan) {
				large := strings.Contains(line, "Seq Scan on transactions") || strings.Contains(line, "Seq Scan on search_terms") || strings.Contains(line, "Seq Scan on advices")
				assert.False(t, large && !nothing.MatchString(line), "%s: %s", query, line)
			}
			assert.Contains(t, plan, "Index", query)
		}
	}
}
