package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/operators"
)

// HummMerchants stores who owns the sellers of consumer finance. It is safe for concurrent use.
type HummMerchants struct {
	db    *DB
	known *recent[humm.Merchant]
}

// NewHummMerchants makes the store.
func NewHummMerchants(db *DB) *HummMerchants {
	return &HummMerchants{db: db, known: newRecent[humm.Merchant]()}
}

const selectHummMerchant = `select merchant_id, client_id, country, coalesce(chain, '') from humm_merchants `

func scanHummMerchant(row pgx.CollectableRow) (m humm.Merchant, err error) {
	err = row.Scan(&m.ID, &m.ClientID, &m.Country, &m.Chain)
	return m, err
}

// Merchant gives a seller, at most two seconds old; NotFound when there is none.
func (h *HummMerchants) Merchant(ctx context.Context, id string) (humm.Merchant, error) {
	if m, ok := h.known.get(id); ok {
		return m, nil
	}
	began := h.known.now()
	rows, err := h.db.Pool.Query(ctx, selectHummMerchant+`where merchant_id = $1`, id)
	if err != nil {
		return humm.Merchant{}, Explain(err, "merchant")
	}
	m, err := pgx.CollectExactlyOneRow(rows, scanHummMerchant)
	if err != nil {
		return humm.Merchant{}, Explain(err, "merchant")
	}
	h.known.put(id, m, began)
	return m, nil
}

// List gives all sellers by id.
func (h *HummMerchants) List(ctx context.Context) ([]humm.Merchant, error) {
	rows, err := h.db.Pool.Query(ctx, selectHummMerchant+`order by merchant_id`)
	if err != nil {
		return nil, Explain(err, "merchant")
	}
	list, err := pgx.CollectRows(rows, scanHummMerchant)
	return list, Explain(err, "merchant")
}

// Put adds a seller or changes it; the audit row has the same commit. A seller that stays as it is leaves none.
func (h *HummMerchants) Put(ctx context.Context, m humm.Merchant, by operators.Actor) error {
	if m.Country == "" {
		m.Country = "AU"
	}
	defer h.known.drop(m.ID)
	err := pgx.BeginFunc(ctx, h.db.Pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `insert into humm_merchants as m (merchant_id, client_id, country, chain) values ($1, $2, $3, nullif($4, ''))
on conflict (merchant_id) do update set client_id = excluded.client_id, country = excluded.country, chain = excluded.chain
where (m.client_id, m.country, coalesce(m.chain, '')) <> (excluded.client_id, excluded.country, coalesce(excluded.chain, ''))`,
			m.ID, m.ClientID, m.Country, m.Chain)
		if err != nil || tag.RowsAffected() == 0 {
			return Explain(err, "merchant")
		}
		return appendAudit(ctx, tx, operators.AuditEntry{
			Actor: by, Action: "humm.merchant", ObjectType: "merchant", ObjectID: m.ID, Scope: m.ClientID,
			After: map[string]any{"client": m.ClientID, "country": m.Country, "chain": m.Chain},
		})
	})
	return Explain(err, "merchant")
}
