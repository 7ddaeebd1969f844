package postgres_test

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/seal"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// switchBench is a switch on the real database with one provider whose answers the test chooses.
type switchBench struct {
	t         testing.TB
	db        *postgres.DB
	store     *postgres.Switch
	queue     *postgres.Queue
	processor *switchcore.Processor
	deliverer *switchcore.Deliverer
	provider  *chosen
}

// chosen answers as the test says.
type chosen struct {
	mu     sync.Mutex
	class  switchcore.Class
	status int
	sends  int
	follow func(switchcore.Call) *switchcore.Follow
	device *switchcore.DeviceKey
	bare   bool // messages without a body
}

func (c *chosen) answer(class switchcore.Class, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.class, c.status = class, status
}

func (c *chosen) Prepare(call switchcore.Call) (switchcore.Message, error) {
	if c.bare {
		return switchcore.Message{Method: "DELETE", Path: "/vouchers/1"}, nil
	}
	return switchcore.Message{Method: "POST", Path: "/vouchers", Body: []byte(`{"id":"` + call.WireRef + `"}`), Masked: `{"id":"` + call.WireRef + `"}`}, nil
}

func (c *chosen) Send(context.Context, switchcore.Message) switchcore.Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sends++
	if c.status == 0 {
		return switchcore.Answer{Sent: true, Err: context.DeadlineExceeded}
	}
	return switchcore.Answer{Sent: true, Status: c.status, Body: []byte(`{}`), Masked: `{}`}
}

func (c *chosen) Read(call switchcore.Call, _ switchcore.Answer) switchcore.Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := switchcore.Result{Class: c.class, Detail: "TEST", Words: switchcore.ProviderWords{Ref: "P-" + call.WireRef}}
	if c.class == switchcore.ClassApproved && call.Operation == transactions.Provision {
		r.Voucher = &switchcore.Issued{Code: call.WireRef, Serial: "S-1"}
	}
	if c.follow != nil {
		if r.Follow = c.follow(call); r.Follow != nil {
			r.Class = switchcore.ClassUnknown
		}
	}
	r.DeviceKey = c.device
	return r
}

func newSwitchBench(t testing.TB, profile switchcore.Profile) *switchBench {
	t.Helper()
	return newSwitchBenchOn(t, postgrestest.New(t), profile)
}

func newSwitchBenchOn(t testing.TB, db *postgres.DB, profile switchcore.Profile) *switchBench {
	t.Helper()
	vault, err := seal.New(make([]byte, 32))
	require.NoError(t, err)
	provider := switchcore.Provider{
		ID: "demo", Name: "Demo", Receiver: switchcore.Institution{ID: "9"}, Settlement: switchcore.Institution{ID: "8", Name: "S"},
		Connector: "serviceinterface", Profile: profile, Enabled: true,
	}
	directory := postgres.NewDirectory(db)
	require.NoError(t, directory.Put(t.Context(), []switchcore.Provider{provider}, nil, []switchcore.Route{
		{Service: transactions.Voucher, ProviderID: "demo"}, {Service: transactions.GiftCard, ProviderID: "demo"}, {Service: transactions.Humm, ProviderID: "demo"},
	}))
	snapshot, err := directory.Load(t.Context())
	require.NoError(t, err)
	snapshot = snapshot.WithLimits(64, 8)
	store, stop := postgres.NewSwitch(db, 2, slog.New(slog.DiscardHandler))
	t.Cleanup(stop)
	b := &switchBench{t: t, db: db, store: store, queue: postgres.NewQueue(db), provider: &chosen{class: switchcore.ClassApproved, status: 201}}
	settings := switchcore.DefaultSettings()
	settings.Node = "n1"
	core := &switchcore.Core{
		Settings: settings, Store: store, Vault: vault, Directory: func() *switchcore.Directory { return snapshot },
		Connector: func(string) switchcore.Connector { return b.provider }, NewID: uuid.New, Random: func() float64 { return 0 },
	}
	gates := switchcore.NewGates(func() float64 { return 0 }, time.Now)
	log := slog.New(slog.DiscardHandler)
	b.processor = &switchcore.Processor{Core: core, Gates: gates, Log: log, Wake: func(string) {}}
	b.deliverer = &switchcore.Deliverer{Core: core, Gates: gates, Log: log}
	return b
}

func everything() switchcore.Profile {
	return switchcore.Profile{
		ConfirmProvision: true, ReverseProvision: true, Retry: true, Lookup: true, Redeem: true, ConfirmRedeem: true, ReverseRedeem: true,
		Refund: true, ConfirmRefund: true, ReverseRefund: true, Products: true, Cards: true, Finance: true,
	}
}

