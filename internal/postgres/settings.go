package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Mode tells what a database is for.
type Mode string

// The modes (guarantees C4).
const (
	Production Mode = "production"
	Sandbox    Mode = "sandbox"
)

// ClaimMode marks a new database with its mode, or refuses one that was made for another: a sandbox never becomes
// production, nor the other way round.
func (d *DB) ClaimMode(ctx context.Context, mode Mode) error {
	if _, err := d.Pool.Exec(ctx, `insert into settings (name, value) values ('mode', $1) on conflict (name) do nothing`, string(mode)); err != nil {
		return Explain(err, "setting")
	}
	found, err := d.Mode(ctx)
	if err == nil && found != mode {
		err = apperr.Errorf(apperr.Conflict, "this database was made in %s mode and cannot be used in %s mode; choose another --database-url", found, mode)
	}
	return err
}

// Mode reads what the database is for; empty when nothing has claimed it yet.
func (d *DB) Mode(ctx context.Context) (Mode, error) {
	var mode Mode
	err := d.Pool.QueryRow(ctx, `select value from settings where name = 'mode'`).Scan(&mode)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return mode, Explain(err, "setting")
}
