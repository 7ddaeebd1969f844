package postgres_test

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

func addByPgx(t *testing.T, db *postgres.DB, e operators.AuditEntry) error {
	t.Helper()
	return pgx.BeginFunc(t.Context(), db.Pool, func(tx pgx.Tx) error { return postgres.AppendAudit(t.Context(), tx, e) })
}

func addByGorm(t *testing.T, db *postgres.DB, e operators.AuditEntry) error {
	t.Helper()
	return db.Gorm.WithContext(t.Context()).Transaction(func(tx *gorm.DB) error { return postgres.AppendAuditGorm(tx, e) })
}

func someEntry(i int) operators.AuditEntry {
	return operators.AuditEntry{
		Actor:  operators.Actor{ID: "op-1", Name: "Thandi <Mokoena> & \x00 \xff é", IP: "192.0.2.7", SessionID: "s-1", RequestID: "rq-1"},
		Action: "saf.replay", ObjectType: "saf_entry", ObjectID: fmt.Sprint("entry-", i), Scope: "stellr",
		Before: map[string]any{"b": "x\x00y\u2028", "a": []any{1, int64(math.MaxInt64), true, nil}, "zero": map[string]any{}},
		After:  struct{ Amount int64 }{i64(i)}, Reason: "Ticket 4466, customer waits.",
	}
}

func i64(i int) int64 { return int64(i) }

func TestTheChainHoldsWhoeverAppends(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	store := postgres.NewOperators(db)
	empty, err := store.VerifyAudit(t.Context())
	require.NoError(t, err)
	assert.Equal(t, operators.AuditReport{}, empty)

	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if i%2 == 0 {
				assert.NoError(t, addByPgx(t, db, someEntry(i)))
			} else {
				assert.NoError(t, addByGorm(t, db, someEntry(i)))
			}
		})
	}
	wg.Wait()
	report, err := store.VerifyAudit(t.Context())
	require.NoError(t, err)
	assert.Equal(t, operators.AuditReport{Checked: 20, HeadSeq: 20}, report)
	assert.Zero(t, report.ExitCode())

	var bad int
	require.NoError(t, db.Pool.QueryRow(t.Context(), `select count(*) from (select *, lag(hash) over w p, lag(seq) over w q
		from audit_log window w as (order by seq)) z
		where hash <> sha256(prev || convert_to(seq || '|' || body, 'UTF8')) or q is not null and (p <> prev or q <> seq - 1)`).Scan(&bad))
	assert.Zero(t, bad, "rule V22 agrees")
	var unordered int
	require.NoError(t, db.Pool.QueryRow(t.Context(), `select count(*) from (select at, lag(at) over (order by seq) p from audit_log) z where at < p`).Scan(&unordered))
	assert.Zero(t, unordered)
}

func TestAnActionWithoutItsAuditEntryDoesNotHappen(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	store := postgres.NewOperators(db)
	stop := errors.New("stop")
	err := pgx.BeginFunc(t.Context(), db.Pool, func(tx pgx.Tx) error {
		require.NoError(t, postgres.AppendAudit(t.Context(), tx, someEntry(1)))
		return stop
	})
	require.ErrorIs(t, err, stop)
	require.NoError(t, addByPgx(t, db, someEntry(2)))
	page, err := store.SearchAudit(t.Context(), operators.AuditFilter{})
	require.NoError(t, err)
	require.Len(t, page.Rows, 1)
	assert.Equal(t, int64(1), page.Rows[0].Seq, "a rolled-back entry leaves no gap")

	err = addByPgx(t, db, operators.AuditEntry{Action: "x", After: math.MaxFloat64})
	assert.Error(t, err, "a number that jsonb would rewrite is refused")
	err = addByPgx(t, db, operators.AuditEntry{})
	assert.Error(t, err)
}

func TestTheLogRefusesChanges(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	require.NoError(t, addByPgx(t, db, someEntry(1)))
	for _, sql := range []string{"update audit_log set reason = 'x'", "delete from audit_log", "truncate audit_log"} {
		_, err := db.Pool.Exec(t.Context(), sql)
		assert.ErrorContains(t, err, "append-only", sql)
	}
}

