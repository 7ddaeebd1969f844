package postgres

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

var _ switchcore.Store = (*Switch)(nil)

var (
	findByKey    = `select ` + txnColumns.selected("t") + ` from transactions t where t.request_id = $1 and t.client_id = $2 and t.service = $3 and t.operation = $4 and t.generation is not null order by t.generation`
	findByID     = `select ` + txnColumns.selected("t") + ` from transactions t where t.id = $1`
	findVouchers = `select ` + voucherColumns.selected("v") + ` from vouchers v where `
)

// FindByKey implements switchcore.Store.
func (s *Switch) FindByKey(ctx context.Context, k transactions.Key) ([]transactions.Transaction, error) {
	return selectAll(ctx, s.db, txnColumns, findByKey, k.RequestID, k.ClientID, string(k.Service), string(k.Operation))
}

// Transaction implements switchcore.Store.
func (s *Switch) Transaction(ctx context.Context, id uuid.UUID) (transactions.Transaction, error) {
	list, err := selectAll(ctx, s.db, txnColumns, findByID, id)
	if err != nil {
		return transactions.Transaction{}, err
	}
	if len(list) == 0 {
		return transactions.Transaction{}, apperr.Errorf(apperr.NotFound, "There is no such transaction.")
	}
	return list[0], nil
}

// FindReference implements switchcore.Store.
func (s *Switch) FindReference(ctx context.Context, r switchcore.HeldReference) (uuid.UUID, error) {
	list, err := s.ids(ctx, `select transaction_id from transaction_references where value_hash = $1 and scope = $2 and kind = $3`, r.Hash, r.Scope, string(r.Kind))
	if err != nil || len(list) == 0 {
		return uuid.Nil, err
	}
	return list[0], nil
}

// FindVouchers implements switchcore.Store.
func (s *Switch) FindVouchers(ctx context.Context, q switchcore.VoucherQuery) ([]vouchers.Voucher, error) {
	switch {
	case len(q.CodeHash) > 0:
		return selectAll(ctx, s.db, voucherColumns, findVouchers+"v.code_hash = $1 order by v.provider_id", q.CodeHash)
	case q.Serial != "":
		return selectAll(ctx, s.db, voucherColumns, findVouchers+"v.serial = $1 order by v.provider_id", q.Serial)
	case q.ProvisionID != uuid.Nil:
		return selectAll(ctx, s.db, voucherColumns, findVouchers+"v.id = (select voucher_id from transactions where id = $1)", q.ProvisionID)
	}
	return nil, nil
}

// LapsedAttempts implements switchcore.Store; only open transactions are looked at.
func (s *Switch) LapsedAttempts(ctx context.Context, limit int) ([]uuid.UUID, error) {
	return s.ids(ctx, `select id from transactions where closed_at is null and open_attempt_id is not null and lease_until <= clock_timestamp()
  order by received_at, id limit $1`, limit)
}

// wantsConfirm tells whether the provider of a transaction takes confirmations of its operation (switchcore.Profile.Takes).
const wantsConfirm = `exists (select 1 from providers p where p.id = t.provider_id and (p.profile ->> case t.operation when 'PROVISION' then 'confirmProvision'
    when 'REDEMPTION' then case t.service when 'GIFTCARD' then 'cards' else 'confirmRedeem' end when 'REFUND' then 'confirmRefund' when 'AUTHORISATION' then '' when 'ADJUSTMENT' then '' else 'cards' end)::boolean)`

// Undecided implements switchcore.Store; only open transactions are looked at.
func (s *Switch) Undecided(ctx context.Context, q switchcore.UndecidedQuery) ([]uuid.UUID, error) {
	const open = `select t.id from transactions t where t.closed_at is null and t.open_attempt_id is null and t.decision is null and `
	const single = `t.mode = 'SINGLE' and t.outcome = 'SUCCESS' and not exists (select 1 from clients c where c.id = t.client_id and c.settle_requires_confirmation) and `
	switch {
	case q.Unknown:
		return s.ids(ctx, open+`t.outcome = 'UNKNOWN' and t.last_client_at <= clock_timestamp() - make_interval(secs => $1) order by t.received_at, t.id limit $2`, q.Age.Seconds(), q.Limit)
	case q.Untold:
		return s.ids(ctx, open+`t.service = 'HUMM' and t.operation in ('AUTHORISATION', 'ADJUSTMENT') and t.outcome = 'SUCCESS' and not t.told
  and t.last_client_at <= clock_timestamp() - make_interval(secs => $1) order by t.received_at, t.id limit $2`, q.Age.Seconds(), q.Limit)
	case q.OwnConfirm:
		return s.ids(ctx, open+single+`t.responded_at <= clock_timestamp() - make_interval(secs => $1)
  and `+wantsConfirm+` order by t.received_at, t.id limit $2`, q.Age.Seconds(), q.Limit)
	case q.CutOff:
		return s.ids(ctx, open+single+`t.business_date < $1::date
  and not `+wantsConfirm+` order by t.received_at, t.id limit $2`, q.Date, q.Limit)
	}
	return nil, nil
}

func (s *Switch) ids(ctx context.Context, sql string, args ...any) ([]uuid.UUID, error) {
	rows, err := s.db.Pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, Explain(err, "transaction")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return list, Explain(err, "transaction")
}

// selectAll reads whole rows by their column table.
func selectAll[T any](ctx context.Context, db *DB, cols columns[T], sql string, args ...any) ([]T, error) {
	rows, err := db.Pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, Explain(err, "row")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (T, error) {
		var v T
		return v, row.Scan(cols.targets(&v)...)
	})
	return list, Explain(err, "row")
}
