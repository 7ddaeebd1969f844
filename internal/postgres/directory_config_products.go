package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// productsWhere narrows products g by the filter's values $1 to $4.
const productsWhere = `($1 = '' or g.provider_id = $1) and ($2 = '' or g.receiver_id = $2)
  and ($3 = '' or g.id ilike $3 or g.description ilike $3 or g.provider_code ilike $3)
  and ($4 = '' or ($4 = 'fixed') = (g.amount_minor is not null))`

// Products gives a page of the master list by id.
func (c *Configuration) Products(ctx context.Context, f setup.ProductFilter) (out setup.ProductPage, err error) {
	args := []any{f.Provider, f.Receiver, pattern(f.Text), f.Kind}
	err = c.reader.look(ctx, "list of products", func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `select `+productColumns+`, not active, name from (select g.*, p.name from products g join providers p on p.id = g.provider_id) g
  where `+productsWhere+` and ($5 = '' or (g.id, g.provider_id) > ($5, $6)) order by g.id, g.provider_id limit $7`, append(args, f.AfterID, f.AfterProvider, f.Limit+1)...)
		if out.Rows, err = pgx.CollectRows(rows, scanProductView); err != nil {
			return err
		}
		if out.More = len(out.Rows) > f.Limit; out.More {
			out.Rows = out.Rows[:f.Limit]
		}
		if err := tx.QueryRow(ctx, `select count(*)::int from products g where `+productsWhere, args...).Scan(&out.Total); err != nil {
			return err
		}
		if out.Providers, err = institutions(ctx, tx, `select distinct p.id, p.name from providers p join products g on g.provider_id = p.id order by 2, 1`); err != nil {
			return err
		}
		out.Receivers, err = institutions(ctx, tx, `select receiver_id, min(receiver_name) from products group by 1 order by 2, 1`)
		return err
	})
	return out, err
}

// pattern finds a text anywhere in a value; what would be a wild card is taken literally.
func pattern(text string) string {
	if text == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

func scanProductView(row pgx.CollectableRow) (v setup.ProductView, err error) {
	var p switchcore.Product
	err = row.Scan(append(productTargets(&p), &v.Inactive, &v.ProviderName)...)
	v.Product = good(p)
	return v, err
}

func institutions(ctx context.Context, tx pgx.Tx, sql string) ([]setup.Institution, error) {
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (i setup.Institution, err error) { return i, row.Scan(&i.ID, &i.Name) })
}
