package postgres

import (
	"context"
	"encoding/hex"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
)

// ClientCertificate is a pinned certificate of a client.
type ClientCertificate struct {
	Fingerprint []byte // SHA-256 of the leaf's DER form
	Name        string // for people
	NotAfter    time.Time
	AddedAt     time.Time
}

// Allow sets the addresses that a client may call from; none: from everywhere.
func (c *Clients) Allow(ctx context.Context, id string, from []netip.Prefix, by operators.Actor) error {
	text := make([]string, 0, len(from))
	for _, p := range from {
		text = append(text, p.String())
	}
	return c.change(ctx, by, "client.allow", id, map[string]any{"allowedFrom": text},
		`update clients set allowed_from = $2::text[]::cidr[], version = version + 1, updated_at = clock_timestamp() where id = $1`, id, text)
}

// ClientAuth is how a client signs in: BASIC, OAUTH2 or EITHER, and whether it shows a certificate: NONE, ALSO or ALONE.
type ClientAuth struct{ Methods, Certificate string }

// SetAuth sets how a client signs in and gives what is true then; an empty setting stays as it is. A certificate can only
// be asked for once one is pinned: Conflict. Access tokens end at once.
func (c *Clients) SetAuth(ctx context.Context, id, methods, certificate string, by operators.Actor) (now ClientAuth, err error) {
	err = pgx.BeginFunc(ctx, c.db.Pool, func(tx pgx.Tx) error {
		pinned, err := lockCertificates(ctx, tx, id)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `select coalesce(nullif($2, ''), auth_methods), coalesce(nullif($3, ''), certificate_use) from clients where id = $1`,
			id, methods, certificate).Scan(&now.Methods, &now.Certificate)
		if err != nil {
			return err
		}
		if certificate != "" && certificate != "NONE" && len(pinned) == 0 {
			return apperr.Errorf(apperr.Conflict, "client %q has no pinned certificate yet; add one first: console client cert add --id %s --file FILE", id, id)
		}
		return changeClient(ctx, tx, by, "client.auth", id, map[string]any{"methods": now.Methods, "certificate": now.Certificate},
			`update clients set auth_methods = $2, certificate_use = $3, credential_version = credential_version + 1, version = version + 1,
  updated_at = clock_timestamp() where id = $1`, id, now.Methods, now.Certificate)
	})
	return now, Explain(err, "client")
}

// SetLimits sets how much a client may ask: calls per second, how many of them at once, and how many may run at a time on
// each node; 0: no limit.
func (c *Clients) SetLimits(ctx context.Context, id string, rate, burst, inFlight int, by operators.Actor) error {
	return c.change(ctx, by, "client.limits", id, map[string]any{"rate": rate, "burst": burst, "inFlight": inFlight},
		`update clients set rate_per_second = $2, burst = $3, max_in_flight = $4, version = version + 1, updated_at = clock_timestamp() where id = $1`,
		id, rate, burst, inFlight)
}

// AddCertificate pins a certificate, the second at most; Conflict when two are pinned or it stands for a client already.
func (c *Clients) AddCertificate(ctx context.Context, id string, cert ClientCertificate, by operators.Actor) error {
	err := pgx.BeginFunc(ctx, c.db.Pool, func(tx pgx.Tx) error {
		taken, err := lockCertificates(ctx, tx, id)
		if err != nil {
			return err
		}
		slot := 1
		if len(taken) > 0 && taken[0] == slot {
			slot = 2
		}
		if len(taken) > 1 {
			return apperr.Errorf(apperr.Conflict, "client %q has two pinned certificates; remove one first: console client cert remove --id %s", id, id)
		}
		_, err = tx.Exec(ctx, `insert into client_certificates (fingerprint, client_id, slot, name, not_after) values ($1, $2, $3, $4, $5)`,
			cert.Fingerprint, id, slot, cert.Name, cert.NotAfter)
		if apperr.Is(Explain(err, "certificate"), apperr.Conflict) {
			return apperr.Errorf(apperr.Conflict, "this certificate is pinned already; it can stand for one client only")
		}
		if err != nil {
			return err
		}
		return noteCertificate(ctx, tx, by, "client.cert.add", id, cert.Fingerprint, map[string]any{"name": cert.Name, "notAfter": cert.NotAfter.UTC().Format(time.RFC3339)})
	})
	return Explain(err, "client")
}

// RemoveCertificate gives a pin up; NotFound when the client has no such one. A client that must show one and has none left
// is refused from then on.
func (c *Clients) RemoveCertificate(ctx context.Context, id string, fingerprint []byte, by operators.Actor) error {
	err := pgx.BeginFunc(ctx, c.db.Pool, func(tx pgx.Tx) error {
		if _, err := lockCertificates(ctx, tx, id); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `delete from client_certificates where client_id = $1 and fingerprint = $2`, id, fingerprint)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return apperr.Errorf(apperr.NotFound, "client %q has no such certificate", id)
		}
		return noteCertificate(ctx, tx, by, "client.cert.remove", id, fingerprint, map[string]any{})
	})
	return Explain(err, "client")
}

// Certificates gives the pinned certificates of a client, expired ones included.
func (c *Clients) Certificates(ctx context.Context, id string) ([]ClientCertificate, error) {
	rows, err := c.db.Pool.Query(ctx, `select fingerprint, name, not_after, added_at from client_certificates where client_id = $1 order by added_at`, id)
	if err != nil {
		return nil, Explain(err, "certificate")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k ClientCertificate, err error) {
		return k, row.Scan(&k.Fingerprint, &k.Name, &k.NotAfter, &k.AddedAt)
	})
	return list, Explain(err, "certificate")
}

// OwnerOfCertificate gives the client that a pinned certificate stands for; NotFound when it is not pinned or has expired.
func (c *Clients) OwnerOfCertificate(ctx context.Context, fingerprint []byte) (string, error) {
	var id string
	err := c.db.Pool.QueryRow(ctx, `select client_id from client_certificates where fingerprint = $1 and not_after > clock_timestamp()`, fingerprint).Scan(&id)
	return id, Explain(err, "certificate")
}

// lockCertificates locks a client and gives the slots of its certificates in order.
func lockCertificates(ctx context.Context, tx pgx.Tx, id string) ([]int, error) {
	tag, err := tx.Exec(ctx, `select from clients where id = $1 for no key update`, id)
	if err != nil {
		return nil, err
	}
	if tag.RowsAffected() == 0 {
		return nil, apperr.Errorf(apperr.NotFound, "There is no client %q.", id)
	}
	rows, err := tx.Query(ctx, `select slot from client_certificates where client_id = $1 order by slot`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int])
}

// noteCertificate marks the client changed and writes the audit row.
func noteCertificate(ctx context.Context, tx pgx.Tx, by operators.Actor, action, id string, fingerprint []byte, after map[string]any) error {
	after["fingerprint"] = hex.EncodeToString(fingerprint)
	return changeClient(ctx, tx, by, action, id, after,
		`update clients set version = version + 1, updated_at = clock_timestamp() where id = $1`, id)
}
