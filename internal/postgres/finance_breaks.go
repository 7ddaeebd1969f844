package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/finance"
)

// OpenBreaks counts what is not matched in the current runs of all processes and stands in no cycle.
func (f *Finance) OpenBreaks(ctx context.Context) (finance.OpenBreaks, error) {
	var b finance.OpenBreaks
	err := f.db.Pool.QueryRow(ctx, `
		with open as (
		  select i.business_date, i.self_heals, p.code from recon_items_current i join recon_processes p on p.id = i.process_id
		  where i.recon_status <> 'MATCHED' and not exists (select 1 from settlement_lines l where l.transaction_id = i.transaction_id))
		select count(*), count(*) filter (where self_heals), coalesce(min(business_date)::text, ''),
		  coalesce((select code from open order by business_date, code limit 1), '')
		from open`).Scan(&b.Count, &b.SelfHealing, &b.Oldest, &b.Process)
	return b, Explain(err, "reconciliation item")
}

// SwitchBreaks reads the breaks the switch has opened by itself (I8, I12), newest first, whether or not a file has
// arrived: transactions marked recon_required that no cycle has taken up.
func (f *Finance) SwitchBreaks(ctx context.Context, p finance.Process, limit int) ([]finance.Item, error) {
	rows, _ := f.db.Pool.Query(ctx, switchRecords+` and t.recon_required
		and not exists (select 1 from settlement_lines l where l.transaction_id = t.id)
		order by t.business_date desc, t.received_at desc limit $3`, p.ProviderID, p.Currency, limit)
	records, err := pgx.CollectRows(rows, scanSwitchRecord)
	return finance.BreaksOf(records), Explain(err, "list of transactions")
}
