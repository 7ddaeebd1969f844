package postgres

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/finance"
)

const fileColumns = `id, process_id, business_date::text, name, bytes, sha256, state, coalesce(failure, ''), record_count, exception_count,
	declared_count, declared_sum_minor, loaded_at`

func scanFile(row pgx.CollectableRow) (finance.File, error) {
	var v finance.File
	err := row.Scan(&v.ID, &v.ProcessID, &v.BusinessDate, &v.Name, &v.Bytes, &v.SHA256, &v.State, &v.Failure, &v.RecordCount,
		&v.ExceptionCount, &v.DeclaredCount, &v.DeclaredSum, &v.LoadedAt)
	return v, err
}

// CurrentFile gives the file that counts for a day; NotFound when none does.
func (f *Finance) CurrentFile(ctx context.Context, processID uuid.UUID, date finance.Date) (finance.File, error) {
	return currentFile(ctx, f.db.Pool, processID, date)
}

func currentFile(ctx context.Context, q querier, processID uuid.UUID, date finance.Date) (finance.File, error) {
	rows, _ := q.Query(ctx, `select `+fileColumns+` from recon_files
		where process_id = $1 and business_date = $2::date and state in ('LOADED', 'FINALIZED')`, processID, string(date))
	file, err := pgx.CollectExactlyOneRow(rows, scanFile)
	return file, Explain(err, "statement")
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Files lists the statements of a day, newest first, refused and replaced ones included.
func (f *Finance) Files(ctx context.Context, processID uuid.UUID, date finance.Date) ([]finance.File, error) {
	rows, _ := f.db.Pool.Query(ctx, `select `+fileColumns+` from recon_files
		where process_id = $1 and business_date = $2::date order by loaded_at desc, id limit 50`, processID, string(date))
	list, err := pgx.CollectRows(rows, scanFile)
	return list, Explain(err, "statement")
}

// FileExceptions lists the refused lines of a file in file order.
func (f *Finance) FileExceptions(ctx context.Context, fileID uuid.UUID) ([]finance.Exception, error) {
	rows, _ := f.db.Pool.Query(ctx, `select line_no, code, text, raw_masked from recon_exceptions
		where file_id = $1 order by position limit 1000`, fileID)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (finance.Exception, error) {
		var e finance.Exception
		return e, row.Scan(&e.LineNo, &e.Code, &e.Text, &e.Raw)
	})
	return list, Explain(err, "statement")
}

const lineColumns = `line_no, business_date::text, provider_ref, switch_ref, serial, product, kind, state, amount_minor, currency::text, at`

func scanLine(row pgx.CollectableRow) (finance.StatementLine, error) {
	var l finance.StatementLine
	err := row.Scan(&l.LineNo, &l.Date, &l.ProviderRef, &l.SwitchRef, &l.Serial, &l.Product, &l.Kind, &l.State, &l.AmountMinor,
		&l.Currency, &l.At)
	return l, err
}

// lockProcess serialises everything that replaces a process's results.
func lockProcess(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	var one int
	return tx.QueryRow(ctx, `select 1 from recon_processes where id = $1 for no key update`, id).Scan(&one)
}
