package postgres

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
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

// Version changes whenever a provider was changed.
func (d *Directory) Version(ctx context.Context) (n int64, err error) {
	err = d.db.Pool.QueryRow(ctx, `select coalesce(sum(version), 0) + (select count(*) from products) + (select count(*) from routes) from providers`).Scan(&n)
	return n, Explain(err, "directory")
}

func (d *Directory) providers(ctx context.Context) ([]switchcore.Provider, error) {
	rows, err := d.db.Pool.Query(ctx, `select id, name, institution_id, settlement_id, settlement_name, connector, base_url, user_name, credential, profile, enabled from providers order by id`)
	if err != nil {
		return nil, Explain(err, "provider")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p switchcore.Provider, err error) {
		var profile []byte
		err = row.Scan(&p.ID, &p.Name, &p.Receiver.ID, &p.Settlement.ID, &p.Settlement.Name, &p.Connector, &p.BaseURL, &p.User, &p.Credential, &profile, &p.Enabled)
		p.Receiver.Name = p.Name
		if err == nil {
			err = json.Unmarshal(profile, &p.Profile)
		}
		return p, err
	})
	return list, Explain(err, "provider")
}

func (d *Directory) products(ctx context.Context) ([]switchcore.Product, error) {
	rows, err := d.db.Pool.Query(ctx, `select id, provider_id, description, receiver_id, receiver_name, currency, amount_minor, min_minor, max_minor, not client_codes
  from products where active order by id, provider_id`)
	if err != nil {
		return nil, Explain(err, "product")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p switchcore.Product, err error) {
		return p, row.Scan(&p.ID, &p.ProviderID, &p.Description, &p.Receiver.ID, &p.Receiver.Name, &p.Currency, &p.Amount, &p.Min, &p.Max, &p.NoClientCodes)
	})
	return list, Explain(err, "product")
}

func (d *Directory) routes(ctx context.Context) ([]switchcore.Route, error) {
	rows, err := d.db.Pool.Query(ctx, `select service, coalesce(product_id, ''), coalesce(receiver_id, ''), provider_id from routes order by position`)
	if err != nil {
		return nil, Explain(err, "route")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r switchcore.Route, err error) {
		var service string
		err = row.Scan(&service, &r.ProductID, &r.ReceiverID, &r.ProviderID)
		r.Service = transactions.Service(service)
		return r, err
	})
	return list, Explain(err, "route")
}

// Put writes providers, products and routes that are not there yet; what exists stays as people left it.
func (d *Directory) Put(ctx context.Context, providers []switchcore.Provider, products []switchcore.Product, routes []switchcore.Route) error {
	b := &pgx.Batch{}
	for _, p := range providers {
		profile, err := json.Marshal(p.Profile)
		if err != nil {
			return err
		}
		b.Queue(`insert into providers (id, name, institution_id, settlement_id, settlement_name, connector, base_url, user_name, credential, profile, enabled)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do update set base_url = excluded.base_url, version = providers.version + 1`,
			p.ID, p.Name, p.Receiver.ID, p.Settlement.ID, p.Settlement.Name, p.Connector, p.BaseURL, p.User, p.Credential, profile, p.Enabled)
	}
	for _, p := range products {
		b.Queue(`insert into products (id, provider_id, description, receiver_id, receiver_name, currency, amount_minor, min_minor, max_minor, client_codes)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
			p.ID, p.ProviderID, p.Description, p.Receiver.ID, p.Receiver.Name, p.Currency, p.Amount, p.Min, p.Max, !p.NoClientCodes)
	}
	b.Queue(`delete from routes where exists (select 1 from unnest($1::text[]) s(service) where s.service = routes.service)`, services(routes))
	for i, r := range routes {
		b.Queue(`insert into routes (id, position, service, product_id, receiver_id, provider_id) values (gen_random_uuid(), $1, $2, nullif($3, ''), nullif($4, ''), $5)`,
			i+1, string(r.Service), r.ProductID, r.ReceiverID, r.ProviderID)
	}
	return Explain(pgx.BeginFunc(ctx, d.db.Pool, func(tx pgx.Tx) error { return tx.SendBatch(ctx, b).Close() }), "directory")
}

func services(routes []switchcore.Route) []string {
	var list []string
	for _, r := range routes {
		list = append(list, string(r.Service))
	}
	return list
}