func TestTamperingIsFound(t *testing.T) {
	t.Parallel()
	const rehash = `update audit_log set hash = sha256(prev || convert_to(seq || '|' || body, 'UTF8')) where seq = 3`
	for name, c := range map[string]struct {
		sql   []string
		first int64
	}{
		"a body is edited":                    {[]string{"update audit_log set body = replace(body, 'Ticket', 'ticket') where seq = 3"}, 3},
		"a body is edited and hashed again":   {[]string{"update audit_log set body = replace(body, 'Ticket', 'ticket'), reason = replace(reason, 'Ticket', 'ticket') where seq = 3", rehash}, 4},
		"a column is edited":                  {[]string{"update audit_log set actor_name = 'somebody else' where seq = 3"}, 3},
		"a document is edited":                {[]string{`update audit_log set after = '{"Amount": 9}' where seq = 3`}, 3},
		"a time is edited":                    {[]string{"update audit_log set at = at - interval '1 us' where seq = 3"}, 3},
		"an entry is deleted":                 {[]string{"delete from audit_log where seq = 3"}, 3},
		"the first is deleted":                {[]string{"delete from audit_log where seq = 1"}, 1},
		"the last is deleted":                 {[]string{"delete from audit_log where seq = 5"}, 5},
		"everything is deleted":               {[]string{"delete from audit_log"}, 1},
		"two are swapped":                     {[]string{"update audit_log set seq = -seq where seq in (2, 3)", "update audit_log set seq = 5 + seq where seq in (-2, -3)"}, 2},
		"one is slipped in at the end":        {[]string{"insert into audit_log select 6, at, actor_id, actor_name, actor_ip, session_id, action, object_type, object_id, scope, before, after, reason, approval_id, request_id, result, body, hash, sha256(hash || convert_to('6|' || body, 'UTF8')) from audit_log where seq = 5"}, 6},
		"the last is edited and hashed again": {[]string{"update audit_log set body = replace(body, 'Ticket', 'ticket'), reason = replace(reason, 'Ticket', 'ticket'), hash = sha256(prev || convert_to(seq || '|' || replace(body, 'Ticket', 'ticket'), 'UTF8')) where seq = 5"}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := postgrestest.New(t)
			for i := range 5 {
				require.NoError(t, addByPgx(t, db, someEntry(i)))
			}
			for _, sql := range append([]string{"alter table audit_log disable trigger all"}, c.sql...) {
				_, err := db.Pool.Exec(t.Context(), sql)
				require.NoError(t, err)
			}
			report, err := postgres.NewOperators(db).VerifyAudit(t.Context())
			require.NoError(t, err)
			assert.Equal(t, c.first, report.FirstBad, report.Fault)
			assert.NotEmpty(t, report.Fault)
			assert.Equal(t, 1, report.ExitCode())
		})
	}
}

func TestAnUncheckableChainIsAnError(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	_, err := db.Pool.Exec(t.Context(), "drop table audit_head")
	require.NoError(t, err)
	_, err = postgres.NewOperators(db).VerifyAudit(t.Context())
	assert.Error(t, err)
}

func TestAuditSearch(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	store := postgres.NewOperators(db)
	for i := range 60 {
		e := operators.AuditEntry{Actor: operators.Actor{ID: "op-1", Name: "Thandi Mokoena"}, Action: "saf.replay", ObjectType: "saf_entry", ObjectID: fmt.Sprint(i)}
		if i%10 == 0 {
			e = operators.AuditEntry{Actor: operators.CLI(), Action: "operator.invite", Result: operators.Failed}
		}
		require.NoError(t, addByPgx(t, db, e))
	}
	seqs := func(f operators.AuditFilter) (out []int64) {
		page, err := store.SearchAudit(t.Context(), f)
		require.NoError(t, err)
		for _, r := range page.Rows {
			out = append(out, r.Seq)
		}
		return out
	}
	cli := []int64{51, 41, 31, 21, 11, 1}
	assert.Equal(t, cli, seqs(operators.AuditFilter{Actor: "CLI"}))
	assert.Equal(t, cli, seqs(operators.AuditFilter{Action: "operator."}))
	assert.Equal(t, cli, seqs(operators.AuditFilter{Action: "operator.invite", Result: operators.Failed}))
	assert.Empty(t, seqs(operators.AuditFilter{Action: "operator"}))
	assert.Equal(t, []int64{3}, seqs(operators.AuditFilter{ObjectType: "saf_entry", ObjectID: "2", Actor: "op-1"}))
	assert.Empty(t, seqs(operators.AuditFilter{Actor: "%"}), "no wildcards")
	assert.Empty(t, seqs(operators.AuditFilter{To: time.Now().Add(-time.Hour)}))
	assert.Len(t, seqs(operators.AuditFilter{From: time.Now().Add(-time.Hour)}), 50)

	first, err := store.SearchAudit(t.Context(), operators.AuditFilter{Limit: 25})
	require.NoError(t, err)
	assert.Equal(t, []int64{60, 36}, []int64{first.Rows[0].Seq, first.Rows[24].Seq})
	assert.True(t, first.Older)
	assert.False(t, first.Newer)
	older, err := store.SearchAudit(t.Context(), operators.AuditFilter{Limit: 25, Before: 11})
	require.NoError(t, err)
	assert.Len(t, older.Rows, 10)
	assert.False(t, older.Older)
	newer, err := store.SearchAudit(t.Context(), operators.AuditFilter{Limit: 25, After: 10})
	require.NoError(t, err)
	assert.Equal(t, []int64{35, 11}, []int64{newer.Rows[0].Seq, newer.Rows[24].Seq})
	assert.True(t, newer.Newer)

	row, err := store.FindAudit(t.Context(), 60)
	require.NoError(t, err)
	assert.Equal(t, first.Rows[0], row)
	_, err = store.FindAudit(t.Context(), 61)
	assert.Equal(t, apperr.NotFound, apperr.CodeOf(err))
}
