package postgres

import (
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/finance"
)

// switchColumns is the finance view of a transaction t. The state words are those of spec/console-and-finance.md 10.3;
// before closing the amount is what would be final if nothing else happened. The advice is the newest word about
// telling the provider: an entry closed by hand is no longer outstanding. A confirmation counts once it was accepted from
// the client, forwarded or not; the switch's own one is none.
const switchColumns = `t.id, t.client_id, t.provider_id, t.operation, t.request_id, coalesce(t.provider_ref, ''), coalesce(v.serial, ''),
	  coalesce(t.product_id, ''), coalesce(t.terminal_id, ''), t.business_date::text, t.received_at,
	  case
	    when t.outcome = 'FAILED' then 'DECLINED'
	    when t.decision = 'REVERSE' then 'REVERSED'
	    when t.outcome in ('UNKNOWN', 'PENDING') then 'UNKNOWN'
	    when t.decision is null and t.final is null then 'OPEN'
	    else 'SUCCESS' end,
	  t.final is not null,
	  case
	    when t.outcome = 'FAILED' then 0
	    when t.final_amount_minor is not null then t.final_amount_minor
	    when t.decision = 'REVERSE' then coalesce((select a.amount_minor from advices a
	      where a.transaction_id = t.id and a.kind = 'REVERSE' and a.acked_at is not null order by a.received_at limit 1), 0)
	    else coalesce(t.approved_amount_minor, t.request_amount_minor, 0) end,
	  coalesce(t.currency, $2)::text,
	  case
	    when s.state is null or s.state = 'ACKED' then ''
	    when s.state = 'CONSUMED' then 'CONSUMED'
	    when s.state = 'REFUSED' then 'REFUSED'
	    when s.resolved_by is not null then ''
	    else 'OUTSTANDING' end,
	  t.recon_required, t.superseded, coalesce(c.settle_requires_confirmation, false),
	  coalesce(c.settle_requires_confirmation, false) and (select true from advices a
	    where a.transaction_id = t.id and a.kind = 'CONFIRM' and a.acked_at is not null limit 1) is not null`

// switchJoins looks up what switchColumns needs of other tables, for each transaction by itself. With a plain join, or an exists
// above, the planner may read a whole table for one page of a day.
const switchJoins = `
	  left join lateral (select w.serial from vouchers w where w.id = t.voucher_id limit 1) v on true
	  left join lateral (select e.state, e.resolved_by from saf_entries e where e.transaction_id = t.id and e.kind in ('CONFIRM', 'REVERSE') limit 1) s on true
	  left join clients c on c.id = t.client_id`

// switchRecords is the finance view of the transactions of provider $1 in currency $2.
var switchRecords = `select ` + switchColumns + ` from transactions t` + switchJoins + `
	where t.provider_id = $1 and (t.currency = $2 or t.currency is null and ` + firstCurrency + `) and ` + reconciled + ` and t.generation is not null`

// firstCurrency tells whether the process of provider $1 and currency $2 takes the transactions that have no currency.
const firstCurrency = `$2 = (select min(r.currency) from recon_processes r where r.provider_id = $1)`

// reconciled picks the transactions whose operation is reconciled.
var reconciled = `t.operation in ('` + strings.Join(finance.Operations(), "', '") + `')`

func scanSwitchRecord(row pgx.CollectableRow) (finance.SwitchRecord, error) {
	var r finance.SwitchRecord
	err := row.Scan(switchTargets(&r)...)
	return r, err
}

// switchTargets is where switchColumns are scanned to.
func switchTargets(r *finance.SwitchRecord) []any {
	return []any{
		&r.TransactionID, &r.ClientID, &r.ProviderID, &r.Operation, &r.RequestID, &r.ProviderRef, &r.Serial,
		&r.Product, &r.TerminalID, &r.BusinessDate, &r.At, &r.State, &r.Closed, &r.AmountMinor, &r.Currency, &r.Advice,
		&r.ReconRequired, &r.Superseded, &r.RequiresConfirmation, &r.ConfirmationReceived,
	}
}
