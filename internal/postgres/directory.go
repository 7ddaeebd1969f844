package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Directory reads providers, products and routes. They are data: loaded at start and when their version changes.
type Directory struct{ db *DB }

// NewDirectory makes the reader of the directory.
func NewDirectory(db *DB) *Directory { return &Directory{db: db} }

// Load reads a whole snapshot.
func (d *Directory) Load(ctx context.Context) (*switchcore.Directory, error) {
	providers, err := d.providers(ctx)
	if err != nil {
		return nil, err
	}
	products, err := d.products(ctx)
	if err != nil {
		return nil, err
	}
	routes, err := d.routes(ctx)
	if err != nil {
		return nil, err
	}
	return switchcore.NewDirectory(providers, products, routes), nil
}

// Version changes with every change of a provider, product or route, in the transaction of that change.
func (d *Directory) Version(ctx context.Context) (n int64, err error) {
	err = d.db.Pool.QueryRow(ctx, `select n from directory_version`).Scan(&n)
	return n, Explain(err, "directory")
}

func (d *Directory) providers(ctx context.Context) ([]switchcore.Provider, error) {
	rows, err := d.db.Pool.Query(ctx, `select `+providerColumns+` from providers order by id`)
	if err != nil {
		return nil, Explain(err, "provider")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p switchcore.Provider, err error) {
		err = row.Scan(providerTargets(&p)...)
		p.Receiver.Name = p.Name
		return p, err
	})
	return list, Explain(err, "provider")
}

const providerColumns = `id, name, institution_id, settlement_id, settlement_name, connector, base_url, user_name, credential, options::text, profile, enabled`

func providerTargets(p *switchcore.Provider) []any {
	return []any{
		&p.ID, &p.Name, &p.Receiver.ID, &p.Settlement.ID, &p.Settlement.Name, &p.Connector, &p.BaseURL, &p.User, &p.Credential, &p.Options,
		&p.Profile, &p.Enabled,
	}
}

const productColumns = `id, provider_id, description, receiver_id, receiver_name, currency, amount_minor, min_minor, max_minor, not client_codes,
  provider_code, provider_group, not_reversible`

func productTargets(p *switchcore.Product) []any {
	return []any{
		&p.ID, &p.ProviderID, &p.Description, &p.Receiver.ID, &p.Receiver.Name, &p.Currency, &p.Amount, &p.Min, &p.Max, &p.NoClientCodes,
		&p.ProviderCode, &p.ProviderGroup, &p.NotReversible,
	}
}

func scanProduct(row pgx.CollectableRow) (p switchcore.Product, err error) {
	return p, row.Scan(productTargets(&p)...)
}

func (d *Directory) products(ctx context.Context) ([]switchcore.Product, error) {
	rows, err := d.db.Pool.Query(ctx, `select `+productColumns+` from products where active order by id, provider_id`)
	if err != nil {
		return nil, Explain(err, "product")
	}
	list, err := pgx.CollectRows(rows, scanProduct)
	return list, Explain(err, "product")
}

func (d *Directory) routes(ctx context.Context) ([]switchcore.Route, error) {
	rows, err := d.db.Pool.Query(ctx, `select service, coalesce(product_id, ''), coalesce(receiver_id, ''), coalesce(card_prefix, ''), provider_id from routes order by position`)
	if err != nil {
		return nil, Explain(err, "route")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r switchcore.Route, err error) {
		return r, row.Scan(&r.Service, &r.ProductID, &r.ReceiverID, &r.CardPrefix, &r.ProviderID)
	})
	return list, Explain(err, "route")
}

// Put writes providers and products that are not there yet, and the routes of the services given; what exists stays as
// people left it, but for the address of a provider and what its connector is told. It serves the sandbox, whose stand-ins
// move; an installation is set up with Setup.
func (d *Directory) Put(ctx context.Context, providers []switchcore.Provider, products []switchcore.Product, routes []switchcore.Route) error {
	b := &pgx.Batch{}
	for _, p := range providers {
		queueProvider(b, p, `on conflict (id) do update set base_url = excluded.base_url, options = excluded.options, version = providers.version + 1
  where (providers.base_url, providers.options) is distinct from (excluded.base_url, excluded.options)`)
	}
	for _, p := range products {
		queueProduct(b, p, `on conflict do nothing`)
	}
	b.Queue(`delete from routes where exists (select 1 from unnest($1::text[]) s(service) where s.service = routes.service)`, services(routes))
	for i, r := range routes {
		queueRoute(b, r, i+1)
	}
	return Explain(pgx.BeginFunc(ctx, d.db.Pool, func(tx pgx.Tx) error { return tx.SendBatch(ctx, b).Close() }), "directory")
}

func queueProvider(b *pgx.Batch, p switchcore.Provider, conflict string) {
	if p.Options == "" {
		p.Options = "{}"
	}
	b.Queue(`insert into providers (id, name, institution_id, settlement_id, settlement_name, connector, base_url, user_name, credential, options, profile, enabled)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12) `+conflict,
		p.ID, p.Name, p.Receiver.ID, p.Settlement.ID, p.Settlement.Name, p.Connector, p.BaseURL, p.User, p.Credential, p.Options, p.Profile, p.Enabled)
}

func queueProduct(b *pgx.Batch, p switchcore.Product, conflict string) {
	b.Queue(`insert into products (id, provider_id, description, receiver_id, receiver_name, currency, amount_minor, min_minor, max_minor, client_codes,
  provider_code, provider_group, not_reversible) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) `+conflict,
		p.ID, p.ProviderID, p.Description, p.Receiver.ID, p.Receiver.Name, p.Currency, p.Amount, p.Min, p.Max, !p.NoClientCodes,
		p.ProviderCode, p.ProviderGroup, p.NotReversible)
}

func queueRoute(b *pgx.Batch, r switchcore.Route, position int) {
	b.Queue(`insert into routes (id, position, service, product_id, receiver_id, card_prefix, provider_id)
  values (gen_random_uuid(), $1, $2, nullif($3, ''), nullif($4, ''), nullif($5, ''), $6)`,
		position, string(r.Service), r.ProductID, r.ReceiverID, r.CardPrefix, r.ProviderID)
}

func services(routes []switchcore.Route) []string {
	var list []string
	for _, r := range routes {
		list = append(list, string(r.Service))
	}
	return list
}
