package postgres_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const canary = "planted-secret-7f3a"

// tradingBench has lived through one of each: sold and confirmed, given back, declined, open, in doubt, with a confirmation
// still queued, and reversed before it was asked for.
func tradingBench(t *testing.T) *switchBench {
	b := newSwitchBench(t, everything())
	for _, id := range []string{"sold", "back"} {
		require.Equal(t, 201, b.process(transactions.Provision, id, "").Status)
	}
	require.Equal(t, 202, b.advise(transactions.Confirm, transactions.Provision, "sold", "a1").Status)
	require.Equal(t, 202, b.advise(transactions.Reverse, transactions.Provision, "back", "a2").Status)
	b.provider.answer(switchcore.ClassDone, 202)
	require.Equal(t, 2, b.deliver())
	b.provider.answer(switchcore.ClassDeclined, 400)
	require.Equal(t, 400, b.process(transactions.Provision, "no", "").Status)
	b.provider.answer(switchcore.ClassUnknown, 0)
	require.Equal(t, 504, b.process(transactions.Provision, "doubt", "").Status)
	b.provider.answer(switchcore.ClassApproved, 201)
	for _, id := range []string{"open", "queued"} {
		require.Equal(t, 201, b.process(transactions.Provision, id, "").Status)
	}
	require.Equal(t, 202, b.advise(transactions.Confirm, transactions.Provision, "queued", "a3").Status)
	require.Equal(t, 404, b.advise(transactions.Reverse, transactions.Provision, "early", "a4").Status)
	require.Equal(t, 400, b.process(transactions.Provision, "early", "").Status)
	desk := saf.Desk{Store: postgres.NewDesk(b.db), Policy: saf.DefaultPolicy(), Wake: func(string) {}}
	who := saf.Actor{Name: "Olivia van Wyk"}
	for range 2 {
		require.NoError(t, desk.HoldQueue(t.Context(), who, "demo", "The provider asked for it", time.Time{}))
		require.NoError(t, desk.ReleaseQueue(t.Context(), who, "demo", "The provider is back again"))
	}
	b.corrupt(tools)
	b.corrupt(`update transactions set final_amount_minor = 5000 where request_id = 'sold'`)
	b.corrupt(`insert into settlement_lines (cycle_id, line_no, transaction_id, kind, client_id, operation, direction, product, business_date, at, amount_minor, fee_minor, currency)
		select gen_random_uuid(), 1, id, 'PRINCIPAL', client_id, operation, 'D', '', business_date, received_at, final_amount_minor, 0, 'ZAR' from transactions where request_id = 'sold'`)
	return b
}

// corrupt writes what no program of ours can: constraints and triggers are out of the way.
func (b *switchBench) corrupt(sql string) {
	b.t.Helper()
	b.run(`set session_replication_role = replica; do $$ declare c record; begin
		for c in select conrelid::regclass as place, conname from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace and conislocal and coninhcount = 0 loop
			execute format('alter table %s drop constraint %I', c.place, c.conname); end loop; end $$; ` + sql + `; reset session_replication_role`)
}

// tools are what the plants below are written with: the rows of one request, and a copy of an attempt with its traces, in
// order behind the original.
const tools = `
create function txn(request text) returns uuid language sql as $$ select id from transactions where request_id = request $$;
create function asked(request text) returns uuid language sql as $$ select id from attempts where transaction_id = txn(request) and kind = 'REQUEST' $$;
create function advised(request text) returns uuid language sql as $$ select id from attempts where transaction_id = txn(request) and saf_id is not null $$;
create function copied(original uuid, changes jsonb) returns void language plpgsql as $$
declare made uuid := gen_random_uuid();
begin
  insert into attempts select (jsonb_populate_record(a, jsonb_build_object('id', made, 'started_at', a.ended_at + interval '1 ms', 'ended_at', a.ended_at + interval '2 ms') || changes)).*
    from attempts a where id = original;
  insert into traces overriding system value select (jsonb_populate_record(t, jsonb_build_object('seq', t.seq + 1000000, 'attempt_id', made))).* from traces t where attempt_id = original;
end $$`

