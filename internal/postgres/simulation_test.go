package postgres_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
	"github.com/signalboxhq/signalbox/internal/reliability"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/simulation"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// twin is the real store beside the record in memory (guarantees B2, level L2): the product's own SQL, locks, constraints and
// triggers, in a database whose clock and random ids are the simulation's.
type twin struct {
	*postgres.Switch
	*postgres.Queue
	db *postgres.DB
}

var _ simulation.Twin = (*twin)(nil)

// ownClock puts functions before the server's own: times are those of the simulation, which stand still between its steps,
// and ids those that a seed gives each time. Only views were bound before; they are read when everything is at rest.
const ownClock = `create schema simulated;
create sequence simulated.clock;
create sequence simulated.ids;
create function simulated.clock_timestamp() returns timestamptz language sql volatile as
  $$ select timestamptz 'epoch' + last_value * interval '1 microsecond' from simulated.clock $$;
create function simulated.gen_random_uuid() returns uuid language sql volatile as $$ select md5('attempt ' || nextval('simulated.ids'))::uuid $$`

// newTwin makes a database for one plan: its clients, its providers, and the clock.
func newTwin(t testing.TB, p simulation.Plan) *twin {
	t.Helper()
	url := postgrestest.URL(t)
	plain := postgrestest.Open(t, url)
	_, err := plain.Pool.Exec(t.Context(), ownClock, pgx.QueryExecModeSimpleProtocol)
	require.NoError(t, err)
	var routes []switchcore.Route
	for _, provider := range p.Providers {
		routes = append(routes, switchcore.Route{Service: transactions.Voucher, ReceiverID: provider.Receiver.ID, ProviderID: provider.ID})
	}
	require.NoError(t, postgres.NewDirectory(plain).Put(t.Context(), p.Providers, nil, routes))
	clients := postgres.NewClients(plain)
	known := map[string]bool{}
	for _, s := range p.Sales {
		if !known[s.Client.ID] {
			known[s.Client.ID] = true
			require.NoError(t, clients.Add(t.Context(), postgres.ClientRow{Client: s.Client}, operators.CLI()))
		}
	}
	plain.Close()
	join := "?"
	if strings.Contains(url, "?") {
		join = "&"
	}
	db := postgrestest.Open(t, url+join+"search_path=simulated,pg_catalog,public")
	return &twin{Switch: postgres.NewIdleSwitch(db), Queue: postgres.NewQueue(db), db: db}
}

// At implements simulation.Twin.
func (w *twin) At(now time.Time) error {
	_, err := w.db.Pool.Exec(context.Background(), `select setval('simulated.clock', $1)`, now.UnixMicro())
	return err
}

// Commit implements simulation.Twin.
func (w *twin) Commit(events []switchcore.Event) ([]switchcore.Ruling, error) {
	return w.CommitTogether(events)
}

// ClaimDue implements saf.Store.
func (w *twin) ClaimDue(ctx context.Context, c saf.Claim) ([]saf.Delivery, error) {
	list, err := w.Queue.ClaimDue(ctx, c)
	for i := range list {
		err = errors.Join(err, postgres.MaskedMessage(ctx, w.db, &list[i].Entry))
	}
	return list, err
}

// Rows implements simulation.Twin.
func (w *twin) Rows() (simulation.Rows, error) { return postgres.AllRows(context.Background(), w.db) }

// Settle implements simulation.Twin.
func (w *twin) Settle(books simulation.Books) (lines []simulation.Settled, err error) {
	ctx := context.Background()
	day := finance.NewService(postgres.NewFinance(w.db), bankFiles(books), nil, finance.Defaults{Zone: "UTC"}, slog.New(slog.DiscardHandler))
	for _, date := range books.Dates {
		if _, err := day.ReconcileDay(ctx, finance.Date(date)); err != nil {
			return nil, err
		}
		if _, err := day.SettleDay(ctx, finance.Date(date)); err != nil {
			return nil, err
		}
	}
	rows, err := w.db.Pool.Query(ctx, `select transaction_id, amount_minor from settlement_lines where kind = 'PRINCIPAL'`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[simulation.Settled])
}

// bankFiles hands the banks' files to the product.
type bankFiles simulation.Books

func (s bankFiles) Fetch(_ context.Context, provider string, date finance.Date) (finance.RawStatement, error) {
	return finance.StatementOf(provider+"-"+string(date), []byte(simulation.Books(s).File(provider, string(date)))), nil
}

