package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

// checking runs `console check` in this process: its database keeps no promises, which a command that only reads may accept.
func checking(t *testing.T, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(environment{ctx: t.Context(), stdin: strings.NewReader(""), stdout: &out, stderr: &errs}, append([]string{"check"}, args...))
	return outcome{code, out.String(), errs.String()}
}

func TestCheckSaysALinePerRule(t *testing.T) {
	t.Parallel()
	url := postgrestest.URL(t)
	o := checking(t, "--database-url", url)
	require.Zero(t, o.code, o.errors)
	require.Regexp(t, regexp.MustCompile(`^(V\d\d 0\n){25}$`), o.out, "V25 needs a canary")
	o = checking(t, "--database-url", url, "--canary", "planted")
	require.Zero(t, o.code, o.errors)
	require.Contains(t, o.out, "V25 0\n")
}

func TestCheckSaysWhatAViolationMeansAndWhatToDo(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	_, err := db.Pool.Exec(t.Context(), `insert into transaction_events (transaction_id, field, old, new, cause, at)
		select gen_random_uuid(), 'final', 'CONFIRMED', 'REVERSED', 'planted', now() from generate_series(1, 7)`)
	require.NoError(t, err)
	o := checking(t, "--database-url", db.Pool.Config().ConnString())
	require.Equal(t, exitFailed, o.code)
	require.Contains(t, o.errors, "invariants are violated")
	require.Regexp(t, regexp.MustCompile(`(?m)^V16 0\nV17 7\n    means: a final word was changed\n    next:  .+\n(    txn_id=[0-9a-f-]{36}\n){5}    and 2 more\nV18 0$`), o.out)
}

func TestCheckCannotCheck(t *testing.T) {
	t.Parallel()
	require.Equal(t, exitNotCheckable, checking(t, "--database-url", "postgres://nobody@"+busyPort(t)+"/none?connect_timeout=1").code)
	require.Equal(t, exitNotCheckable, checking(t, "--data-dir", t.TempDir()).code)
	require.Equal(t, exitUsage, checking(t, "--database-url", "postgres://x", "--timeout", "0s").code)
	// A rule that cannot be evaluated keeps no other from its turn.
	db := postgrestest.New(t)
	_, err := db.Pool.Exec(t.Context(), `drop view "check".tombstone`)
	require.NoError(t, err)
	o := checking(t, "--database-url", db.Pool.Config().ConnString())
	require.Equal(t, exitNotCheckable, o.code)
	require.Contains(t, o.errors, "V21 cannot be checked")
	require.NotContains(t, o.out, "V21")
	require.Contains(t, o.out, "V22 0\n")
}

// A rule that takes too long is given up: its old snapshot would hold up the queue.
func TestCheckGivesUpASlowRule(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	_, err := db.Pool.Exec(t.Context(), `create or replace view "check".approval as select null::uuid as id, now() as executed_at, null::text as decision,
		null::uuid as decided_by, null::uuid as requested_by from pg_sleep(60)`)
	require.NoError(t, err)
	o := checking(t, "--database-url", db.Pool.Config().ConnString(), "--timeout", "200ms")
	require.Equal(t, exitNotCheckable, o.code, o.out)
	require.Contains(t, o.errors, "V23 cannot be checked")
	require.Contains(t, o.errors, "--timeout")
}
