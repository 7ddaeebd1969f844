package main

import (
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
)

// nativeOperations is how many messages the tills send to each native provider; SIGNALBOX_NATIVE_OPERATIONS asks for more.
const nativeOperations = 250

// nativeTills are the tills of one provider that work at once; every fourth belongs to a single-message client.
const nativeTills = 16

// TestNativeThousand takes each provider with an API of its own through mixed operations while its stand-in misbehaves.
// Afterwards the provider's books and our record agree, or the difference is an open break of reconciliation.
func TestNativeThousand(t *testing.T) {
	t.Parallel()
	operations := nativeOperations
	if text := os.Getenv("SIGNALBOX_NATIVE_OPERATIONS"); text != "" {
		var err error
		operations, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	s := begin(
		t, place(t), "--fresh", "--unknown-max-age", "3s", "--sweep-every", "500ms", "--backoff-min", "150ms", "--backoff-max", "1s",
		"--late-window", "1500ms",
	)
	db := s.open(t)
	s.impatient(t, db)

	// Given tills that work while their provider misbehaves,
	began, shops := time.Now(), nativeShops()
	var working sync.WaitGroup
	for _, shop := range shops {
		shop.open(t, s, db, operations)
		working.Go(func() { shop.trade(s) })
	}
	working.Wait()
	for _, shop := range shops {
		require.Empty(t, shop.faults, shop.id)
	}

	// when the providers are well again and everything has come to its end,
	for _, shop := range shops {
		s.control(t, shop.id, nil)
	}
	s.decided(t, db, 2*time.Minute)
	s.reconciled(t, db)

	// then both sides hold the same, or finance knows of it.
	for _, shop := range shops {
		t.Run(shop.id, func(t *testing.T) { shop.agrees(t, s, db) })
	}
	s.mustCheck(t)
	t.Logf("%d operations at each of %d providers: %s until both sides were compared", operations, len(shops), tenths(time.Since(began)))
}

// impatient shortens the time-outs of the native providers, which are data, and adds products of their other kinds.
func (s *sandboxProcess) impatient(t *testing.T, db *postgres.DB) {
	t.Helper()
	_, err := db.Pool.Exec(t.Context(), `update providers set version = version + 1,
  profile = profile || '{"timeout": "400ms", "notFoundRepeatAfter": "1s"}' where connector in ('flash', 'ott', 'yoyo', 'blu')`)
	require.NoError(t, err)
	more := [][]any{
		{"FLA-EXCLUSIVE", "flash", "exclusive-voucher", "331", false, int64(500), int64(500000)},
		{"FLA-CASHOUT", "flash", "cash-out-pin", "321", false, int64(1000), int64(500000)},
		{"FLA-GIFT", "flash", "gift-voucher", "312", true, int64(1000), int64(200000)},
		{"FLA-EEZI", "flash", "eezi-voucher", "351", false, int64(200), int64(100000)},
		{"YOY-COFFEE", "yoyo", "coupon", "8002", false, int64(3000), int64(3000)},
	}
	for _, p := range more {
		_, err := db.Pool.Exec(t.Context(), `insert into products
  (id, provider_id, description, receiver_id, receiver_name, currency, min_minor, max_minor, provider_group, provider_code, not_reversible)
  select $1, id, $1, institution_id, name, '710', $6, $7, $3, $4, $5 from providers where id = $2`, p...)
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool { // the program looks for changes of its directory every second
		return strings.Contains(newTill(s).send(http.MethodGet, "/products?receiverInstId=90000027", nil).text, "YOY-COFFEE")
	}, 10*time.Second, 50*time.Millisecond, "the new products are sold")
}

func tenths(d time.Duration) time.Duration { return d.Round(100 * time.Millisecond) }

// nativeShop is what is traded with one provider, and what its tills hold in their hands.
type nativeShop struct {
	id, receiver, name string
	offers             []nativeOffer
	retries, refunds   bool
	digits             int // of a code

	db         *postgres.DB
	operations int

	mu     sync.Mutex
	sent   int
	took   time.Duration
	heard  map[string]int    // operation and answer -> how often
	codes  map[string]string // id of a sale -> the code that its till was given
	faults []string          // what no till may ever be told
}

// nativeOffer is a product and its price; 0: any price.
type nativeOffer struct {
	product string
	price   int64
	share   int
}

func nativeShops() []*nativeShop {
	return []*nativeShop{
		{
			id: "flash", receiver: "90000029", name: "Flash", retries: true, refunds: true, digits: 16, offers: []nativeOffer{
				{"FLA-VAR", 0, 12}, {"FLA-50", 5000, 3}, {"FLA-EXCLUSIVE", 0, 2}, {"FLA-CASHOUT", 0, 1}, {"FLA-GIFT", 0, 1}, {"FLA-EEZI", 0, 1},
			},
		},
		{id: "ott", receiver: "90000026", name: "OTT", retries: true, digits: 12, offers: []nativeOffer{{"OTT-VAR", 0, 4}, {"OTT-50", 5000, 1}}},
		{
			id: "yoyo", receiver: "90000027", name: "Yoyo", retries: true, digits: 12, offers: []nativeOffer{
				{"YOY-VAR", 0, 8}, {"YOY-100", 10000, 2}, {"YOY-COFFEE", 3000, 1},
			},
		},
		{id: "blu", receiver: "90000028", name: "Blu Voucher", digits: 16, offers: []nativeOffer{{"BLU-VAR", 0, 4}, {"BLU-50", 5000, 1}}},
	}
}

// trade lets all tills of the shop work at once, until they have sent as many messages as they should.
func (p *nativeShop) trade(s *sandboxProcess) {
	began := time.Now()
	var working sync.WaitGroup
	for n := range nativeTills {
		working.Go(func() { p.work(s, n) })
	}
	working.Wait()
	p.took = time.Since(began)
}

// open takes the operations for its tills and makes the provider misbehave.
func (p *nativeShop) open(t *testing.T, s *sandboxProcess, db *postgres.DB, operations int) {
	t.Helper()
	p.db, p.operations, p.heard, p.codes = db, operations, map[string]int{}, map[string]string{}
	s.control(t, p.id, message{"seed": 7, "faults": message{
		"late-answer:600": 0.03, "slow:150": 0.02, "duplicate-answer": 0.01, "unknown-code": 0.01,
		"advice-lost-answer": 0.04, "advice-lost-request": 0.03, "advice-late-answer:600": 0.02, "advice-bad-gateway": 0.03, "advice-error-500": 0.03,
		"advice-error-500:processed": 0.02, "advice-unavailable": 0.02, "advice-reset-after": 0.02, "advice-malformed": 0.02, "advice-soft-error": 0.02,
		"advice-http-429": 0.01, "advice-decline": 0.01, "advice-late-reversal": 0.02,
	}})
}

// decided waits until every outcome is known or decided and nothing is left to deliver.
func (s *sandboxProcess) decided(t *testing.T, db *postgres.DB, within time.Duration) {
	t.Helper()
	var open []string
	done := func() bool {
		open = column(t, db, `select concat_ws(' ', t.provider_id, t.id, t.operation, t.outcome, t.decision, t.final, e.kind, e.state, e.attempts, e.next_at, e.last_http_status,
    e.last_error_type, e.last_error_text)
  from transactions t left join saf_entries e on e.transaction_id = t.id and e.state in ('QUEUED', 'LEASED')
  where t.generation is not null and (t.outcome in ('PENDING', 'UNKNOWN') and t.decision is null or t.open_attempt_id is not null or e.id is not null)`)
		return len(open) == 0
	}
	for end := time.Now().Add(within); !done() && time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond)
	}
	require.Empty(t, open, "every outcome is known or decided, and every stored message delivered")
}

func column(t *testing.T, db *postgres.DB, query string, args ...any) (list []string) {
	t.Helper()
	rows, err := db.Pool.Query(t.Context(), query, args...)
	require.NoError(t, err)
	list, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return list
}

// reconciled lets finance compare the days of the trade with the providers' files.
func (s *sandboxProcess) reconciled(t *testing.T, db *postgres.DB) {
	t.Helper()
	person := s.atDesk(t, "finance")
	days := column(t, db, `select distinct business_date::text from transactions order by 1`)
	for i, day := range days {
		person.open("/schedules")
		order := url.Values{"date": {day}, "reason": {"The native providers are compared now"}, "idempotency_key": {"native-" + day}}
		require.Equal(t, http.StatusOK, person.post("/schedules/recon.run/run", order), person.text())
		require.Eventually(t, func() bool {
			var done int
			err := db.Pool.QueryRow(t.Context(), `select count(*) from job_runs where job = 'recon.run' and state = 'DONE'`).Scan(&done)
			return err == nil && done > i
		}, 30*time.Second, 50*time.Millisecond, "recon.run of %s ends well", day)
	}
}
