package postgres

import (
	"context"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// ClientRow is a client with what its sign-in needs; hashes never leave the program.
type ClientRow struct {
	Client       switchcore.Client
	Enabled      bool
	Hash         string
	PreviousHash string // valid until PreviousUntil, while a password is being changed
	Rate, Burst  int    // calls per second, 0: no limit; how many at once
	InFlight     int    // calls at once on each node, 0: no limit
	Version      int64
	CreatedAt    time.Time

	Methods     string         // BASIC, OAUTH2 or EITHER
	Certificate string         // NONE, ALSO or ALONE
	AllowedFrom []netip.Prefix // empty: everywhere
	// Pins are the fingerprints of the pinned certificates that have not expired.
	Pins [][]byte
	// CredentialVersion changes when access tokens given before shall be worth nothing any more.
	CredentialVersion int64
}

// Clients stores the institutions that call the API. Every change has its audit row in the same commit.
type Clients struct{ db *DB }

// NewClients makes the store of clients.
func NewClients(db *DB) *Clients { return &Clients{db: db} }

const selectClient = `select id, name, mode, enabled, settle_requires_confirmation, strict_ids, password_hash,
  coalesce(case when previous_until > clock_timestamp() then previous_hash end, ''), rate_per_second, burst, max_in_flight, version, created_at,
  auth_methods, certificate_use, allowed_from, credential_version,
  array(select fingerprint from client_certificates where client_id = clients.id and not_after > clock_timestamp() order by slot) from clients `

func scanClient(row pgx.CollectableRow) (c ClientRow, err error) {
	var mode string
	err = row.Scan(&c.Client.ID, &c.Client.Name, &mode, &c.Enabled, &c.Client.SettleRequiresConfirmation, &c.Client.StrictIDs,
		&c.Hash, &c.PreviousHash, &c.Rate, &c.Burst, &c.InFlight, &c.Version, &c.CreatedAt,
		&c.Methods, &c.Certificate, &c.AllowedFrom, &c.CredentialVersion, &c.Pins)
	c.Client.Mode = transactions.Mode(mode)
	return c, err
}

// Find gives a client; NotFound when there is none.
func (c *Clients) Find(ctx context.Context, id string) (ClientRow, error) {
	rows, err := c.db.Pool.Query(ctx, selectClient+`where id = $1`, id)
	if err != nil {
		return ClientRow{}, Explain(err, "client")
	}
	row, err := pgx.CollectExactlyOneRow(rows, scanClient)
	return row, Explain(err, "client")
}

// List gives all clients by id.
func (c *Clients) List(ctx context.Context) ([]ClientRow, error) {
	rows, err := c.db.Pool.Query(ctx, selectClient+`order by id`)
	if err != nil {
		return nil, Explain(err, "client")
	}
	list, err := pgx.CollectRows(rows, scanClient)
	return list, Explain(err, "client")
}

// Add creates an enabled client; Conflict when the id is taken.
func (c *Clients) Add(ctx context.Context, n ClientRow, by operators.Actor) error {
	return c.change(ctx, by, "client.add", n.Client.ID, map[string]any{"name": n.Client.Name, "mode": string(n.Client.Mode), "rate": n.Rate},
		`insert into clients (id, name, mode, password_hash, settle_requires_confirmation, rate_per_second, burst) values ($1, $2, $3, $4, $5, $6, $7)`,
		n.Client.ID, n.Client.Name, string(n.Client.Mode), n.Hash, n.Client.SettleRequiresConfirmation, n.Rate, n.Burst)
}

// Disable refuses all further calls of a client, with access tokens too; acts within 5 s on every node.
func (c *Clients) Disable(ctx context.Context, id string, by operators.Actor) error {
	return c.change(ctx, by, "client.disable", id, map[string]any{"enabled": false},
		`update clients set enabled = false, credential_version = credential_version + 1, version = version + 1, updated_at = clock_timestamp() where id = $1`, id)
}

// Enable lets a disabled client call again; access tokens from before stay worthless.
func (c *Clients) Enable(ctx context.Context, id string, by operators.Actor) error {
	return c.change(ctx, by, "client.enable", id, map[string]any{"enabled": true},
		`update clients set enabled = true, version = version + 1, updated_at = clock_timestamp() where id = $1`, id)
}

// Rotate sets a new password; the one before stays valid for the overlap, so that tills change without a gap. Access
// tokens end at once: a new one can be had with either password.
func (c *Clients) Rotate(ctx context.Context, id, hash string, overlap time.Duration, by operators.Actor) error {
	return c.change(ctx, by, "client.rotate", id, map[string]any{"overlap": overlap.String()},
		`update clients set previous_hash = password_hash, previous_until = clock_timestamp() + make_interval(secs => $3), password_hash = $2,
  credential_version = credential_version + 1, version = version + 1, updated_at = clock_timestamp() where id = $1`, id, hash, overlap.Seconds())
}

func (c *Clients) change(ctx context.Context, by operators.Actor, action, id string, after map[string]any, sql string, args ...any) error {
	err := pgx.BeginFunc(ctx, c.db.Pool, func(tx pgx.Tx) error {
		return changeClient(ctx, tx, by, action, id, after, sql, args...)
	})
	return Explain(err, "client")
}

// changeClient runs one statement and writes its audit row; NotFound when it met no row.
func changeClient(ctx context.Context, tx pgx.Tx, by operators.Actor, action, id string, after map[string]any, sql string, args ...any) error {
	tag, err := tx.Exec(ctx, sql, args...)
	if err != nil {
		return Explain(err, "client")
	}
	if tag.RowsAffected() == 0 {
		return apperr.Errorf(apperr.NotFound, "There is no client %q.", id)
	}
	return appendAudit(ctx, tx, operators.AuditEntry{Actor: by, Action: action, ObjectType: "client", ObjectID: id, Scope: id, After: after})
}
