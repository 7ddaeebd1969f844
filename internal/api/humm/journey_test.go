package humm

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/api"
	connector "github.com/signalboxhq/signalbox/internal/connectors/humm"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/seal"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// journey is the whole way: a till, this service, the switch on a real database, the connector, and a far side.
type journey struct {
	*harness
	t         *testing.T
	db        *postgres.DB
	queue     *postgres.Queue
	deliverer *switchcore.Deliverer
	sweep     *switchcore.Sweep
	far       *farSide
	key       string // of the till, once it has one
}

func newJourney(t *testing.T, reasks int) *journey {
	t.Helper()
	j := &journey{harness: &harness{}, t: t, db: postgrestest.New(t), far: newFarSide(t)}
	vault, err := seal.New(make([]byte, 32))
	require.NoError(t, err)
	devices, merchants := postgres.NewHummDevices(j.db, vault), postgres.NewHummMerchants(j.db)
	require.NoError(t, merchants.Put(t.Context(), rail.Merchant{ID: merchant, ClientID: chain, Country: "AU"}, operators.Actor{Name: "cli"}))
	c, err := connector.New(connector.Config{Config: wire.Config{BaseURL: j.far.URL + "/webapi/v1/"}, Keys: devices, Options: connector.Options{Reasks: &reasks}})
	require.NoError(t, err)
	t.Cleanup(c.Close)

	directory := switchcore.NewDirectory([]switchcore.Provider{{
		ID: "humm", Name: "humm", Receiver: switchcore.Institution{ID: "9"}, Settlement: switchcore.Institution{ID: "8", Name: "S"}, Connector: "humm",
		Profile: switchcore.Profile{Finance: true}, Enabled: true,
	}}, nil, []switchcore.Route{{Service: transactions.Humm, ProviderID: "humm"}}).WithLimits(64, 8)
	require.NoError(t, postgres.NewDirectory(j.db).Put(t.Context(), directory.Providers(), nil, []switchcore.Route{{Service: transactions.Humm, ProviderID: "humm"}}))
	store, stop := postgres.NewSwitch(j.db, 2, slog.New(slog.DiscardHandler))
	t.Cleanup(stop)
	settings := switchcore.DefaultSettings()
	settings.Node = "n1"
	core := &switchcore.Core{
		Settings: settings, Store: store, Vault: vault, Directory: func() *switchcore.Directory { return directory },
		Connector: func(string) switchcore.Connector { return c }, NewID: uuid.New, Random: func() float64 { return 0 },
	}
	gates, log := switchcore.NewGates(func() float64 { return 0 }, time.Now), slog.New(slog.DiscardHandler)
	j.queue, j.sweep = postgres.NewQueue(j.db), &switchcore.Sweep{Core: core}
	j.deliverer = &switchcore.Deliverer{Core: core, Gates: gates, Log: log}
	j.service = &Service{
		Switch: &switchcore.Processor{Core: core, Gates: gates, Log: log, Wake: func(string) {}}, Merchants: merchants, Devices: devices,
		Clients: fakePermit(func(id string, _ api.Caller) (switchcore.Client, error) {
			return switchcore.Client{ID: id, Mode: transactions.Single}, nil
		}),
		Hash: vault.Hash, NewID: uuid.New, Log: log, Countries: map[string]Country{"AU": {Currency: "036"}},
	}
	j.app = fiber.New(fiber.Config{Immutable: true, CaseSensitive: true, BodyLimit: 4 << 20})
	j.service.Mount(j.app)
	return j
}

// register gives the till its key.
func (j *journey) register() *journey {
	j.t.Helper()
	a := j.call(j.t, rail.CreateKey, sign(j.t, token, base(rail.CreateKey), nil), token)
	require.Equal(j.t, "SCRK01", a.code(), a.raw)
	j.key, _ = a.body["x_key"].(string)
	return j
}

func (j *journey) send(op rail.Operation, change values) answer {
	j.t.Helper()
	return j.call(j.t, op, sign(j.t, j.key, base(op), change), j.key)
}

// deliver sends what is due in the queue, and what becomes due by it.
func (j *journey) deliver() (n int) {
	j.t.Helper()
	for {
		list, err := j.queue.ClaimDue(j.t.Context(), saf.Claim{ProviderID: "humm", Limit: 100, Node: "n1", Lease: time.Minute})
		require.NoError(j.t, err)
		if len(list) == 0 {
			return n
		}
		for _, d := range list {
			j.deliverer.Deliver(j.t.Context(), d)()
			n++
		}
	}
}