// Check implements simulation.Twin: the views of the checker, all of them (guarantees B4).
func (w *twin) Check() (found []simulation.Violation, err error) {
	for _, r := range postgres.Rules() {
		for _, canary := range simulation.Canaries(r.ID == "V25") {
			n, first, err := w.db.Violations(context.Background(), r, canary)
			if err != nil {
				return found, err
			}
			if n > 0 {
				found = append(found, simulation.Violation{Rule: r.ID, Detail: fmt.Sprintf("%d rows, such as %s", n, strings.Join(first, "; "))})
			}
		}
	}
	return found, nil
}

var (
	seeds   = flag.Uint64("seeds", 5, "how many seeds the store plays along with")
	first   = flag.Uint64("first", 1, "the first of them")
	seed    = flag.Uint64("seed", 0, "play only this seed and tell its story")
	without = flag.String("without", "", "faults to leave out of that seed, such as F01,F02")
	drop    = flag.String("drop", "", "sales to leave out of that seed, such as 1,4")
	record  = flag.Bool("record", false, "write the figures to docs/reliability.md")
)

// TestSimulatedHistories: a few seeds with every test run, as many as wanted with `make simulate STORE=postgres SEEDS=N`.
func TestSimulatedHistories(t *testing.T) {
	if *seed != 0 {
		p, err := simulation.Chosen(*seed, *without, *drop)
		require.NoError(t, err)
		r := besideMemory(t, p)
		t.Log(r.Story())
		require.Empty(t, r.Violations)
		return
	}
	s := simulation.RunSeeds(t, simulation.Span{First: *first, Count: *seeds}, 2, besideMemory)
	t.Log(s)
	t.Log(s.Compared, "rows compared,", s.Settled, "settlement lines")
	require.Positive(t, s.Settled, "nothing was settled; then W6 shows nothing")
	if *record {
		require.NoError(t, reliability.Record("../..", "Simulation on PostgreSQL", s.Figures()...))
	}
	for i, failed := range s.Failed {
		if i == 0 {
			t.Error(simulation.Smaller(t, failed, besideMemory).Story())
		}
		t.Errorf("seed %d breaks %s", failed.Plan.Seed, failed.Violations[0].Rule)
	}
}

// besideMemory plays a plan in a database of its own, which is gone afterwards.
func besideMemory(t *testing.T, p simulation.Plan) (r simulation.Result) {
	t.Run(fmt.Sprint(p.Seed), func(t *testing.T) {
		p.Store = "postgres"
		r = simulation.RunBeside(t, p, newTwin(t, p))
	})
	return r
}

// A row that differs is noticed: what the comparison does not see proves nothing.
func TestADifferentRowIsNoticed(t *testing.T) {
	t.Parallel()
	for table, change := range map[string]string{
		"transactions": "update transactions set basket_ref = 'other'", "traces": "delete from traces where leg = 'SC'",
	} {
		p := simulation.NewPlan(2)
		w := &spoilt{twin: newTwin(t, p), change: change}
		r := simulation.RunBeside(t, p, w)
		require.NotEmpty(t, r.Violations, table)
		require.Contains(t, r.Violations[0].Detail, table)
	}
}

// So is a settlement that differs from what the banks hold.
func TestAWrongSettlementIsNoticed(t *testing.T) {
	t.Parallel()
	p := simulation.NewPlan(6)
	r := simulation.RunBeside(t, p, &greedy{newTwin(t, p)})
	require.Positive(t, r.Settled)
	require.NotEmpty(t, r.Violations)
	for _, v := range r.Violations {
		require.Equal(t, "W6", v.Rule, v.Detail)
	}
}

// greedy is a store that settles a little more than there is.
type greedy struct{ *twin }

func (w *greedy) Settle(books simulation.Books) ([]simulation.Settled, error) {
	lines, err := w.twin.Settle(books)
	for i := range lines {
		lines[i].Minor++
	}
	return lines, err
}

// spoilt is a store that changes its rows behind everybody's back.
type spoilt struct {
	*twin
	change string
}

func (w *spoilt) Rows() (simulation.Rows, error) {
	if _, err := w.db.Pool.Exec(context.Background(), "set session_replication_role = replica; "+w.change+"; reset session_replication_role", pgx.QueryExecModeSimpleProtocol); err != nil {
		return simulation.Rows{}, err
	}
	return w.twin.Rows()
}
