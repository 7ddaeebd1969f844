package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/setup"
)

// Setup writes the data file of a new installation. It is a setup.Store.
type Setup struct{ db *DB }

// NewSetup gives the store over db.
func NewSetup(db *DB) *Setup { return &Setup{db: db} }

var _ setup.Store = (*Setup)(nil)

// Configured tells whether there is a provider already.
func (s *Setup) Configured(ctx context.Context) (done bool, err error) {
	err = s.db.Pool.QueryRow(ctx, `select exists (select 1 from providers)`).Scan(&done)
	return done, Explain(err, "configuration")
}

// Install writes the file in one transaction, its audit row included. Of two nodes that start at once one writes; the
// other waits for it and changes nothing.
func (s *Setup) Install(ctx context.Context, f setup.File, hashes map[string]string) (installed bool, err error) {
	err = pgx.BeginFunc(ctx, s.db.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `lock table providers in share row exclusive mode`); err != nil {
			return err
		}
		var done bool
		if err := tx.QueryRow(ctx, `select exists (select 1 from providers)`).Scan(&done); err != nil || done {
			return err
		}
		b := &pgx.Batch{}
		queueFile(b, f, hashes)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		installed = true
		return appendAudit(ctx, tx, operators.AuditEntry{
			Actor: operators.CLI(), Action: "setup.install", ObjectType: "configuration", ObjectID: f.Institution.ID,
			After: map[string]any{
				"institution": f.Institution.Name, "providers": len(f.Providers), "products": len(f.Products), "routes": len(f.Routes),
				"terms": len(f.Terms), "clients": len(f.Clients), "hummMerchants": len(f.HummMerchants),
			},
		})
	})
	if err != nil {
		return false, Explain(err, "configuration")
	}
	return installed, nil
}

func queueFile(b *pgx.Batch, f setup.File, hashes map[string]string) {
	providers, products, routes := f.Directory()
	for _, p := range providers {
		queueProvider(b, p, "")
	}
	for _, p := range products {
		queueProduct(b, p, "")
	}
	for i, r := range routes {
		queueRoute(b, r, i+1)
	}
	queueTerms(b, f.Terms)
	for _, c := range f.Clients {
		queueClient(b, c, hashes[c.ID])
	}
	for _, m := range f.HummMerchants {
		b.Queue(`insert into humm_merchants (merchant_id, client_id, country, chain) values ($1, $2, $3, nullif($4, ''))`, m.Merchant, m.Client, m.Country, m.Chain)
	}
	for name, value := range map[string]string{"institution.id": f.Institution.ID, "institution.name": f.Institution.Name} {
		b.Queue(`insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value, updated_at = clock_timestamp()`, name, value)
	}
}

// queueClient writes a client with its certificates. An empty hash is matched by no password.
func queueClient(b *pgx.Batch, c setup.Client, hash string) {
	b.Queue(`insert into clients (id, name, mode, password_hash, settle_requires_confirmation, strict_ids, rate_per_second, burst, max_in_flight, auth_methods,
    certificate_use, allowed_from, enabled) values ($1, $2, upper($3), $4, $5, $6, $7, $8, $9, upper($10), upper($11), $12::text[]::cidr[], $13)`,
		c.ID, c.Name, c.Mode, hash, c.SettleRequiresConfirmation, c.StrictIDs, c.Rate, c.Burst, c.MaxInFlight, c.Auth, c.CertificateUse, words(c.Addresses), !c.Disabled)
	for i, x := range c.Certificates {
		b.Queue(`insert into client_certificates (fingerprint, client_id, slot, name, not_after) values (decode($1, 'hex'), $2, $3, $4, ($5::date + 1)::timestamp at time zone 'UTC')`,
			x.Fingerprint, c.ID, i+1, x.Name, x.NotAfter)
	}
}

// words gives a list that is stored as an empty array, never as null.
func words(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