func (j *journey) run(sql string, args ...any) {
	j.t.Helper()
	_, err := j.db.Pool.Exec(j.t.Context(), sql, args...)
	require.NoError(j.t, err)
}

func (j *journey) one(sql string, args ...any) (text string) {
	j.t.Helper()
	require.NoError(j.t, j.db.Pool.QueryRow(j.t.Context(), sql, args...).Scan(&text))
	return text
}

// clean runs the invariant checker, and looks for everything secret in the whole database.
func (j *journey) clean() {
	j.t.Helper()
	for _, r := range postgres.Rules() {
		n, first, err := j.db.Violations(j.t.Context(), r, "no canary")
		require.NoError(j.t, err, r.ID)
		require.Zero(j.t, n, "%s %s: %v", r.ID, r.Meaning, first)
	}
	rows, err := j.db.Pool.Query(j.t.Context(), `select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`)
	require.NoError(j.t, err)
	var tables []string
	for rows.Next() {
		var name string
		require.NoError(j.t, rows.Scan(&name))
		tables = append(tables, name)
	}
	require.NoError(j.t, rows.Err())
	secrets := []string{token, j.key, "482913", "0400111", "canary", "lane-04"}
	for _, table := range tables {
		for _, secret := range secrets {
			found := j.one(fmt.Sprintf(`select coalesce((select t::text from %q t where position($1 in t::text) > 0 or position($2 in t::text) > 0 limit 1), '')`, table),
				secret, fmt.Sprintf("%x", secret))
			require.Empty(j.t, found, "%s in %s", secret, table)
		}
	}
}

// The scenario list of spec/humm.md 10.5, and the operations that the public client lacks.
func TestJourney(t *testing.T) {
	t.Parallel()
	j := newJourney(t, 0).register()
	tracking := values{"tracking_data": values{"who": "canary"}, "purchase_items": "canary"}

	paid := j.send(rail.ProcessAuthorisation, tracking)
	require.Equal(t, "SPRA01", paid.code(), paid.raw)
	again := j.send(rail.ProcessAuthorisation, nil)
	require.Equal(t, paid.body["x_purchase_number"], again.body["x_purchase_number"])
	require.Equal(t, paid.body["signature"], again.body["signature"])
	require.NotContains(t, again.body, "tracking_data")
	require.Equal(t, 1, j.far.count(rail.ProcessAuthorisation))
	require.Equal(t, "FPRA22", j.send(rail.ProcessAuthorisation, values{"x_finance_amount": 9900}).code())
	require.Equal(t, "FPRA22", j.send(rail.ProcessAuthorisation, values{"x_pre_approval_code": "482913"}).code(), "the same code, typed")
	require.Equal(t, 1, j.far.count(rail.ProcessAuthorisation))

	require.Equal(t, "SSER01", j.send(rail.SendReceipt, nil).code())
	require.Equal(t, "SSER01", j.send(rail.SendReceipt, nil).code(), "the same pair again")
	require.Equal(t, "FSER01", j.send(rail.SendReceipt, values{"x_pos_transaction_ref": "none", "x_receipt_number": "INV-2"}).code())
	require.Equal(t, "FSER02", j.send(rail.SendReceipt, values{"x_pos_transaction_ref": "other"}).code())
	require.Equal(t, "SINV01", j.send(rail.Invite, nil).code())

	require.Equal(t, "SPSA01", j.send(rail.ProcessAdjustment, nil).code())
	require.Equal(t, "SPSA01", j.send(rail.ProcessAdjustment, values{"x_operator_id": "op-18"}).code(), "a repeat by another cashier")
	require.EqualValues(t, 7500, j.far.left("482913"))
	require.Equal(t, "FPSA08", j.send(rail.ProcessAdjustment, values{"x_amount": 2501}).code())
	require.Equal(t, "SPSA01", j.send(rail.ProcessAdjustment, values{"x_pos_transaction_ref": "RF-2", "x_purchase_ref": "INV-88012"}).code())
	require.EqualValues(t, 5000, j.far.left("482913"))
	require.Equal(t, "FPSA04", j.send(rail.ProcessAdjustment, values{"x_pos_transaction_ref": "RF-3", "x_amount": 5001}).code())
	require.Equal(t, "FPSA04", j.send(rail.ProcessAdjustment, values{"x_pos_transaction_ref": "RF-3", "x_amount": 5001}).code(), "a refusal is repeated too")
	require.Equal(t, 3, j.far.count(rail.ProcessAdjustment))
	require.Equal(t, "FPSA01", j.send(rail.ProcessAdjustment, values{"x_pos_transaction_ref": "RF-4", "x_purchase_ref": "none"}).code())
	require.Equal(t, "FPSA09", j.send(rail.ProcessAdjustment, values{"x_pos_transaction_ref": "RF-5", "x_amount": 0}).code())

	require.Equal(t, "FPRA01", j.send(rail.ProcessAuthorisation, values{"x_pre_approval_code": "101010", "x_pos_transaction_ref": "R-2"}).code())
	require.Equal(t, "FPRA01", j.send(rail.ProcessAuthorisation, values{"x_pre_approval_code": "101010", "x_pos_transaction_ref": "R-2"}).code())
	require.Equal(t, 2, j.far.count(rail.ProcessAuthorisation))
	require.Equal(t, "ESIG01", j.call(t, rail.Invite, sign(t, "wrong", base(rail.Invite), nil), j.key).code())
	require.Zero(t, j.deliver())
	j.clean()
}