// plants spoil one thing each.
var plants = []struct{ rule, what, sql string }{
	{"V01", "two generations that stand", `insert into transactions select (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'generation', 2))).* from transactions t where request_id = 'open'`},
	{"V02", "a second provision", `select copied(asked('open'), '{"kind": "RETRY", "provider_ref": "ANOTHER"}')`},
	{"V03", "a second reference", `select copied(asked('open'), '{"kind": "RETRY", "wire_ref": "another"}')`},
	{"V04", "a decision without its advice", `delete from saf_entries where transaction_id = txn('queued')`},
	{"V05", "a confirmed doubt", `update transactions set outcome = 'UNKNOWN' where request_id = 'queued'`},
	{"V06", "pending for ever", `update transactions set outcome = 'PENDING', lease_until = now() - interval '61 s' where request_id = 'doubt'`},
	{"V07", "unknown for ever", `update transactions set last_client_at = now() - interval '21 min' where request_id = 'doubt'`},
	{"V08", "an attempt without an end", `update attempts set state = 'INTENT', ended_at = null, lease_until = now() - interval '61 s' where id = asked('doubt')`},
	{"V09", "two attempts at once", `select copied(asked('open'), jsonb_build_object('kind', 'RETRY', 'started_at', (select started_at from attempts where id = asked('open'))))`},
	{"V10", "a confirmation before its request", `update attempts r set started_at = a.ended_at + interval '1 ms', ended_at = a.ended_at + interval '2 ms' from attempts a where a.id = advised('sold') and r.id = asked('sold')`},
	{"V11", "an answer before the record", `update traces set at = at - interval '1 h' where leg = 'SC' and transaction_id = txn('open')`},
	{"V12", "a message out without its trace", `delete from traces where leg = 'SP' and attempt_id = asked('open')`},
	{"V12", "an answer without its trace", `delete from traces where leg = 'PS' and attempt_id = asked('open')`},
	{"V12", "an answer traced that nobody got", `update attempts set state = 'NO_ANSWER', result = 'UNKNOWN' where id = asked('no')`},
	{"V13", "a client's message with an attempt", `update traces set attempt_id = gen_random_uuid() where leg = 'CS' and transaction_id = txn('open')`},
	{"V14", "an answer to nothing", `delete from traces where leg = 'CS' and transaction_id = txn('open')`},
	{"V15", "a confirmation of nothing", `insert into advices select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'advice_id', 'lost', 'request_id', 'lost'))).* from advices a where advice_id = 'a1';
		update advices set transaction_id = null where advice_id = 'lost'`},
	{"V15", "a reversal that was not decided", `insert into advices select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'advice_id', 'lost', 'kind', 'REVERSE'))).* from advices a where advice_id = 'a1'`},
	{"V16", "delivered without an acknowledgement", `update attempts set result = 'UNKNOWN' where id = advised('sold')`},
	{"V17", "a success that failed", `insert into transaction_events (transaction_id, field, old, new, cause, at) values (txn('open'), 'outcome', 'SUCCESS', 'FAILED', 'planted', now())`},
	{"V17", "a changed mind", `insert into transaction_events (transaction_id, field, old, new, cause, at) values (txn('sold'), 'decision', 'CONFIRM', 'REVERSE', 'planted', now())`},
	{"V18", "two nodes under one fence", `select copied(advised('sold'), '{"node": "n2"}')`},
	{"V19", "closed with a refused advice", `update saf_entries set state = 'REFUSED' where transaction_id = txn('sold')`},
	{"V20", "a wrong sum", `update settlement_lines set amount_minor = amount_minor + 1`},
	{"V20", "a line of nothing", `update settlement_lines set transaction_id = txn('open')`},
	{"V21", "sent after its reversal", `insert into tombstones select client_id, service, operation, request_id, 'a9', received_at - interval '1 s' from transactions where request_id = 'no'`},
	{"V22", "another body", `update audit_log set body = body || ' ' where seq = (select max(seq) from audit_log)`},
	{"V22", "an entry missing", `delete from audit_log where seq = (select max(seq) - 1 from audit_log)`},
	{"V23", "approved by who asked", `create or replace view "check".approval as select gen_random_uuid() as id, now() as executed_at, 'APPROVE'::text as decision, p as decided_by, p as requested_by from (select gen_random_uuid() as p offset 0) one`},
	{"V24", "a reversal that nobody heard of", `update saf_entries set state = 'CONSUMED' where transaction_id = txn('back')`},
	{"V25", "a secret in a trace", `update traces set body_masked = '{"pin":"` + canary + `"}' where leg = 'CS' and transaction_id = txn('open')`},
	{"V26", "a lease without an owner", `update saf_entries set state = 'LEASED', lease_until = now() where transaction_id = txn('queued')`},
	{"V26", "a lease without an end", `update saf_entries set state = 'LEASED', lease_owner = 'n1', lease_until = now() - interval '121 s' where transaction_id = txn('queued')`},
	{"V26", "due, and nobody comes", `update attempts set started_at = started_at - interval '1 h', ended_at = ended_at - interval '1 h'; update saf_entries set created_at = now() - interval '1 h';
		update saf_entries set next_at = now() - interval '11 min', updated_at = now() - interval '11 min' where transaction_id = txn('queued'); update providers set updated_at = now() - interval '1 h'`},
	{"V26", "overtaken", `update saf_entries set next_at = now() - interval '11 min', updated_at = now() - interval '11 min' where transaction_id = txn('queued'); update providers set updated_at = now() - interval '1 h'`},
	{"V26", "waits for a request that has ended", `update saf_entries set next_at = 'infinity' where transaction_id = txn('queued')`},
}

