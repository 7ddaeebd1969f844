package postgres

// Rule is one invariant of the checker (guarantees B4): its query gives one row per violation.
type Rule struct {
	ID      string // V01 to V26
	Meaning string // what a row says has happened
	Next    string // what a person does about it
	sql     string
}

// Rules lists the invariants over the views of the schema "check", word by word as guarantees B4 has them but for three: V09
// gives an attempt whose clock was set back no length instead of failing, V19 leaves out what was closed by hand, and V26
// knows who may wait longer than ten minutes (migration 0009). V25 needs a planted secret and runs only with one.
func Rules() []Rule {
	return []Rule{
		{
			"V01", "one request id has two generations with the same number, or two that stand", "compare both transactions with the provider's books; one is too many and has to be reversed there",
			`select client_id, service, operation, client_ref from txn where generation is not null
  group by 1, 2, 3, 4 having count(*) <> count(distinct generation) or count(*) filter (where outcome <> 'FAILED' and not superseded) > 1`,
		},
		{
			"V02", "one transaction was provisioned twice", "ask the provider to undo the reference that the client was not told",
			`select txn_id from attempt where kind in ('REQUEST', 'RETRY') and result = 'SUCCESS' group by 1 having count(distinct provider_ref) > 1`,
		},
		{
			"V03", "one transaction went out under two references that both stand", "look for both references in the provider's books; only one may have an effect",
			`select txn_id from attempt group by 1 having count(distinct wire_ref) filter (where kind in ('REQUEST', 'RETRY') and not superseded) > 1`,
		},
		{
			"V04", "a decision and its stored advice differ", "the provider may never hear of the decision: send it by hand and restore the row from the backup",
			`select t.id from txn t left join saf s on s.txn_id = t.id and s.kind in ('CONFIRM', 'REVERSE') where t.decision is distinct from s.kind`,
		},
		{
			"V05", "something was confirmed that was not approved", "ask the provider what became of the reference before it is settled",
			`select id from txn where decision = 'CONFIRM' and outcome <> 'SUCCESS'`,
		},
		{
			"V06", "a request is pending long after its lease", "see on the schedules page that lease.sweep runs on a node with the role jobs",
			`select id from txn where outcome = 'PENDING' and lease_until < now() - interval '60 s'`,
		},
		{
			"V07", "an unknown outcome was not decided in time", "see on the schedules page that unknown.decide runs; is --unknown-max-age above 15 minutes, the rule is only stricter",
			`select id from txn where outcome = 'UNKNOWN' and decision is null and last_client_at < now() - interval '20 min'`,
		},
		{
			"V08", "an attempt is open long after its lease", "see on the schedules page that lease.sweep runs on a node with the role jobs",
			`select id from attempt where state = 'INTENT' and lease_until < now() - interval '60 s'`,
		},
		{
			"V09", "two attempts of one transaction overlap", "compare the transaction with the provider's books: both may have had an effect",
			`select a.id, b.id from attempt a join attempt b on b.txn_id = a.txn_id and b.id > a.id
  and tstzrange(a.started_at, case when a.ended_at < a.started_at then a.started_at else a.ended_at end)
    && tstzrange(b.started_at, case when b.ended_at < b.started_at then b.started_at else b.ended_at end)`,
		},
		{
			"V10", "an advice went out before its request had ended", "ask the provider which of the two it saw first, and what stands there",
			`select a.id from attempt a join attempt r on r.txn_id = a.txn_id and r.kind in ('REQUEST', 'RETRY')
  where a.kind in ('CONFIRM', 'REVERSE') and (r.ended_at is null or r.started_at > a.started_at)`,
		},
		{
			"V11", "an answer was given before what it reports was stored", "ask the client what it was told, and compare it with the transaction",
			`select r.id from trace r join txn t on t.id = r.txn_id join trace q on q.exchange_id = r.exchange_id and q.leg = 'CS'
  where r.leg = 'SC' and r.kind <> 'ADVICE_ACK' and (t.outcome = 'PENDING' and r.kind <> 'ERROR' or r.at < t.created_at or q.at > r.at)`,
		},
		{
			"V12", "an attempt without exactly one trace of what went out, or an answer without its own", "the record of that message is incomplete: ask the provider for its copy",
			`select a.id from attempt a left join trace t on t.attempt_id = a.id group by a.id, a.state
  having count(*) filter (where leg = 'SP') <> 1 or a.state <> 'INTENT' and (count(*) filter (where leg = 'PS' and not late) <> (a.state = 'ANSWERED')::int)`,
		},
		{
			"V13", "a trace stands on the wrong leg", "the table was written by something else than the switch: compare it with the backup",
			`select id from trace where (leg in ('SP', 'PS')) <> (attempt_id is not null) or (leg in ('CS', 'SC')) <> (exchange_id is not null)`,
		},
		{
			"V14", "an answer to a message that was not traced", "the record of that message is incomplete: ask the client for its copy",
			`select r.exchange_id from trace r where r.leg = 'SC' and not exists (select 1 from trace q where q.exchange_id = r.exchange_id and q.leg = 'CS')`,
		},
		{
			"V15", "an advice was acknowledged and had no effect", "the client relies on it: send it to the provider by hand",
			`select a.advice_ref from advice_in a left join txn t on t.id = a.txn_id
  where a.acked_at is not null and (t.id is null and a.kind = 'CONFIRM' or t.id is not null and t.outcome <> 'FAILED' and t.decision is distinct from a.kind)`,
		},
		{
			"V16", "an advice counts as delivered that no provider acknowledged", "replay the entry on its page; a repeat does no harm",
			`select s.id from saf s where s.state = 'ACKED' and not exists (select 1 from attempt a where a.saf_id = s.id and a.state = 'ANSWERED' and a.result = 'SUCCESS')`,
		},
		{
			"V17", "a final word was changed", "read the transaction's history for who did it; the first word is the one that was told",
			`select txn_id from txn_event where field = 'outcome' and old in ('SUCCESS', 'FAILED') or field in ('decision', 'final') and old is not null`,
		},
		{
			"V18", "two nodes worked one lease", "stop all nodes but one and compare the entry with the provider's books",
			`select saf_id, fence from attempt where saf_id is not null group by 1, 2 having count(distinct node) > 1`,
		},
		{
			"V19", "a closed transaction has an unsettled advice", "deliver or close the entry on its page; do not settle the transaction before",
			`select t.id from txn t join saf s on s.txn_id = t.id and s.kind in ('CONFIRM', 'REVERSE') where t.closed_at is not null and s.state not in ('ACKED', 'CONSUMED') and s.resolved_by is null`,
		},
		{
			"V20", "a settlement line that should not be, or has another sum", "hold the cycle's payment; an adjusting line in the next cycle sets it right",
			`select t.id from txn t join settle_line l on l.txn_id = t.id and l.kind = 'PRINCIPAL'
  where t.final is null or t.final = 'DECLINED' or t.final = 'REVERSED' and t.final_amount_minor = 0 or l.amount_minor <> coalesce(l.agreed_minor, t.final_amount_minor)`,
		},
		{
			"V21", "something was sent although it had been reversed before", "ask the provider to undo the reference: the client takes it for reversed",
			`select t.id from txn t join tombstone b on (b.client_id, b.service, b.operation, b.client_ref) = (t.client_id, t.service, t.operation, t.client_ref) and b.created_at < t.created_at
  join attempt x on x.txn_id = t.id and x.kind in ('REQUEST', 'RETRY') and x.state <> 'NOT_SENT'`,
		},
		{
			"V22", "the audit chain is broken", "console audit verify names the first bad entry; compare it with the backup from before",
			`select seq from (select *, lag(hash) over w p, lag(seq) over w q from audit window w as (order by seq)) z
  where hash <> sha256(prev || convert_to(seq || '|' || body, 'UTF8')) or q is not null and (p <> prev or q <> seq - 1)`,
		},
		{
			"V23", "something was executed without a second person", "undo what it did, and find out how it passed the approval",
			`select id from approval where executed_at is not null and (decision is distinct from 'APPROVE' or decided_by is null or decided_by = requested_by)`,
		},
		{
			"V24", "a reversal that reached nobody was not marked for reconciliation", "ask the provider whether the reference stands before the day is settled",
			`select t.id from txn t join saf s on s.txn_id = t.id where s.kind = 'REVERSE' and s.state in ('CONSUMED', 'REFUSED') and not t.recon_required and t.outcome <> 'FAILED'
  and exists (select 1 from attempt a where a.txn_id = t.id and a.kind in ('REQUEST', 'RETRY') and a.state <> 'NOT_SENT')`,
		},
		{
			"V25", "a secret is stored in clear", "restrict who reads the traces, and mend the masking of that message",
			`select id from trace where position(convert_to($1, 'UTF8') in body) > 0`,
		},
		{
			"V26", "a stored advice is stuck", "see that a node with the role jobs runs and that the provider is enabled; then read the entry's page",
			`select id from saf where (state = 'LEASED') <> (lease_owner is not null) or state = 'LEASED' and lease_until < now() - interval '120 s'
  or state = 'QUEUED' and due_since < now() - interval '10 min' and not held and not in_turn
  or state = 'QUEUED' and kind <> 'RECEIPT' and next_at = 'infinity' and not exists (select 1 from attempt a where a.txn_id = saf.txn_id and a.saf_id is null and a.state = 'INTENT')`,
		},
	}
}