func TestReversalJourney(t *testing.T) {
	t.Parallel()
	j := newJourney(t, 0).register()
	require.Equal(t, "SPRA01", j.send(rail.ProcessAuthorisation, nil).code())
	require.Equal(t, "SPSA01", j.send(rail.ProcessAdjustment, nil).code())
	repeat := sign(t, j.key, base(rail.ProcessAdjustment), values{"x_operator_id": "op-18"})
	require.Equal(t, "SPSA01", j.call(t, rail.ProcessAdjustment, repeat, j.key).code())
	m, err := rail.Parse([]byte(repeat))
	require.NoError(t, err)

	undo := values{"x_adjustment_signature": strings.ToUpper(m.Signature())} // as only the repeat was signed
	require.Equal(t, "SPAR01", j.send(rail.ReverseAdjustment, undo).code())
	require.Equal(t, "SPAR01", j.send(rail.ReverseAdjustment, undo).code(), "the same reversal again")
	require.Equal(t, 1, j.deliver())
	require.EqualValues(t, 10000, j.far.left("482913"), "the far side knows the refund by the signature it came with")
	undo["x_pos_transaction_ref"] = "RV-2"
	require.Equal(t, "FPAR08", j.send(rail.ReverseAdjustment, undo).code())
	require.Equal(t, "FPAR01", j.send(rail.ReverseAdjustment, values{"x_adjustment_signature": strings.Repeat("0", 64)}).code())
	require.Equal(t, "FPSA08", j.send(rail.ProcessAdjustment, nil).code(), "what was reversed is not done again")
	require.Equal(t, 1, j.far.count(rail.ProcessAdjustment))
	require.Equal(t, "REVERSED", j.one(`select final from transactions where operation = 'ADJUSTMENT'`))

	late := sign(t, j.key, base(rail.ProcessAdjustment), values{"x_pos_transaction_ref": "RF-LATE"})
	m, err = rail.Parse([]byte(late))
	require.NoError(t, err)
	require.Equal(t, "FPAR01", j.send(rail.ReverseAdjustment, values{"x_adjustment_signature": m.Signature()}).code(), "before the refund came")
	require.Equal(t, "FPSA08", j.call(t, rail.ProcessAdjustment, late, j.key).code(), "and so it is not done any more")
	require.Equal(t, 1, j.far.count(rail.ProcessAdjustment))
	j.clean()
}

func TestFiftyIdenticalPaymentsAreOne(t *testing.T) {
	t.Parallel()
	j := newJourney(t, 0).register()
	body := sign(t, j.key, base(rail.ProcessAuthorisation), nil)
	answers := make([]string, 50)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { _, answers[i] = j.post(t, "/webapi/v1/ProcessAuthorisation", body) })
	}
	wg.Wait()
	for _, a := range answers {
		require.Equal(t, answers[0], a)
	}
	require.Contains(t, answers[0], `"x_code":"SPRA01"`)
	require.Equal(t, 1, j.far.count(rail.ProcessAuthorisation))
	j.clean()
}