func echo(r switchcore.Reply) switchcore.Outbound {
	return switchcore.Outbound{Status: r.Status, Body: []byte(r.ErrorType), Masked: r.ErrorType}
}

func (b *switchBench) key(op transactions.Operation, id string) transactions.Key {
	return transactions.Key{ClientID: "till", Service: transactions.Voucher, Operation: op, RequestID: id}
}

func (b *switchBench) inbound(kind transactions.TraceKind, op transactions.Operation) switchcore.Inbound {
	return switchcore.Inbound{ExchangeID: uuid.New(), Kind: kind, Operation: op, Method: "POST", Path: "/", SHA256: transactions.Digest(nil), Start: time.Now()}
}

func (b *switchBench) process(op transactions.Operation, id, code string) switchcore.Outbound {
	return b.processor.Process(&switchcore.Request{
		Key: b.key(op, id), Client: switchcore.Client{ID: "till", Mode: transactions.Dual}, In: b.inbound(transactions.TraceRequest, op),
		Body: []byte(`{}`), Fingerprint: []byte(id), VoucherCode: code, Render: echo, RRN: "607114027731",
		Terms: []switchcore.Term{{Kind: transactions.TermRRN, Value: "607114027731"}},
	})
}

func (b *switchBench) advise(kind transactions.Decision, op transactions.Operation, request, advice string) switchcore.Outbound {
	return b.processor.Advise(&switchcore.AdviceRequest{
		Key: b.key(op, request), Client: switchcore.Client{ID: "till"}, In: b.inbound(transactions.TraceConfirmation, op),
		Kind: kind, AdviceID: advice, Body: []byte(`{}`), Render: echo,
	})
}

func (b *switchBench) claim(limit int) []saf.Delivery {
	b.t.Helper()
	list, err := b.queue.ClaimDue(b.t.Context(), saf.Claim{ProviderID: "demo", Limit: limit, Node: "n1", Lease: time.Minute})
	require.NoError(b.t, err)
	return list
}

func (b *switchBench) deliver() int {
	list := b.claim(100)
	for _, d := range list {
		b.deliverer.Deliver(b.t.Context(), d)()
	}
	return len(list)
}

// clean runs the invariant checker.
func (b *switchBench) clean() {
	b.t.Helper()
	for _, r := range postgres.Rules() {
		n, first, err := b.db.Violations(b.t.Context(), r, "no canary")
		require.NoError(b.t, err, r.ID)
		require.Zero(b.t, n, "%s %s: %v", r.ID, r.Meaning, first)
	}
}

func (b *switchBench) one(sql string, args ...any) (text string) {
	b.t.Helper()
	require.NoError(b.t, b.db.Pool.QueryRow(b.t.Context(), sql, args...).Scan(&text))
	return text
}

func (b *switchBench) run(sql string, args ...any) {
	b.t.Helper()
	_, err := b.db.Pool.Exec(b.t.Context(), sql, args...)
	require.NoError(b.t, err)
}

func TestSwitchWholeLife(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	require.Equal(t, 201, b.process(transactions.Provision, "p", "").Status)
	require.Equal(t, 202, b.advise(transactions.Confirm, transactions.Provision, "p", "a1").Status)
	b.provider.answer(switchcore.ClassDone, 202)
	require.Equal(t, 1, b.deliver())
	b.clean()
	code := b.one(`select id::text from transactions where request_id = 'p'`)
	b.provider.answer(switchcore.ClassApproved, 201)
	require.Equal(t, 201, b.process(transactions.Redemption, "r", code).Status)
	require.Equal(t, 202, b.advise(transactions.Reverse, transactions.Redemption, "r", "a2").Status)
	require.Equal(t, "AVAILABLE", b.one(`select state from vouchers`))
	b.provider.answer(switchcore.ClassDone, 202)
	require.Equal(t, 1, b.deliver())
	require.Equal(t, "CONFIRMED REVERSED", b.one(`select string_agg(final, ' ' order by received_at) from transactions`))
	require.Equal(t, "16", b.one(`select count(*)::text from traces where transaction_id is not null`), "request and advice, there and back on both legs, twice")
	b.clean()
}

func TestSwitchFiftyAtOnceIsOneProvision(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	var wg sync.WaitGroup
	var mu sync.Mutex
	count := map[int]int{}
	for range 50 {
		wg.Go(func() {
			out := b.process(transactions.Provision, "same", "")
			mu.Lock()
			defer mu.Unlock()
			count[out.Status]++
		})
	}
	wg.Wait()
	require.Equal(t, map[int]int{201: 1, 400: 49}, count)
	require.Equal(t, 1, b.provider.sends)
	require.Equal(t, "1", b.one(`select count(*)::text from transactions`))
	b.clean()
}

