package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
)

// resetWait is how long a reset waits for the caller's running sends.
const resetWait = 15 * time.Second

// resetAlone keeps every writer of transactions and their queue out for the moment of a reset: an entry claimed between two
// deletes would leave an attempt without its transaction. It gives up before the server would call it a deadlock, and is
// tried again.
var resetAlone = []string{
	`set local lock_timeout = '300ms'`,
	`lock table transactions, saf_entries, attempts in share row exclusive mode`,
}

// underWay tells whether something of a client is on its way to a provider.
const underWay = `select exists (select 1 from transactions where client_id = $1 and closed_at is null and open_attempt_id is not null and lease_until > clock_timestamp())
  or exists (select 1 from saf_entries where client_id = $1 and state = 'LEASED' and lease_until > clock_timestamp())`

// errUnderWay tells ResetClient to wait and try again.
var errUnderWay = apperr.Errorf(apperr.Unavailable, "something of this client is on its way to a provider")

// resetSteps delete everything of one client, children first. audit_log and finance rows stay.
var resetSteps = []string{
	`delete from search_terms where transaction_id in (select id from transactions where client_id = $1)`,
	`delete from transaction_events where transaction_id in (select id from transactions where client_id = $1)`,
	`delete from attempts where transaction_id in (select id from transactions where client_id = $1)`,
	`delete from saf_messages where saf_id in (select id from saf_entries where client_id = $1)`,
	`delete from saf_entries where client_id = $1`,
	`delete from traces where client_id = $1`,
	`delete from voucher_transactions where transaction_id in (select id from transactions where client_id = $1)`,
	`delete from vouchers where provision_transaction_id in (select id from transactions where client_id = $1)`,
	`delete from advices where client_id = $1`,
	`delete from message_keys where client_id = $1`,
	`delete from transaction_references where transaction_id in (select id from transactions where client_id = $1)`,
	`delete from tombstones where client_id = $1`,
	`delete from transactions where client_id = $1`,
}

// ResetClient deletes what a client did (vouchers.md 1); found is false when there was nothing. Only a sandbox database
// allows it. Running sends of the client end first.
func (d *DB) ResetClient(ctx context.Context, clientID string) (found bool, err error) {
	mode, err := d.Mode(ctx)
	if err != nil {
		return false, err
	}
	if mode != Sandbox {
		return false, apperr.Errorf(apperr.Forbidden, "only a sandbox can be reset")
	}
	ctx, cancel := context.WithTimeout(ctx, resetWait)
	defer cancel()
	for {
		found, err = d.reset(ctx, clientID)
		if err == nil || ctx.Err() != nil || !errors.Is(err, errUnderWay) && !Retryable(err) {
			return found, Explain(err, "reset")
		}
		pause(ctx)
	}
}

// reset deletes all in one transaction; it answers errUnderWay, with nothing changed, while a send of the client runs.
func (d *DB) reset(ctx context.Context, clientID string) (found bool, err error) {
	err = pgx.BeginFunc(ctx, d.Pool, func(tx pgx.Tx) error {
		for _, sql := range resetAlone {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		var busy bool
		if err := tx.QueryRow(ctx, underWay, clientID).Scan(&busy); err != nil {
			return err
		}
		if busy {
			return errUnderWay
		}
		for _, sql := range resetSteps {
			tag, err := tx.Exec(ctx, sql, clientID)
			if err != nil {
				return err
			}
			found = found || tag.RowsAffected() > 0
		}
		return appendAudit(ctx, tx, operators.AuditEntry{Actor: operators.Switch(), Action: "client.reset", ObjectType: "client", ObjectID: clientID, Scope: clientID})
	})
	return found, err
}