// broken lists the rules with rows, each with its number.
func (b *switchBench) broken() map[string]int {
	b.t.Helper()
	found := map[string]int{}
	for _, r := range postgres.Rules() {
		n, first, err := b.db.Violations(b.t.Context(), r, canary)
		require.NoError(b.t, err, r.ID)
		require.Len(b.t, first, min(n, 5))
		if n > 0 {
			found[r.ID] = n
		}
	}
	return found
}

// Each rule finds what it is there for, and no other rule takes it for its own (guarantees B4).
func TestCheckerFindsWhatIsPlanted(t *testing.T) {
	t.Parallel()
	planted := map[string]bool{}
	for _, p := range plants {
		planted[p.rule] = true
		t.Run(p.rule+" "+p.what, func(t *testing.T) {
			t.Parallel()
			b := tradingBench(t)
			require.Empty(t, b.broken(), "before anything was planted")
			b.corrupt(p.sql)
			require.Equal(t, map[string]int{p.rule: 1}, b.broken())
		})
	}
	require.Len(t, planted, 26, "every rule is proved")
	require.Len(t, postgres.Rules(), 26)
	for _, r := range postgres.Rules() {
		require.True(t, planted[r.ID], r.ID)
		require.NotEmpty(t, r.Meaning, r.ID)
		require.NotEmpty(t, r.Next, r.ID)
		require.False(t, strings.HasSuffix(r.Next, "."), "%s: both are parts of a line", r.ID)
	}
}

// An advice that was due long ago is not stuck while its provider or its client is held, or while it waits its turn behind an
// open breaker: others of the queue are tried, but none that came later.
func TestCheckerKnowsWhoMayWait(t *testing.T) {
	t.Parallel()
	const overdue = `update saf_entries set next_at = now() - interval '11 min', updated_at = now() - interval '11 min', created_at = now() - interval '12 min' where transaction_id = txn('queued');
		update providers set updated_at = now() - interval '1 h'; `
	for _, may := range []struct{ what, sql string }{
		{"held provider", `update attempts set started_at = started_at - interval '1 h', ended_at = ended_at - interval '1 h'; update providers set held_at = now() - interval '1 h'`},
		{"held client", `insert into clients (id, name, password_hash, held_at, updated_at) values ('till', 'Till', '', now() - interval '1 h', now() - interval '1 h')`},
		{"just released", `update providers set updated_at = now()`},
		{"in turn", `update saf_entries set created_at = now() - interval '12 min'`},
	} {
		t.Run(may.what, func(t *testing.T) {
			t.Parallel()
			b := tradingBench(t)
			b.corrupt(overdue)
			require.Equal(t, map[string]int{"V26": 1}, b.broken(), "overtaken")
			b.corrupt(may.sql)
			require.Empty(t, b.broken())
		})
	}
	t.Run("a hold that is over excuses nothing", func(t *testing.T) {
		t.Parallel()
		b := tradingBench(t)
		b.corrupt(overdue + `update providers set held_at = now() - interval '1 h', held_until = now() - interval '20 min'`)
		require.Equal(t, map[string]int{"V26": 1}, b.broken())
	})
}

// A clock that was set back does not blind a rule.
func TestCheckerSurvivesAClockThatWasSetBack(t *testing.T) {
	t.Parallel()
	b := tradingBench(t)
	b.corrupt(`update attempts set ended_at = started_at - interval '1 h' where id = asked('open')`)
	require.Empty(t, b.broken())
}
