package postgres

import (
	"bytes"
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/apperr"
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

// LoadStatement registers a file with its lines and exceptions in one commit. The unchanged file of the day is given
// back as it is; a different one replaces it; a refused one is registered beside it with its exceptions.
func (f *Finance) LoadStatement(ctx context.Context, p finance.Process, date finance.Date, st finance.Statement) (finance.File, error) {
	var file finance.File
	err := pgx.BeginFunc(ctx, f.db.Pool, func(tx pgx.Tx) error {
		if err := lockProcess(ctx, tx, p.ID); err != nil {
			return err
		}
		current, err := currentFile(ctx, tx, p.ID, date)
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			return err
		}
		if err == nil && bytes.Equal(current.SHA256, st.SHA256[:]) {
			file = current
			return nil
		}
		if st.Failure != "" {
			if file, err = refusedBefore(ctx, tx, p, date, st); err != nil || file.ID != uuid.Nil {
				return err
			}
		}
		if st.Failure == "" && current.ID != uuid.Nil {
			if err := rollBackFile(ctx, tx, current); err != nil {
				return err
			}
		}
		file, err = insertFile(ctx, tx, p, date, &st)
		return err
	})
	return file, Explain(err, "statement")
}

// refusedBefore finds the row of the same refused bytes, so that repeated tries do not pile up rows.
func refusedBefore(ctx context.Context, tx pgx.Tx, p finance.Process, date finance.Date, st finance.Statement) (finance.File, error) {
	rows, _ := tx.Query(ctx, `select `+fileColumns+` from recon_files
		where process_id = $1 and business_date = $2::date and state = 'ERROR' and sha256 = $3 limit 1`, p.ID, string(date), st.SHA256[:])
	list, err := pgx.CollectRows(rows, scanFile)
	if err != nil || len(list) == 0 {
		return finance.File{}, err
	}
	return list[0], nil
}

// lockProcess serialises everything that replaces a process's results.
func lockProcess(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	var one int
	return tx.QueryRow(ctx, `select 1 from recon_processes where id = $1 for no key update`, id).Scan(&one)
}

// rollBackFile takes the file's records away and keeps its row; its items go with the run that follows.
func rollBackFile(ctx context.Context, tx pgx.Tx, file finance.File) error {
	if file.State == finance.FileFinalized {
		return apperr.Errorf(apperr.Invalid, "statement %s is finalized and cannot be replaced", file.Name)
	}
	if _, err := tx.Exec(ctx, `update recon_files set state = 'ROLLBACK' where id = $1 and state = 'LOADED'`, file.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from recon_records where file_id = $1`, file.ID)
	return err
}

func insertFile(ctx context.Context, tx pgx.Tx, p finance.Process, date finance.Date, st *finance.Statement) (finance.File, error) {
	if err := refuseKnown(ctx, tx, p, date, st); err != nil {
		return finance.File{}, err
	}
	state, failure := finance.FileLoaded, any(nil)
	if st.Failure != "" {
		state, failure = finance.FileError, st.Failure
	}
	rows, _ := tx.Query(ctx, `
		insert into recon_files (id, process_id, business_date, name, bytes, sha256, state, failure, record_count, exception_count,
		  declared_count, declared_sum_minor)
		values ($1, $2, $3::date, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning `+fileColumns,
		uuid.New(), p.ID, string(date), st.Name, st.Bytes, st.SHA256[:], state, failure, len(st.Lines), len(st.Exceptions),
		st.DeclaredCount, st.DeclaredSum)
	file, err := pgx.CollectExactlyOneRow(rows, scanFile)
	if err != nil {
		return file, err
	}
	if err := copyRecords(ctx, tx, p, file, st.Lines); err != nil {
		return file, err
	}
	return file, copyExceptions(ctx, tx, file, st.Exceptions)
}

// refuseKnown moves lines that another day's file already holds to the exceptions.
func refuseKnown(ctx context.Context, tx pgx.Tx, p finance.Process, date finance.Date, st *finance.Statement) error {
	refs := make([]string, 0, len(st.Lines))
	for i := range st.Lines {
		refs = appendKey(refs, st.Lines[i].ProviderRef)
	}
	type key struct {
		ref  string
		kind finance.Operation
	}
	rows, _ := tx.Query(ctx, `select provider_ref, kind, business_date::text from recon_records
		where process_id = $1 and business_date <> $2::date and provider_ref <> '' and provider_ref = any($3)`, p.ID, string(date), refs)
	known := map[key]string{}
	var k key
	var day string
	if _, err := pgx.ForEachRow(rows, []any{&k.ref, &k.kind, &day}, func() error { known[k] = day; return nil }); err != nil {
		return err
	}
	if len(known) == 0 {
		return nil
	}
	kept := st.Lines[:0]
	for _, l := range st.Lines {
		if day, dup := known[key{l.ProviderRef, l.Kind}]; dup {
			st.Exceptions = append(st.Exceptions, finance.Exception{
				LineNo: l.LineNo, Code: finance.DuplicateInProcess, Text: "the file of " + day + " holds the same reference", Raw: l.ProviderRef,
			})
			continue
		}
		kept = append(kept, l)
	}
	st.Lines = kept
	return nil
}

func copyRecords(ctx context.Context, tx pgx.Tx, p finance.Process, file finance.File, lines []finance.StatementLine) error {
	columns := []string{
		"file_id", "line_no", "process_id", "business_date", "provider_ref", "switch_ref", "serial", "product", "kind", "state",
		"amount_minor", "currency", "at",
	}
	day, err := dayOf(file.BusinessDate)
	if err != nil {
		return err
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"recon_records"}, columns, pgx.CopyFromSlice(len(lines), func(i int) ([]any, error) {
		l := &lines[i]
		return []any{
			file.ID, l.LineNo, p.ID, day, l.ProviderRef, l.SwitchRef, l.Serial, l.Product, string(l.Kind), string(l.State),
			l.AmountMinor, l.Currency, l.At,
		}, nil
	}))
	return err
}

func copyExceptions(ctx context.Context, tx pgx.Tx, file finance.File, list []finance.Exception) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"recon_exceptions"}, []string{"file_id", "position", "line_no", "code", "text", "raw_masked"},
		pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
			e := list[i]
			return []any{file.ID, i + 1, e.LineNo, string(e.Code), e.Text, e.Raw}, nil
		}))
	return err
}
