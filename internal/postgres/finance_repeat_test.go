package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/postgres"
)

// TestFinanceRunFailedMeanwhileIsNoOnesSuccess: only a finished run is another node's result; one that was failed, before the
// work or during it, has to be repeated.
func TestFinanceRunFailedMeanwhileIsNoOnesSuccess(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	b.dayWithBreaks(t)
	_, err := b.service.ReconcileDay(t.Context(), financeDay)
	require.NoError(t, err)
	p, err := b.store.FindProcess(t.Context(), processOne)
	require.NoError(t, err)
	run, err := b.store.StartRun(t.Context(), p, financeDay)
	require.NoError(t, err)
	fail := func() error { return b.store.FailRun(t.Context(), run.ID, "an operator's other try") }

	_, err = b.store.ReconcileRun(t.Context(), p, run, finance.File{}, fail)
	require.Truef(t, apperr.Is(err, apperr.Unavailable), "failed before the commit that publishes: %v", err)
	_, err = b.store.ReconcileRun(t.Context(), p, run, finance.File{}, fail)
	require.Truef(t, apperr.Is(err, apperr.Unavailable), "failed before it began: %v", err)

	current, err := b.store.CurrentRun(t.Context(), p.ID, financeDay)
	require.NoError(t, err)
	_, err = b.store.ReconcileRun(t.Context(), p, current, finance.File{}, func() error { return nil })
	require.Truef(t, apperr.Is(err, apperr.Conflict), "finished: %v", err)
}

// processBefore makes the process with a run of the day before, and gives it.
func (b *financeBench) processBefore(t *testing.T) finance.Process {
	t.Helper()
	_, err := b.service.ReconcileDay(t.Context(), financeDay.AddDays(-1))
	require.NoError(t, err)
	p, err := b.store.FindProcess(t.Context(), processOne)
	require.NoError(t, err)
	return p
}

// intakeOfDay is the provider's statement of the day, ready to be loaded.
func (b *financeBench) intakeOfDay(t *testing.T) finance.Intake {
	t.Helper()
	raw, err := b.source.Fetch(t.Context(), "FLASH", financeDay)
	require.NoError(t, err)
	in, err := finance.NewIntake(raw, financeDay, time.UTC)
	require.NoError(t, err)
	return in
}

// TestFinanceTakesAFileThatWasRefusedOnce: the same bytes may be right after the parser, a limit or the zone was corrected.
func TestFinanceTakesAFileThatWasRefusedOnce(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	b.dayWithBreaks(t)
	p := b.processBefore(t)
	in := b.intakeOfDay(t)
	_, err := b.db.Pool.Exec(t.Context(), `insert into recon_files (id, process_id, business_date, name, bytes, sha256, state, failure)
		values ($1, $2, $3::date, 'x', 1, $4, 'ERROR', 'a limit since raised')`, uuid.New(), p.ID, string(financeDay), in.SHA256[:])
	require.NoError(t, err)

	file, err := b.store.LoadStatement(t.Context(), p, financeDay, in, t.Context().Err)
	require.NoError(t, err)
	require.Equal(t, finance.FileLoaded, file.State)
	require.Positive(t, file.RecordCount)
}

// TestFinanceIntakeThatIsStoppedCountsForNothing: the next try begins anew.
func TestFinanceIntakeThatIsStoppedCountsForNothing(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	b.dayWithBreaks(t)
	p := b.processBefore(t)
	load := func(progress func() error) (finance.File, error) {
		return b.store.LoadStatement(t.Context(), p, financeDay, b.intakeOfDay(t), progress)
	}
	_, err := load(func() error { return context.Canceled })
	require.ErrorIs(t, err, context.Canceled)
	_, err = b.store.CurrentFile(t.Context(), p.ID, financeDay)
	require.Truef(t, apperr.Is(err, apperr.NotFound), "loaded: %v", err)
	file, err := load(t.Context().Err)
	require.NoError(t, err)
	require.Equal(t, finance.FileLoaded, file.State)
}

// TestFinanceFileRefusedAgainKeepsOneRow: repeated tries of a bad file do not pile up.
func TestFinanceFileRefusedAgainKeepsOneRow(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	b.dayWithBreaks(t)
	p := b.processBefore(t)
	raw, err := b.source.Fetch(t.Context(), "FLASH", financeDay)
	require.NoError(t, err)
	var whole bytes.Buffer
	_, err = whole.ReadFrom(raw.Body)
	require.NoError(t, err)
	torn := whole.Bytes()[:bytes.Index(whole.Bytes(), []byte("TRAILER"))]

	var first finance.File
	for try := range 3 {
		in, err := finance.NewIntake(finance.StatementOf("torn.csv", torn), financeDay, time.UTC)
		require.NoError(t, err)
		file, err := b.store.LoadStatement(t.Context(), p, financeDay, in, t.Context().Err)
		require.NoError(t, err)
		require.Equal(t, finance.FileError, file.State)
		if try == 0 {
			first = file
		}
		require.Equal(t, first.ID, file.ID)
	}
	var files, lines int
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `select (select count(*) from recon_files where business_date = $1::date),
		(select count(*) from recon_records)`, string(financeDay)).Scan(&files, &lines))
	require.Equal(t, []int{1, 0}, []int{files, lines})
}

// untidy is a store that cannot remove its working rows once the run is published.
type untidy struct{ *postgres.Finance }

func (u untidy) ReconcileRun(ctx context.Context, p finance.Process, run finance.Run, file finance.File, progress func() error) (finance.Run, error) {
	done, err := u.Finance.ReconcileRun(ctx, p, run, file, progress)
	return done, errors.Join(err, errors.New("the connection is gone"))
}

// TestFinancePublishedRunIsReportedEvenUntidy: a result that counts is a success and has its reports.
func TestFinancePublishedRunIsReportedEvenUntidy(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	b.dayWithBreaks(t)
	_, err := b.serviceOver(untidy{b.store}).ReconcileDay(t.Context(), financeDay)
	require.NoError(t, err)
	require.NotEmpty(t, b.readReports(t))
}

// TestFinanceCycleHasNoLimitForAStatement: the pool's limit is for chunks, a cycle is frozen in one piece.
func TestFinanceCycleHasNoLimitForAStatement(t *testing.T) {
	t.Parallel()
	b := newFinanceBench(t)
	b.dayWithBreaks(t)
	_, err := b.db.Pool.Exec(t.Context(), `
		create table limits_seen (value text);
		create function note_limit() returns trigger language plpgsql as $$
		begin insert into limits_seen values (current_setting('statement_timeout')); return null; end $$;
		create trigger note_limit after insert on settlement_lines for each statement execute function note_limit()`)
	require.NoError(t, err)
	_, err = b.db.Pool.Exec(t.Context(), `do $$ begin execute format('alter database %I set statement_timeout = %L', current_database(), '10min'); end $$`)
	require.NoError(t, err)
	b.db.Pool.Reset() // what is connected from here on has the limit
	var limit string
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `show statement_timeout`).Scan(&limit))
	require.Equal(t, "10min", limit)
	_, err = b.service.ReconcileDay(t.Context(), financeDay)
	require.NoError(t, err)
	_, err = b.service.RunSettlement(t.Context(), processOne, financeDay)
	require.NoError(t, err)
	var seen string
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `select string_agg(distinct value, ' ') from limits_seen`).Scan(&seen))
	require.Equal(t, "0", seen)
}
