package postgres

import (
	"context"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/money"
)

// Finance stores reconciliation and settlement. It is a finance.Store; the reads for pages are its own.
type Finance struct {
	db    *DB
	chunk int // records in memory at once
}

// NewFinance gives the store over db.
func NewFinance(db *DB) *Finance { return &Finance{db: db, chunk: financeChunk} }

var _ finance.Store = (*Finance)(nil)

const processColumns = `id, code, name, provider_id, currency, zone, expiry_days`

func scanProcess(row pgx.CollectableRow) (finance.Process, error) {
	var p finance.Process
	err := row.Scan(&p.ID, &p.Code, &p.Name, &p.ProviderID, &p.Currency, &p.Zone, &p.ExpiryDays)
	return p, err
}

// Processes lists the active processes by code.
func (f *Finance) Processes(ctx context.Context) ([]finance.Process, error) {
	rows, _ := f.db.Pool.Query(ctx, `select `+processColumns+` from recon_processes where active order by code`)
	list, err := pgx.CollectRows(rows, scanProcess)
	return list, Explain(err, "reconciliation process")
}

// FindProcess gives one process by code; NotFound when there is none.
func (f *Finance) FindProcess(ctx context.Context, code string) (finance.Process, error) {
	rows, _ := f.db.Pool.Query(ctx, `select `+processColumns+` from recon_processes where code = $1`, code)
	p, err := pgx.CollectExactlyOneRow(rows, scanProcess)
	return p, Explain(err, "reconciliation process")
}

// ClientNames gives the names of all originators by id.
func (f *Finance) ClientNames(ctx context.Context) (map[string]string, error) {
	rows, _ := f.db.Pool.Query(ctx, `select id, name from clients`)
	names := map[string]string{}
	var id, name string
	_, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error { names[id] = name; return nil })
	return names, Explain(err, "client")
}

// EnsureProcesses makes a process, with its fee rule, for every provider and currency that has financial
// transactions since the date but none yet. The rule is that of the terms, else the default one.
func (f *Finance) EnsureProcesses(ctx context.Context, since finance.Date, d finance.Defaults) error {
	if err := d.Rule.Validate(); err != nil {
		return err
	}
	rows, _ := f.db.Pool.Query(ctx, `
		select distinct t.provider_id, coalesce(p.name, t.provider_id), t.currency::text
		from transactions t left join providers p on p.id = t.provider_id
		where t.business_date >= $1::date and t.provider_id is not null and t.currency is not null
		  and `+reconciled+`
		  and not exists (select 1 from recon_processes r where r.provider_id = t.provider_id and r.currency = t.currency)
		order by 1, 3`, string(since))
	type missing struct{ provider, name, currency string }
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (missing, error) {
		var m missing
		return m, row.Scan(&m.provider, &m.name, &m.currency)
	})
	if err != nil {
		return Explain(err, "reconciliation process")
	}
	for _, m := range list {
		rule, err := NewTerms(f.db).FeeRule(ctx, m.provider)
		if err != nil {
			return err
		}
		if rule.Code == "" {
			rule = d.Rule
		}
		p := finance.Process{
			ID: uuid.New(), Code: processCode(m.provider, m.currency), Name: m.name, ProviderID: m.provider,
			Currency: m.currency, Zone: d.Zone, ExpiryDays: 7,
		}
		if err := f.AddProcess(ctx, p, rule); err != nil && !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
	return nil
}

var notInCode = regexp.MustCompile(`[^A-Z0-9]+`)

// processCode is made of what a file name may hold: VOUCHPRO-ZAR.
func processCode(provider, currency string) string {
	return strings.Trim(notInCode.ReplaceAllString(strings.ToUpper(provider), "-"), "-") + "-" + money.Code(currency)
}

// AddProcess stores a process and its fee rule, valid from the beginning; Conflict when the code, or the provider and
// currency, have one already.
func (f *Finance) AddProcess(ctx context.Context, p finance.Process, rule finance.FeeRule) error {
	if err := rule.Validate(); err != nil {
		return err
	}
	err := pgx.BeginFunc(ctx, f.db.Pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			insert into recon_processes (id, code, name, provider_id, currency, zone, expiry_days)
			values ($1, $2, $3, $4, $5, $6, $7)`, p.ID, p.Code, p.Name, p.ProviderID, p.Currency, p.Zone, p.ExpiryDays)
		if err != nil || rule.Code == "" {
			return err
		}
		_, err = tx.Exec(ctx, `
			insert into settlement_fee_rules (id, process_id, code, kind, applies_to, rate_bp, tax_mode, tax_rate_bp, valid_from)
			values ($1, $2, $3, 'COMMISSION', $4, $5, $6, $7, '0001-01-01')`,
			uuid.New(), p.ID, rule.Code, texts(rule.AppliesTo), rule.RateBP, taxMode(rule.Tax), rule.TaxRateBP)
		return err
	})
	return Explain(err, "reconciliation process")
}

func taxMode(m finance.TaxMode) string {
	if m == "" {
		m = finance.TaxNone
	}
	return string(m)
}

// FeeRule gives the rule valid on a day; the zero rule when there is none.
func (f *Finance) FeeRule(ctx context.Context, processID uuid.UUID, date finance.Date) (finance.FeeRule, error) {
	var r finance.FeeRule
	var ops []string
	err := f.db.Pool.QueryRow(ctx, `
		select code, rate_bp, applies_to, tax_mode, tax_rate_bp from settlement_fee_rules
		where process_id = $1 and valid_from <= $2::date and (valid_to is null or valid_to >= $2::date)
		order by valid_from desc limit 1`, processID, string(date)).Scan(&r.Code, &r.RateBP, &ops, &r.Tax, &r.TaxRateBP)
	if IsNotFound(err) {
		return finance.FeeRule{}, nil
	}
	r.AppliesTo = typedWords[finance.Operation](ops)
	return r, Explain(err, "fee rule")
}

// texts and typedWords turn typed words into a text[] and back.
func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}

func typedWords[T ~string](list []string) []T {
	if len(list) == 0 {
		return nil
	}
	out := make([]T, len(list))
	for i, w := range list {
		out[i] = T(w)
	}
	return out
}
