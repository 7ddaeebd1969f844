package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

// TestFinanceWorkGrowsWithTheDayAndNoFaster: for a chunk of lines and for a page of a day everything is found through indexes, never
// by going through a table again for each; and what our reference does not join is not compared each with each. At this size
// the latter takes minutes, and the limit of a statement is a hundred times what is needed.
func TestFinanceWorkGrowsWithTheDayAndNoFaster(t *testing.T) {
	t.Parallel()
	const records, chunk = 10_000, 1000
	s := &propertyStore{db: postgrestest.New(t), t: t}
	s.process = finance.Process{ID: uuid.New(), Code: processOne, ProviderID: "FLASH", Currency: "710", Zone: "UTC"}
	s.exec(t, `insert into recon_processes (id, code, name, provider_id, currency) values ($1, $2, 'Flash', 'FLASH', '710')`, s.process.ID, s.process.Code)
	s.exec(t, `create table made as select n, gen_random_uuid() as id, gen_random_uuid() as voucher, $1::date + n * interval '1 s' as at
		from generate_series(1, $2::int) n`, string(financeDay), records)
	s.exec(t, `insert into vouchers (id, provider_id, code_hash, code_sealed, code_masked, serial, state, updated_at)
		select voucher, 'FLASH', uuid_send(voucher), '\x00', '', 'S' || n, 'AVAILABLE', at from made`)
	s.exec(t, `insert into transactions (id, client_id, service, operation, request_id, generation, fingerprint, mode, provider_id, currency,
		  approved_amount_minor, received_at, last_client_at, closed_at, outcome, decision, decision_origin, final, provider_ref, business_date, voucher_id)
		select id, 'RETAILA', 'VOUCHER', 'PROVISION', id::text, 1, '\x00', 'DUAL', 'FLASH', '710', 5, at, at, at, 'SUCCESS', 'CONFIRM', 'client',
		  'CONFIRMED', 'B-' || n, $1::date, voucher from made`, string(financeDay))
	s.exec(t, `insert into saf_entries (id, provider_id, client_id, service, operation, transaction_id, kind, wire_ref, state, next_at, created_at, updated_at)
		select gen_random_uuid(), 'FLASH', 'RETAILA', 'VOUCHER', 'PROVISION', id, 'CONFIRM', id::text, 'ACKED', at, at, at from made`)
	before := financeDay.AddDays(-1) // has a statement too, so that there is a table to be read in vain
	s.exec(t, `insert into recon_files (id, process_id, business_date, name, bytes, sha256, state) values ($1, $2, $3::date, 'x', 1, '\x00', 'LOADED')`,
		fileOf(before), s.process.ID, string(before))
	s.exec(t, `insert into recon_records (file_id, line_no, process_id, business_date, provider_ref, switch_ref, serial, product, kind, state, amount_minor, currency, at)
		select $1, n, $2, $3::date, 'A-' || n, '', '', '', 'PROVISION', 'SUCCESS', 5, '710', at from made`, fileOf(before), s.process.ID, string(before))
	s.exec(t, `analyze vouchers, transactions, saf_entries, recon_records`)
	s.exec(t, `do $$ begin execute format('alter database %I set statement_timeout = %L', current_database(), '30s'); end $$`)
	s.db.Pool.Reset() // what is connected from here on has the limit

	var lines string
	require.NoError(t, s.db.Pool.QueryRow(t.Context(), `select string_agg(format(E'B-%s,%s,S%s,,SALE,SUCCESS,5,710,%sZ\n', n, case when n % 2 = 0 then id::text end, n,
		to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS')), '' order by n) from made`).Scan(&lines))
	statement := fmt.Sprintf("provider_ref,switch_ref,serial,product,kind,state,amount_minor,currency,at\n%sTRAILER,%d,%d\n", lines, records, 5*records)
	in, err := finance.NewIntake(finance.StatementOf("day.csv", []byte(statement)), financeDay, time.UTC)
	require.NoError(t, err)

	store := postgres.NewFinanceInChunks(s.db, chunk)
	file, err := store.LoadStatement(t.Context(), s.process, financeDay, in, t.Context().Err)
	require.NoError(t, err)
	require.Equal(t, records, file.RecordCount)
	run, err := store.StartRun(t.Context(), s.process, financeDay)
	require.NoError(t, err)
	run.FileID = file.ID
	done, err := store.ReconcileRun(t.Context(), s.process, run, file, func() error { return nil })
	require.NoError(t, err)
	require.Equal(t, finance.Totals{Count: records, SumMinor: 5 * records}, done.Summary.Matched)

	s.db.Pool.Reset() // a session that ends has handed in its counts
	require.Eventually(t, func() bool {
		var others int
		err := s.db.Pool.QueryRow(t.Context(), `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`).Scan(&others)
		return err == nil && others == 0
	}, time.Minute, 10*time.Millisecond)
	var passes int
	require.NoError(t, s.db.Pool.QueryRow(t.Context(), `select (sum(seq_tup_read) / $1::int)::int from pg_stat_user_tables
		where relname in ('vouchers', 'saf_entries', 'recon_records')`, records).Scan(&passes))
	require.LessOrEqual(t, passes, 2, "times that all rows were read: once through two days of lines for the numbers of one is no harm")
}
