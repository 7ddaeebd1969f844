package postgres

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/setup"
)

// Clients lists the clients in scope (nil: all) by name.
func (c *Configuration) Clients(ctx context.Context, scope []string) (list []setup.ClientView, err error) {
	err = c.reader.look(ctx, "list of clients", func(tx pgx.Tx) error {
		list, err = clientViews(ctx, tx, `($1::text[] is null or c.id = any($1)) order by lower(c.name), c.id`, scope)
		return err
	})
	return list, err
}

// Client gives one client; NotFound when there is none, or none in scope.
func (c *Configuration) Client(ctx context.Context, id string, scope []string) (out setup.ClientView, err error) {
	err = c.reader.look(ctx, "client", func(tx pgx.Tx) error {
		found, err := clientViews(ctx, tx, `c.id = $1 and ($2::text[] is null or c.id = any($2))`, id, scope)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return apperr.Errorf(apperr.NotFound, "There is no client %q.", id)
		}
		out = found[0]
		rows, _ := tx.Query(ctx, `select name, encode(fingerprint, 'hex'), not_after, added_at from client_certificates where client_id = $1 order by slot`, id)
		out.Pins, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (p setup.Pin, err error) {
			return p, row.Scan(&p.Name, &p.Fingerprint, &p.NotAfter, &p.AddedAt)
		})
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `select received_at from transactions where received_at > now() - make_interval(secs => $2) and client_id = $1
  order by received_at desc limit 1`, id, setup.SeenWithin.Seconds()).Scan(&out.LastSeen)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	return out, err
}

func clientViews(ctx context.Context, tx pgx.Tx, where string, args ...any) ([]setup.ClientView, error) {
	rows, err := tx.Query(ctx, `select c.id, c.name, c.mode, c.password_hash <> '', case when c.previous_hash is not null and c.previous_until > now() then c.previous_until end,
    c.settle_requires_confirmation, c.strict_ids, c.rate_per_second, c.burst, not c.enabled, c.max_in_flight,
    lower(c.auth_methods), lower(c.certificate_use), c.allowed_from::text[],
    (select count(*)::int from humm_merchants m where m.client_id = c.id), c.created_at, c.updated_at from clients c where `+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (v setup.ClientView, err error) {
		var until *time.Time
		err = row.Scan(&v.ID, &v.Name, &v.Mode, &v.Password, &until, &v.SettleRequiresConfirmation, &v.StrictIDs, &v.Rate, &v.Burst, &v.Disabled, &v.MaxInFlight,
			&v.Auth, &v.CertificateUse, &v.Addresses, &v.Merchants, &v.CreatedAt, &v.UpdatedAt)
		v.Mode, v.PreviousUntil = strings.ToLower(v.Mode), orZero(until)
		return v, err
	})
}

// FinanceRail lists the sellers of the consumer-finance rail and their devices that hold a signing key, of the clients in
// scope (nil: all).
func (c *Configuration) FinanceRail(ctx context.Context, scope []string) (out setup.FinanceRail, err error) {
	err = c.reader.look(ctx, "list of sellers", func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `select m.merchant_id, m.client_id, m.country, coalesce(m.chain, ''), coalesce(c.name, m.client_id),
    (select count(*)::int from humm_devices d where d.merchant_id = m.merchant_id and d.state = 'ACTIVE')
  from humm_merchants m left join clients c on c.id = m.client_id where ($1::text[] is null or m.client_id = any($1)) order by m.merchant_id`, scope)
		out.Merchants, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (v setup.MerchantView, err error) {
			return v, row.Scan(&v.Merchant, &v.Client, &v.Country, &v.Chain, &v.ClientName, &v.Devices)
		})
		if err != nil {
			return err
		}
		rows, _ = tx.Query(ctx, `select merchant_id, left(encode(device_id_hash, 'hex'), 8), client_id, state, generation, updated_at
  from humm_devices where ($1::text[] is null or client_id = any($1)) order by updated_at desc limit $2`, scope, setup.MostDevices)
		out.Devices, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (v setup.DeviceView, err error) {
			return v, row.Scan(&v.Merchant, &v.Mark, &v.Client, &v.State, &v.Generation, &v.UpdatedAt)
		})
		return err
	})
	return out, err
}
