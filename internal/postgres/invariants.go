package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Rule is one invariant of the checker (guarantees B4): its query gives one row per violation.
type Rule struct {
	ID      string // V01 to V26
	Meaning string
	sql     string
}

// Rules lists the invariants over the views of the schema "check". V25 needs a planted secret and runs only with one.
// V07 and V26 know what is allowed to wait: V26's ten minutes do not count for held entries, nor behind a breaker, which
// shows as a recent attempt.
func Rules() []Rule {
	return []Rule{
		{"V01", "one request id has two generations with the same number, or two live ones", `select client_id, service, operation, client_ref from txn where generation is not null
  group by 1, 2, 3, 4 having count(*) <> count(distinct generation) or count(*) filter (where outcome <> 'FAILED' and not superseded) > 1`},
		{"V02", "one transaction was provisioned twice", `select txn_id from attempt where kind in ('REQUEST', 'RETRY') and result = 'SUCCESS' group by 1 having count(distinct provider_ref) > 1`},
		{"V03", "one transaction went out under two references", `select txn_id from attempt group by 1 having count(distinct wire_ref) filter (where kind in ('REQUEST', 'RETRY') and not superseded) > 1`},
		{"V04", "a decision and its stored advice differ", `select t.id from txn t left join saf s on s.txn_id = t.id and s.kind in ('CONFIRM', 'REVERSE') where t.decision is distinct from s.kind`},
		{"V05", "a confirmation of something that was not approved", `select id from txn where decision = 'CONFIRM' and outcome <> 'SUCCESS'`},
		{"V06", "a request is pending long after its lease", `select id from txn where outcome = 'PENDING' and lease_until < now() - interval '60 s'`},
		{"V07", "an unknown outcome that nobody decided in time", `select id from txn where outcome = 'UNKNOWN' and decision is null and last_client_at < now() - interval '20 min'`},
		{"V08", "an attempt is open long after its lease", `select id from attempt where state = 'INTENT' and lease_until < now() - interval '60 s'`},
		{"V09", "two attempts of one transaction overlap", `select a.id, b.id from attempt a join attempt b on b.txn_id = a.txn_id and b.id > a.id
  and tstzrange(a.started_at, a.ended_at) && tstzrange(b.started_at, b.ended_at)`},
		{"V10", "an advice went out before its request had ended", `select a.id from attempt a join attempt r on r.txn_id = a.txn_id and r.kind in ('REQUEST', 'RETRY')
  where a.kind in ('CONFIRM', 'REVERSE') and (r.ended_at is null or r.started_at > a.started_at)`},
		{"V11", "an answer was given before what it reports was stored", `select r.id from trace r join txn t on t.id = r.txn_id join trace q on q.exchange_id = r.exchange_id and q.leg = 'CS'
  where r.leg = 'SC' and r.kind <> 'ADVICE_ACK' and (t.outcome = 'PENDING' and r.kind <> 'ERROR' or r.at < t.created_at or q.at > r.at)`},
		{"V12", "an attempt without exactly one trace of what went out, or an answer without its trace", `select a.id from attempt a left join trace t on t.attempt_id = a.id group by a.id, a.state
  having count(*) filter (where leg = 'SP') <> 1 or a.state <> 'INTENT' and (count(*) filter (where leg = 'PS' and not late) <> (a.state = 'ANSWERED')::int)`},
		{"V13", "a trace on the wrong leg", `select id from trace where (leg in ('SP', 'PS')) <> (attempt_id is not null) or (leg in ('CS', 'SC')) <> (exchange_id is not null)`},
		{"V14", "an answer to a message that was not traced", `select r.exchange_id from trace r where r.leg = 'SC' and not exists (select 1 from trace q where q.exchange_id = r.exchange_id and q.leg = 'CS')`},
		{"V15", "an acknowledged advice without effect", `select a.advice_ref from advice_in a left join txn t on t.id = a.txn_id
  where a.acked_at is not null and (t.id is null and a.kind = 'CONFIRM' or t.id is not null and t.outcome <> 'FAILED' and t.decision is distinct from a.kind)`},
		{"V16", "an advice counts as acknowledged that nobody acknowledged", `select s.id from saf s where s.state = 'ACKED' and not exists (select 1 from attempt a where a.saf_id = s.id and a.state = 'ANSWERED' and a.result = 'SUCCESS')`},
		{"V17", "a final word was changed", `select txn_id from txn_event where field = 'outcome' and old in ('SUCCESS', 'FAILED') or field in ('decision', 'final') and old is not null`},
		{"V18", "two nodes worked one lease", `select saf_id, fence from attempt where saf_id is not null group by 1, 2 having count(distinct node) > 1`},
		{"V19", "a closed transaction has an unsettled advice", `select t.id from txn t join saf s on s.txn_id = t.id and s.kind in ('CONFIRM', 'REVERSE') where t.closed_at is not null and s.state not in ('ACKED', 'CONSUMED') and s.resolved_by is null`},
		{"V20", "a settlement line that should not be, or has another sum", `select t.id from txn t join settle_line l on l.txn_id = t.id and l.kind = 'PRINCIPAL'
  where t.final is null or t.final = 'DECLINED' or t.final = 'REVERSED' and t.final_amount_minor = 0 or l.amount_minor <> coalesce(l.agreed_minor, t.final_amount_minor)`},
		{"V21", "something was sent although it had been reversed before", `select t.id from txn t join tombstone b on (b.client_id, b.service, b.operation, b.client_ref) = (t.client_id, t.service, t.operation, t.client_ref) and b.created_at < t.created_at
  join attempt x on x.txn_id = t.id and x.kind in ('REQUEST', 'RETRY') and x.state <> 'NOT_SENT'`},
		{"V22", "the audit chain is broken", `select seq from (select *, lag(hash) over w p, lag(seq) over w q from audit window w as (order by seq)) z
  where hash <> sha256(prev || convert_to(seq || '|' || body, 'UTF8')) or q is not null and (p <> prev or q <> seq - 1)`},
		{"V23", "something was executed without a second person", `select id from approval where executed_at is not null and (decision is distinct from 'APPROVE' or decided_by is null or decided_by = requested_by)`},
		{"V24", "a reversal that reached nobody was not marked for reconciliation", `select t.id from txn t join saf s on s.txn_id = t.id where s.kind = 'REVERSE' and s.state in ('CONSUMED', 'REFUSED') and not t.recon_required and t.outcome <> 'FAILED'
  and exists (select 1 from attempt a where a.txn_id = t.id and a.kind in ('REQUEST', 'RETRY') and a.state <> 'NOT_SENT')`},
		{"V25", "a secret is stored in clear", `select id from trace where position(convert_to($1, 'UTF8') in body) > 0`},
		{"V26", "a stored advice is stuck", `select id from saf where (state = 'LEASED') <> (lease_owner is not null) or state = 'LEASED' and lease_until < now() - interval '120 s'
  or state = 'QUEUED' and next_at < now() - interval '10 min' and not held and coalesce(last_attempt_at, '-infinity') < now() - interval '10 min'
  or state = 'QUEUED' and kind <> 'RECEIPT' and next_at = 'infinity' and not exists (select 1 from attempt a where a.txn_id = saf.txn_id and a.saf_id is null and a.state = 'INTENT')`},
	}
}

// Violations counts the rows of a rule and gives the first few, as text. Read only; one statement, no lock.
func (d *DB) Violations(ctx context.Context, r Rule, canary string) (count int, first []string, err error) {
	err = pgx.BeginTxFunc(ctx, d.Pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local search_path = "check", public`); err != nil {
			return err
		}
		var args []any
		if r.ID == "V25" {
			args = append(args, canary)
		}
		rows, err := tx.Query(ctx, r.sql, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			values, err := rows.Values()
			if err != nil {
				return err
			}
			if count++; len(first) < maxViolations {
				first = append(first, shown(values))
			}
		}
		return rows.Err()
	})
	return count, first, Explain(err, "invariant "+r.ID)
}

// maxViolations is how many rows of a broken rule are shown.
const maxViolations = 5

func shown(values []any) string {
	text := ""
	for i, v := range values {
		if id, ok := v.([16]byte); ok {
			v = fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
		}
		if i > 0 {
			text += " "
		}
		text += fmt.Sprint(v)
	}
	return text
}