// Many different keys at once share commits; nobody's failure is another's.
func TestSwitchBatchesManyCallers(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			id := uuid.NewString()
			if b.process(transactions.Provision, id, "").Status == 201 {
				b.advise(transactions.Confirm, transactions.Provision, id, uuid.NewString())
			}
		})
	}
	wg.Wait()
	require.Equal(t, "200", b.one(`select count(*)::text from transactions where decision = 'CONFIRM'`))
	b.clean()
}

// faulty is an event whose row the database refuses, or whose step panics.
type faulty struct{ panics bool }

func (faulty) Needs() switchcore.Needs { return switchcore.Needs{} }

func (f faulty) Step(s *switchcore.Set) switchcore.Ruling {
	if f.panics {
		panic("planted")
	}
	s.Changes.NewAttempts = append(s.Changes.NewAttempts, &transactions.Attempt{ID: uuid.New(), State: "NO SUCH STATE"})
	return switchcore.Ruling{}
}

func TestSwitchABadEventCostsItsNeighboursNothing(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			if i%3 == 0 {
				_, err := b.store.Apply(context.Background(), faulty{panics: i%2 == 0})
				require.Error(t, err)
				return
			}
			require.Equal(t, 201, b.process(transactions.Provision, uuid.NewString(), "").Status)
		})
	}
	wg.Wait()
	require.Equal(t, "40", b.one(`select count(*)::text from transactions where outcome = 'SUCCESS'`))
	b.clean()
}

func TestSwitchClaims(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	for _, id := range []string{"1", "2", "3"} {
		b.process(transactions.Provision, id, "")
		b.advise(transactions.Confirm, transactions.Provision, id, "a"+id)
	}
	b.run(`update saf_entries set held_at = clock_timestamp(), hold_reason = 'test' where advice_id = 'a3'`)
	first := b.claim(1)
	require.Len(t, first, 1)
	require.Equal(t, "a1", first[0].Entry.AdviceID, "oldest first")
	require.EqualValues(t, 1, first[0].Fence)
	require.Len(t, b.claim(10), 1, "one is leased, one is held")
	require.Empty(t, b.claim(10))

	b.run(`update saf_entries set lease_until = clock_timestamp() - interval '1 s' where advice_id = 'a1'`)
	again := b.claim(10)
	require.Len(t, again, 1, "a lapsed lease is due again")
	require.EqualValues(t, 2, again[0].Fence)
	require.Equal(t, "NO_ANSWER", b.one(`select state from attempts where id = $1`, first[0].AttemptID))

	b.provider.answer(switchcore.ClassDone, 202)
	b.deliverer.Deliver(t.Context(), first[0])()
	require.Equal(t, "LEASED", b.one(`select state from saf_entries where advice_id = 'a1'`), "a stale result changes nothing")
	require.Equal(t, "true", b.one(`select late::text from traces where attempt_id = $1 and leg = 'PS'`, first[0].AttemptID))
	b.deliverer.Deliver(t.Context(), again[0])()
	require.Equal(t, "ACKED", b.one(`select state from saf_entries where advice_id = 'a1'`))

	b.run(`update providers set held_at = clock_timestamp()`)
	b.run(`update saf_entries set held_at = null`)
	require.Empty(t, b.claim(10), "the whole queue is held")
	b.run(`update providers set held_at = null`)
	manual, err := b.queue.ClaimDue(t.Context(), saf.Claim{ProviderID: "demo", Limit: 9, Node: "n1", Lease: time.Minute, ManualOnly: true})
	require.NoError(t, err)
	require.Empty(t, manual, "nobody asked by hand")
	b.run(`update saf_entries set manual_actor = 'Thandi' where advice_id = 'a3'`)
	manual, err = b.queue.ClaimDue(t.Context(), saf.Claim{ProviderID: "demo", Limit: 9, Node: "n1", Lease: time.Minute, ManualOnly: true})
	require.NoError(t, err)
	require.Len(t, manual, 1)
	require.Equal(t, "Thandi", manual[0].Entry.ManualActor)
	require.Equal(t, "MANUAL Thandi", b.one(`select trigger || ' ' || actor from attempts where id = $1`, manual[0].AttemptID))
	b.clean()
}

