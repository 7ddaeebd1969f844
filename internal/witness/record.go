package witness

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// recordSQL is every transaction that may have left the switch, with its references and its stored advice.
const recordSQL = `select t.id::text, t.client_id, t.request_id, coalesce(t.provider_id, ''), t.operation, t.outcome, coalesce(t.decision, ''), coalesce(t.final, ''),
  coalesce(t.approved_amount_minor, 0), coalesce(t.final_amount_minor, 0), coalesce(encode(v.code_hash, 'hex'), ''),
  (select min(e.at) from transaction_events e where e.transaction_id = t.id and e.field = 'decision'), t.superseded, t.recon_required,
  coalesce(s.state, ''), coalesce(s.resolved_by::text, ''),
  array(select a.wire_ref || ' ' || bool_and(a.superseded)::int from attempts a where a.transaction_id = t.id and a.kind in ('REQUEST', 'RETRY') group by a.wire_ref),
  exists (select 1 from recon_items_current i where i.transaction_id = t.id and i.recon_status <> 'MATCHED' and i.resolution = 'NONE')
  from transactions t left join vouchers v on v.id = t.voucher_id left join saf_entries s on s.transaction_id = t.id and s.kind in ('CONFIRM', 'REVERSE')`

const traceSQL = `select t.leg, t.body_sha256, coalesce(t.attempt_id::text, ''), coalesce(a.state, '') from traces t left join attempts a on a.id = t.attempt_id`

// ReadRecord reads the database's side. It belongs to the end of a run: the tables are read whole.
func ReadRecord(ctx context.Context, pool *pgxpool.Pool) (Record, error) {
	var r Record
	rows, err := pool.Query(ctx, recordSQL)
	if err != nil {
		return r, err
	}
	if r.Transactions, err = pgx.CollectRows(rows, scanTransaction); err != nil {
		return r, err
	}
	if rows, err = pool.Query(ctx, traceSQL); err != nil {
		return r, err
	}
	r.Traces, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Trace, err error) {
		var digest []byte
		err = row.Scan(&t.Leg, &digest, &t.Attempt, &t.State)
		copy(t.Digest[:], digest)
		return t, err
	})
	if err != nil {
		return r, err
	}
	if rows, err = pool.Query(ctx, `select transaction_id::text, amount_minor from settlement_lines where kind = 'PRINCIPAL'`); err != nil {
		return r, err
	}
	r.Settled, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Settled, err error) {
		err = row.Scan(&s.TransactionID, &s.Amount)
		return s, err
	})
	return r, err
}

func scanTransaction(row pgx.CollectableRow) (t Transaction, err error) {
	var refs []string
	var decided *time.Time
	err = row.Scan(&t.ID, &t.ClientID, &t.RequestID, &t.Provider, &t.Operation, &t.Outcome, &t.Decision, &t.Final, &t.Approved, &t.FinalAmount, &t.Code,
		&decided, &t.Superseded, &t.ReconRequired, &t.AdviceState, &t.AdviceSettled, &refs, &t.Broken)
	for _, text := range refs {
		wire, superseded, _ := strings.Cut(text, " ")
		t.Refs = append(t.Refs, Ref{Wire: wire, Superseded: superseded == "1"})
	}
	if decided != nil {
		t.DecidedAt = *decided
	}
	return t, err
}
