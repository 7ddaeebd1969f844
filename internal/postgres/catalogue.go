package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// CatalogueChange counts what a refresh changed.
type CatalogueChange struct {
	Added, Changed, Withdrawn int64
}

// The statements of a refresh. A product of ours is the provider's by its code there, else by its id; several of ours may be
// one of theirs (a voucher of any amount, sold at fixed prices). Ours keeps its name and id; its price follows only where both
// are fixed, its range only where both are ranges. Parameters: provider and one array per member of the list.
const (
	publishedList = `unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::boolean[])
  as u(code, "group", description, currency, amount, low, high, fixed_for_good)`
	ownCode = `coalesce(nullif(p.provider_code, ''), p.id)`

	changePublished = `update products p set active = true, not_reversible = u.fixed_for_good,
  amount_minor = case when p.amount_minor is not null and u.amount is not null then u.amount else p.amount_minor end,
  min_minor = case when p.amount_minor is null and u.amount is null then u.low else p.min_minor end,
  max_minor = case when p.amount_minor is null and u.amount is null then u.high else p.max_minor end
from ` + publishedList + ` where p.provider_id = $1 and ` + ownCode + ` = u.code and p.currency = u.currency and
  (not p.active or p.not_reversible <> u.fixed_for_good or p.amount_minor is not null and u.amount is not null and p.amount_minor <> u.amount
   or p.amount_minor is null and u.amount is null and (p.min_minor, p.max_minor) is distinct from (u.low, u.high))`

	addPublished = `insert into products (id, provider_id, description, receiver_id, receiver_name, currency, amount_minor, min_minor, max_minor,
  client_codes, provider_code, provider_group, not_reversible)
select u.code, r.id, u.description, r.institution_id, r.name, u.currency, u.amount, u.low, u.high, true, u.code, u."group", u.fixed_for_good
from ` + publishedList + ` join providers r on r.id = $1
where not exists (select 1 from products p where p.provider_id = $1 and ` + ownCode + ` = u.code) on conflict do nothing`

	withdrawMissing = `update products p set active = false where p.provider_id = $1 and p.active and ` + ownCode + ` <> all($2::text[])`
)

// RefreshProducts takes over what a provider publishes: new products are added, prices and ranges follow, what is no longer
// sold is withdrawn. An empty list is refused: the last good one stays in force. A change leaves an audit row.
func (d *Directory) RefreshProducts(ctx context.Context, providerID string, published []switchcore.Product) (c CatalogueChange, err error) {
	if len(published) == 0 {
		return c, apperr.Errorf(apperr.Invalid, "provider %s published an empty catalogue; the last one stays in force", providerID)
	}
	args := publishedArgs(providerID, published)
	err = pgx.BeginFunc(ctx, d.db.Pool, func(tx pgx.Tx) error {
		for _, step := range []struct {
			sql   string
			args  []any
			count *int64
		}{{changePublished, args, &c.Changed}, {addPublished, args, &c.Added}, {withdrawMissing, args[:2], &c.Withdrawn}} {
			tag, err := tx.Exec(ctx, step.sql, step.args...)
			if err != nil {
				return err
			}
			*step.count = tag.RowsAffected()
		}
		if c == (CatalogueChange{}) {
			return nil
		}
		return appendAudit(ctx, tx, operators.AuditEntry{
			Actor: operators.Switch(), Action: "catalogue.refresh", ObjectType: "provider", ObjectID: providerID,
			After: map[string]any{"added": c.Added, "changed": c.Changed, "withdrawn": c.Withdrawn},
		})
	})
	return c, Explain(err, "catalogue")
}

// publishedArgs turns the list into one array per member; a product without a code of its own goes by its id.
func publishedArgs(providerID string, list []switchcore.Product) []any {
	var codes, groups, descriptions, currencies []string
	var amounts, lows, highs []*int64
	var final []bool
	for _, p := range list {
		code := p.ProviderCode
		if code == "" {
			code = p.ID
		}
		codes, groups, descriptions, currencies = append(codes, code), append(groups, p.ProviderGroup), append(descriptions, p.Description), append(currencies, p.Currency)
		amounts, lows, highs, final = append(amounts, p.Amount), append(lows, p.Min), append(highs, p.Max), append(final, p.NotReversible)
	}
	return []any{providerID, codes, groups, descriptions, currencies, amounts, lows, highs, final}
}
