package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/setup"
)

// Terms reads the commercial terms that finance starts a reconciliation process with.
type Terms struct{ db *DB }

// NewTerms gives the reader of terms.
func NewTerms(db *DB) *Terms { return &Terms{db: db} }

// FeeRule gives what a provider pays: its own line, or that of every provider without one; the zero rule, which charges
// nothing, when there is neither.
func (t *Terms) FeeRule(ctx context.Context, providerID string) (finance.FeeRule, error) {
	var r finance.FeeRule
	var ops []string
	err := t.db.Pool.QueryRow(ctx, `select code, rate_bp, applies_to, tax_mode, tax_rate_bp from terms
  where kind = 'COMMISSION' and (provider_id = $1 or provider_id is null) order by provider_id nulls last limit 1`, providerID).
		Scan(&r.Code, &r.RateBP, &ops, &r.Tax, &r.TaxRateBP)
	if IsNotFound(err) {
		return finance.FeeRule{}, nil
	}
	r.AppliesTo = typedWords[finance.Operation](ops)
	return r, Explain(err, "terms")
}

const feeTermColumns = `coalesce(provider_id, ''), code, kind, applies_to, rate_bp, tax_mode, tax_rate_bp`

func scanFeeTerm(row pgx.CollectableRow) (t setup.Term, err error) {
	return t, row.Scan(&t.Provider, &t.Code, &t.Kind, &t.AppliesTo, &t.RateBP, &t.TaxMode, &t.TaxRateBP)
}

// Put writes terms that are not there yet. It serves the sandbox, whose database may be older than its terms.
func (t *Terms) Put(ctx context.Context, terms []setup.Term) error {
	b := &pgx.Batch{}
	queueTerms(b, terms)
	return Explain(t.db.Pool.SendBatch(ctx, b).Close(), "terms")
}

func queueTerms(b *pgx.Batch, terms []setup.Term) {
	for _, t := range terms {
		b.Queue(`insert into terms (provider_id, code, kind, applies_to, rate_bp, tax_mode, tax_rate_bp) values (nullif($1, ''), $2, $3, $4, $5, $6, $7)
  on conflict do nothing`, t.Provider, t.Code, t.Kind, t.AppliesTo, t.RateBP, t.TaxMode, t.TaxRateBP)
	}
}
