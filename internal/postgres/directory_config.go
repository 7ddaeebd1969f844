package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Configuration reads what the configuration pages show.
type Configuration struct{ reader *Reader }

// NewConfiguration gives the reader over db.
func NewConfiguration(db *DB) *Configuration {
	return &Configuration{reader: NewReader(db, transactions.Limits{})}
}

// Providers lists the providers by name.
func (c *Configuration) Providers(ctx context.Context) (list []setup.ProviderView, err error) {
	err = c.reader.look(ctx, "list of providers", func(tx pgx.Tx) error {
		list, err = providerViews(ctx, tx, `true order by lower(name), id`)
		return err
	})
	return list, err
}

func providerViews(ctx context.Context, tx pgx.Tx, where string, args ...any) ([]setup.ProviderView, error) {
	rows, err := tx.Query(ctx, `select `+providerColumns+`,
    (select count(*)::int from products g where g.provider_id = providers.id and g.active), (select count(*)::int from routes r where r.provider_id = providers.id),
    (select count(*)::int from saf_entries s where s.provider_id = providers.id and s.live),
    held_at is not null and (held_until is null or held_until > now()), version, updated_at from providers where `+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (v setup.ProviderView, err error) {
		var p switchcore.Provider
		err = row.Scan(append(providerTargets(&p), &v.Products, &v.Routes, &v.Waiting, &v.Held, &v.Version, &v.UpdatedAt)...)
		v.Provider = setup.Provider{
			ID: p.ID, Name: p.Name, InstitutionID: p.Receiver.ID, Settlement: setup.Institution(p.Settlement), Connector: p.Connector,
			BaseURL: p.BaseURL, User: p.User, Credential: p.Credential, Options: []byte(p.Options), Profile: p.Profile, Disabled: !p.Enabled,
		}
		return v, err
	})
}

// Provider gives everything on one provider; NotFound when there is none.
func (c *Configuration) Provider(ctx context.Context, id string) (out setup.ProviderCase, err error) {
	err = c.reader.look(ctx, "provider", func(tx pgx.Tx) error {
		found, err := providerViews(ctx, tx, `id = $1`, id)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return apperr.Errorf(apperr.NotFound, "There is no provider %q.", id)
		}
		out.ProviderView = found[0]
		rows, _ := tx.Query(ctx, `select `+productColumns+` from products where provider_id = $1 and active order by id limit $2`, id, setup.MostGoods)
		if out.Goods, err = pgx.CollectRows(rows, scanGood); err != nil {
			return err
		}
		if out.Lines, err = routeViews(ctx, tx, `r.provider_id = $1`, id); err != nil {
			return err
		}
		rows, _ = tx.Query(ctx, `select `+feeTermColumns+` from terms where provider_id = $1 or provider_id is null order by provider_id nulls last limit 1`, id)
		terms, err := pgx.CollectRows(rows, scanFeeTerm)
		if len(terms) > 0 {
			out.Term = &terms[0]
		}
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `select coalesce(max(value) filter (where name = 'institution.id'), ''), coalesce(max(value) filter (where name = 'institution.name'), '')
  from settings`).Scan(&out.Switch.ID, &out.Switch.Name)
	})
	return out, err
}

func scanGood(row pgx.CollectableRow) (setup.Product, error) {
	p, err := scanProduct(row)
	return good(p), err
}

func good(p switchcore.Product) setup.Product {
	receiver := setup.Institution(p.Receiver)
	return setup.Product{
		ID: p.ID, Provider: p.ProviderID, Description: p.Description, Receiver: &receiver, Currency: p.Currency, Price: p.Amount, Min: p.Min, Max: p.Max,
		NoClientCodes: p.NoClientCodes, ProviderCode: p.ProviderCode, ProviderGroup: p.ProviderGroup, NotReversible: p.NotReversible,
	}
}

// Routes lists the routing table in its order, and whether any provider sells a product of this id (empty: not asked).
func (c *Configuration) Routes(ctx context.Context, productID string) (list []setup.RouteView, known bool, err error) {
	err = c.reader.look(ctx, "routing table", func(tx pgx.Tx) error {
		if list, err = routeViews(ctx, tx, `true`); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `select exists (select 1 from products where id = $1 and active)`, productID).Scan(&known)
	})
	return list, known, err
}

// routeViews reads routes with the names behind their ids: a receiver is known by the master list or as a provider's own
// institution.
func routeViews(ctx context.Context, tx pgx.Tx, where string, args ...any) ([]setup.RouteView, error) {
	rows, err := tx.Query(ctx, `select r.service, coalesce(r.product_id, ''), coalesce(r.receiver_id, ''), coalesce(r.card_prefix, ''), r.provider_id, r.position,
    p.name, not p.enabled, coalesce((select q.name from providers q where q.institution_id = r.receiver_id order by q.id limit 1),
      (select g.receiver_name from products g where g.receiver_id = r.receiver_id order by g.id limit 1), '')
  from routes r join providers p on p.id = r.provider_id where `+where+` order by r.position, r.service`, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (v setup.RouteView, err error) {
		return v, row.Scan(&v.Service, &v.Product, &v.Receiver, &v.CardPrefix, &v.Provider, &v.Position, &v.ProviderName, &v.ProviderOff, &v.ReceiverName)
	})
}

// Terms lists the terms, the general line last, and the rules that reconciliation processes settle by today.
func (c *Configuration) Terms(ctx context.Context) (out setup.TermList, err error) {
	err = c.reader.look(ctx, "list of terms", func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `select coalesce(t.provider_id, ''), t.code, t.kind, t.applies_to, t.rate_bp, t.tax_mode, t.tax_rate_bp, coalesce(p.name, '')
  from terms t left join providers p on p.id = t.provider_id order by lower(p.name) nulls last, t.kind`)
		out.Terms, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (v setup.TermView, err error) {
			return v, row.Scan(&v.Provider, &v.Code, &v.Kind, &v.AppliesTo, &v.RateBP, &v.TaxMode, &v.TaxRateBP, &v.ProviderName)
		})
		if err != nil {
			return err
		}
		rows, _ = tx.Query(ctx, `select distinct on (lower(x.name), x.code) x.code, x.provider_id, x.name, x.currency, f.code, f.applies_to, f.rate_bp, f.tax_mode, f.tax_rate_bp,
    case when f.valid_from > '0001-01-01' then f.valid_from::timestamp at time zone 'UTC' end
  from recon_processes x join settlement_fee_rules f on f.process_id = x.id
  where x.active and f.valid_from <= current_date and (f.valid_to is null or f.valid_to >= current_date) order by lower(x.name), x.code, f.valid_from desc`)
		out.Rules, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (v setup.RuleView, err error) {
			var from *time.Time
			err = row.Scan(&v.Process, &v.ProviderID, &v.ProviderName, &v.Currency, &v.Code, &v.AppliesTo, &v.RateBP, &v.TaxMode, &v.TaxRateBP, &from)
			v.ValidFrom = orZero(from)
			return v, err
		})
		return err
	})
	return out, err
}