func TestSwitchFIFOSendsTheHeadOnly(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	for _, id := range []string{"1", "2"} {
		b.process(transactions.Provision, id, "")
		b.advise(transactions.Confirm, transactions.Provision, id, "a"+id)
	}
	claim := saf.Claim{ProviderID: "demo", Limit: 1, Node: "n1", Lease: time.Minute, FIFO: true}
	list, err := b.queue.ClaimDue(t.Context(), claim)
	require.NoError(t, err)
	require.Len(t, list, 1)
	b.provider.answer(switchcore.ClassRepeat, 503)
	b.deliverer.Deliver(t.Context(), list[0])()
	list, err = b.queue.ClaimDue(t.Context(), claim)
	require.NoError(t, err)
	require.Empty(t, list, "the head waits, and the others behind it")
}

func TestSwitchRecoveryAndOwnWord(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	b.provider.answer(switchcore.ClassUnknown, 0)
	require.Equal(t, 504, b.process(transactions.Provision, "1", "").Status)
	sweep := &switchcore.Sweep{Core: b.processor.Core}
	n, err := sweep.Decide(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
	b.run(`update transactions set last_client_at = last_client_at - interval '16 min'`)
	n, err = sweep.Decide(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, "REVERSE system", b.one(`select decision || ' ' || decision_origin from transactions`))
	b.provider.answer(switchcore.ClassDone, 202)
	require.Equal(t, 1, b.deliver())
	b.clean()
}

func TestSwitchTriggersRefuseWhatTheTablesForbid(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	b.process(transactions.Provision, "1", "")
	b.advise(transactions.Confirm, transactions.Provision, "1", "a")
	b.provider.answer(switchcore.ClassDone, 202)
	b.deliver()
	for _, sql := range []string{
		`update transactions set outcome = 'FAILED'`,
		`update transactions set decision = 'REVERSE'`,
		`update transactions set final = 'REVERSED'`,
		`update transactions set decision = null, decision_origin = null`,
		`update attempts set state = 'INTENT'`,
		`update saf_entries set state = 'QUEUED'`,
		`insert into transactions select (jsonb_populate_record(t, '{"id": "00000000-0000-0000-0000-000000000001"}')).* from transactions t`,
	} {
		_, err := b.db.Pool.Exec(t.Context(), sql)
		require.Error(t, err, sql)
	}
}

func TestDeskWritesChangeAndAuditTogether(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	b.process(transactions.Provision, "1", "")
	b.advise(transactions.Confirm, transactions.Provision, "1", "a")
	id := uuid.MustParse(b.one(`select id::text from saf_entries`))
	woken := ""
	desk := &saf.Desk{Store: postgres.NewDesk(b.db), Policy: saf.DefaultPolicy(), Wake: func(p string) { woken = p }}
	who := saf.Actor{Name: "Thandi"}
	require.NoError(t, desk.Hold(t.Context(), who, id, "maintenance, ticket 4471", time.Time{}))
	require.Empty(t, b.claim(9))
	require.Error(t, desk.Replay(t.Context(), who, id, "try it once more now", "k"))
	require.NoError(t, desk.Release(t.Context(), who, id, "maintenance is over"))
	require.NoError(t, desk.Replay(t.Context(), who, id, "try it once more now", "k"))
	require.Equal(t, "demo", woken)
	require.NoError(t, desk.HoldQueue(t.Context(), who, "demo", "provider asked for a pause", time.Time{}))
	require.Error(t, desk.HoldQueue(t.Context(), who, "nobody", "provider asked for a pause", time.Time{}))
	require.Equal(t, "saf.hold saf.release saf.replay saf.hold", b.one(`select string_agg(action, ' ' order by seq) from audit_log`))
	b.clean()
}

func TestClientsAreAddedRotatedAndDisabled(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	clients := postgres.NewClients(db)
	by := operators.CLI()
	row := postgres.ClientRow{Client: switchcore.Client{ID: "till", Name: "Till", Mode: transactions.Dual}, Hash: "h1"}
	require.NoError(t, clients.Add(t.Context(), row, by))
	require.ErrorContains(t, clients.Add(t.Context(), row, by), "exists")
	require.NoError(t, clients.Rotate(t.Context(), "till", "h2", time.Hour, by))
	got, err := clients.Find(t.Context(), "till")
	require.NoError(t, err)
	require.Equal(t, "h2", got.Hash)
	require.Equal(t, "h1", got.PreviousHash)
	require.NoError(t, clients.Disable(t.Context(), "till", by))
	require.Error(t, clients.Disable(t.Context(), "nobody", by))
	list, err := clients.List(t.Context())
	require.NoError(t, err)
	require.False(t, list[0].Enabled)
}

func TestModeIsClaimedOnce(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	require.NoError(t, db.ClaimMode(t.Context(), postgres.Sandbox))
	require.NoError(t, db.ClaimMode(t.Context(), postgres.Sandbox))
	require.ErrorContains(t, db.ClaimMode(t.Context(), postgres.Production), "sandbox")
}

func TestResetDeletesOneClientOnly(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	_, err := b.db.ResetClient(t.Context(), "till")
	require.Error(t, err, "only a sandbox can be reset")
	require.NoError(t, b.db.ClaimMode(t.Context(), postgres.Sandbox))
	found, err := b.db.ResetClient(t.Context(), "till")
	require.NoError(t, err)
	require.False(t, found)
	b.process(transactions.Provision, "1", "")
	b.advise(transactions.Confirm, transactions.Provision, "1", "a")
	found, err = b.db.ResetClient(t.Context(), "till")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "0", b.one(`select (select count(*) from transactions) + (select count(*) from traces) + (select count(*) from vouchers) + (select count(*) from saf_entries) || ''`))
	require.Equal(t, 201, b.process(transactions.Provision, "1", "").Status, "the id is free again")
	b.clean()
}