// A lost answer is asked for again with the same bytes, first by the switch, then by the till.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	j := newJourney(t, 0).register()
	j.far.lose(1)
	require.Equal(t, "EISE01", j.send(rail.ProcessAuthorisation, nil).code())
	require.Equal(t, "UNKNOWN", j.one(`select outcome from transactions where operation = 'AUTHORISATION'`))
	require.Equal(t, "FPRA22", j.send(rail.ProcessAuthorisation, values{"x_finance_amount": 9900}).code())
	require.Equal(t, "SPRA01", j.send(rail.ProcessAuthorisation, nil).code())
	require.Equal(t, 2, j.far.count(rail.ProcessAuthorisation))
	j.far.lose(1)
	require.Equal(t, "EISE01", j.send(rail.ProcessAdjustment, nil).code())
	require.Equal(t, "SPSA01", j.send(rail.ProcessAdjustment, nil).code())
	require.EqualValues(t, 7500, j.far.left("482913"))
	j.far.lose(1)
	require.Equal(t, "SSER01", j.send(rail.SendReceipt, nil).code(), "the switch delivers it")
	require.Equal(t, 1, j.deliver())
	require.Equal(t, "SSER01", j.send(rail.SendReceipt, nil).code())
	require.Equal(t, 2, j.far.count(rail.SendReceipt))
	j.clean()

	j = newJourney(t, 3).register()
	j.far.lose(1)
	require.Equal(t, "SPRA01", j.send(rail.ProcessAuthorisation, nil).code(), "the till notices nothing")
	require.Equal(t, 2, j.far.count(rail.ProcessAuthorisation))
	j.clean()
}

// A buyer who has to confirm: the till is told to ask again, if it said that it can.
func TestBuyerConfirms(t *testing.T) {
	t.Parallel()
	j := newJourney(t, 0).register()
	j.far.pending = 2
	buyer := values{"buyer_confirms": true}
	require.Equal(t, "SPND01", j.send(rail.ProcessAuthorisation, buyer).code())
	require.Equal(t, "EISE01", j.send(rail.ProcessAuthorisation, nil).code())
	require.Equal(t, "SPRA01", j.send(rail.ProcessAuthorisation, buyer).code())
	j.clean()
}

// A payment nobody asks about any more is resolved, and given back in full if it was approved.
func TestTheSwitchTakesBack(t *testing.T) {
	t.Parallel()
	j := newJourney(t, 0).register()
	j.far.lose(1)
	require.Equal(t, "EISE01", j.send(rail.ProcessAuthorisation, nil).code())
	j.far.lose(1)
	require.Equal(t, "EISE01", j.send(rail.ProcessAuthorisation, values{"x_pre_approval_code": "101010", "x_pos_transaction_ref": "R-2"}).code())
	require.Zero(t, j.decided())
	j.run(`update transactions set last_client_at = last_client_at - interval '1 hour'`)
	require.Equal(t, 2, j.decided())
	require.Equal(t, "FPRA24", j.send(rail.ProcessAuthorisation, nil).code(), "decided: it is not given out any more")
	require.Equal(t, 2, j.deliver())
	require.EqualValues(t, 0, j.far.left("482913"), "refunded")
	require.EqualValues(t, -1, j.far.left("101010"), "declined: nothing to give back")
	require.Equal(t, 1, j.far.count(rail.ProcessAdjustment))
	require.Equal(t, "ACKED CONSUMED", j.one(`select string_agg(state, ' ' order by state) from saf_entries`))
	require.Equal(t, "RESOLVE,REVERSE", j.one(`select string_agg(a.kind, ',' order by a.started_at) from attempts a join saf_entries e on e.id = a.saf_id where e.state = 'ACKED'`))
	require.Equal(t, "0", j.one(`select count(*)::text from transactions where recon_required`))

	third := values{"x_pre_approval_code": "333333", "x_pos_transaction_ref": "R-3"}
	require.Equal(t, "SPRA01", j.send(rail.ProcessAuthorisation, third).code())
	j.run(`update transactions set told = false, last_client_at = last_client_at - interval '1 hour' where outcome = 'SUCCESS' and decision is null and operation = 'AUTHORISATION'`)
	require.Equal(t, 1, j.decided(), "approved, but nobody heard of it")
	require.Equal(t, 1, j.deliver())
	require.EqualValues(t, 0, j.far.left("333333"))
	require.Equal(t, 5, j.far.count(rail.ProcessAuthorisation), "it is known to be approved: nothing to ask")
	j.clean()
}

func (j *journey) decided() int {
	j.t.Helper()
	n, err := j.sweep.Decide(context.WithoutCancel(j.t.Context()))
	require.NoError(j.t, err)
	return n
}