// A claim that falls between two deletes would leave an attempt, and soon a message, of a transaction that is gone.
func TestResetKeepsTheQueueOutWhileItDeletes(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	require.NoError(t, b.db.ClaimMode(t.Context(), postgres.Sandbox))
	for round := range 8 {
		for n := range 4 {
			id := strconv.Itoa(round*10 + n + 1)
			b.process(transactions.Provision, id, "")
			b.advise(transactions.Confirm, transactions.Provision, id, "a"+id)
		}
		stop, claims := make(chan struct{}), errgroup.Group{}
		for range 3 {
			claims.Go(func() error {
				for {
					select {
					case <-stop:
						return nil
					default:
					}
					_, err := b.queue.ClaimDue(t.Context(), saf.Claim{ProviderID: "demo", Limit: 1, Node: "n1", Lease: time.Millisecond})
					if err != nil {
						return err
					}
				}
			})
		}
		_, err := b.db.ResetClient(t.Context(), "till")
		close(stop)
		require.NoError(t, claims.Wait())
		require.NoError(t, err)
		require.Equal(t, "0", b.one(`select count(*) || '' from attempts a where not exists (select 1 from transactions t where t.id = a.transaction_id)`), "round %d", round)
	}
	b.clean()
}

// An index that reads what a claim changes would be written anew at each claim, and so would every other.
func TestAClaimTouchesNoIndex(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	const changed = `\m(state|attempts|first_attempt_at|last_attempt_at|lease_owner|lease_until|fence|attempt_id|manual_actor|updated_at)\M`
	require.Equal(t, "", b.one(`select coalesce(string_agg(indexdef, '; '), '') from pg_indexes where tablename = 'saf_entries' and indexdef ~ '`+changed+`'`))
	require.Equal(t, "4", b.one(`select count(*) || '' from pg_indexes where tablename = 'saf_entries' and indexdef ~ '\m(next_at|created_at|stuck)\M'`), "the pattern finds names")
}

// What becomes of an advice is stored without reading what is sealed, and leaves it as it was.
func TestADeliveryLeavesTheStoredAnswerAlone(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	require.Equal(t, 201, b.process(transactions.Provision, "1", "").Status)
	b.advise(transactions.Confirm, transactions.Provision, "1", "a")
	const sealed = `select encode(sha256(request_sealed), 'hex') || encode(sha256(answer_sealed), 'hex') from transactions`
	before := b.one(sealed)
	b.provider.answer(switchcore.ClassDone, 202)
	require.Equal(t, 1, b.deliver())
	require.Equal(t, "CONFIRMED", b.one(`select final from transactions`))
	require.Equal(t, before, b.one(sealed))
	b.clean()
}

// An advice that was refused first and accepted later is one row; what it was answered with can be opened again.
func TestSwitchKeepsTheAnswerOfAnAdviceThatWasRefusedFirst(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	require.Equal(t, 404, b.advise(transactions.Confirm, transactions.Provision, "p", "a").Status, "sent too early")
	require.Equal(t, 201, b.process(transactions.Provision, "p", "").Status)
	require.Equal(t, 202, b.advise(transactions.Confirm, transactions.Provision, "p", "a").Status)
	var id uuid.UUID
	var sealed []byte
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `select id, answer_sealed from advices where advice_id = 'a'`).Scan(&id, &sealed))
	vault, err := seal.New(make([]byte, 32))
	require.NoError(t, err)
	_, err = vault.Open("advices", "answer_sealed", id, sealed)
	require.NoError(t, err)
}
