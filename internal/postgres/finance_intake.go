package postgres

import (
	"bytes"
	"context"
	"errors"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
)

// intake is a file on its way in. Its row is LOADING and its lines, written a chunk at a time, count for nothing until accept.
type intake struct {
	*Finance
	ctx     context.Context // of the one call that makes it
	session *pgxpool.Conn   // holds the process's lock and writes everything
	process finance.Process
	date    finance.Date
	file    uuid.UUID

	progress func() error

	lines      []finance.StatementLine // of the chunk
	exceptions []finance.Exception
	known      []uuid.UUID // the files that count, and this one
	records    int
	refused    int
}

// LoadStatement takes a file in under the process's lock. What a node that died has left LOADING is thrown away first.
func (f *Finance) LoadStatement(ctx context.Context, p finance.Process, date finance.Date, in finance.Intake, progress func() error) (file finance.File, err error) {
	session, err := f.lockProcessForRun(ctx, p.ID)
	if err != nil {
		return file, Explain(err, "statement")
	}
	defer func() { err = errors.Join(err, unlockProcess(ctx, session, p.ID)) }()
	i := &intake{Finance: f, ctx: ctx, session: session, process: p, date: date, progress: progress}
	if err := i.forget(`state in ('LOADING', 'ROLLBACK', 'ERROR')`); err != nil {
		return file, Explain(err, "statement")
	}
	if known, ok, err := i.seenBefore(in); ok || err != nil {
		return known, Explain(err, "statement")
	}
	if err := i.register(in); err != nil {
		return file, Explain(err, "statement")
	}
	st, err := in.Read(i.take, i.refuse)
	if err == nil {
		err = i.flush()
	}
	if err != nil {
		return file, Explain(err, "statement")
	}
	if st.Failure != "" {
		file, err = i.reject(st)
	} else {
		file, err = i.accept(st)
	}
	if err == nil {
		err = i.forget(`state in ('ROLLBACK', 'ERROR')`)
	}
	return file, Explain(err, "statement")
}

// seenBefore finds the same bytes as the file that counts. Bytes that were refused once are read again: the parser, a limit or
// the zone may have been corrected since.
func (i *intake) seenBefore(in finance.Intake) (finance.File, bool, error) {
	current, err := currentFile(i.ctx, i.session, i.process.ID, i.date)
	switch {
	case err != nil && !apperr.Is(err, apperr.NotFound):
		return current, false, err
	case err == nil && bytes.Equal(current.SHA256, in.SHA256[:]):
		return current, true, nil
	case err == nil && current.State == finance.FileFinalized:
		return current, false, apperr.Errorf(apperr.Invalid, "statement %s is finalized and cannot be replaced", current.Name)
	}
	return finance.File{}, false, nil
}

// register makes the file's row and lists the files whose lines it must not repeat.
func (i *intake) register(in finance.Intake) error {
	i.file = uuid.New()
	_, err := i.session.Exec(i.ctx, `insert into recon_files (id, process_id, business_date, name, bytes, sha256, state)
		values ($1, $2, $3::date, $4, $5, $6, 'LOADING')`, i.file, i.process.ID, string(i.date), in.Name, in.Bytes, in.SHA256[:])
	if err != nil {
		return err
	}
	rows, _ := i.session.Query(i.ctx, `select id from recon_files where process_id = $1 and (id = $3
		or business_date <> $2::date and state in ('LOADED', 'FINALIZED'))`, i.process.ID, string(i.date), i.file)
	i.known, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return err
}

func (i *intake) take(l finance.StatementLine) error {
	if i.lines = append(i.lines, l); len(i.lines) < i.chunk {
		return nil
	}
	return i.flush()
}

func (i *intake) refuse(e finance.Exception) error {
	if i.exceptions = append(i.exceptions, e); len(i.exceptions) < i.chunk {
		return nil
	}
	return i.flush()
}

// flush writes what has gathered in one commit. Lines that repeat an earlier one become exceptions.
func (i *intake) flush() error {
	if len(i.lines)+len(i.exceptions) == 0 {
		return nil
	}
	if err := i.refuseRepeated(); err != nil {
		return err
	}
	err := pgx.BeginFunc(i.ctx, i.session, func(tx pgx.Tx) error {
		if err := i.copyRecords(tx); err != nil {
			return err
		}
		return i.copyExceptions(tx)
	})
	i.records += len(i.lines)
	i.refused += len(i.exceptions)
	i.lines, i.exceptions = i.lines[:0], i.exceptions[:0]
	if err != nil {
		return err
	}
	return i.progress()
}

// earlier is a stored line that another must not repeat.
type earlier struct {
	day  string
	line int
	own  bool // of the same file
}

// refuseRepeated moves the lines that this file or another day's holds already to the exceptions.
func (i *intake) refuseRepeated() error {
	seen, err := i.stored()
	if err != nil {
		return err
	}
	kept := i.lines[:0]
	for _, l := range i.lines {
		key, _ := l.Repeats()
		before, repeated := seen[key]
		switch {
		case !repeated:
			seen[key] = earlier{line: l.LineNo, own: true}
			kept = append(kept, l)
		case before.own:
			i.exceptions = append(i.exceptions, finance.Exception{
				LineNo: l.LineNo, Code: finance.DuplicateInFile, Text: "the same reference stands on line " + strconv.Itoa(before.line), Raw: l.ProviderRef,
			})
		default:
			i.exceptions = append(i.exceptions, finance.Exception{
				LineNo: l.LineNo, Code: finance.DuplicateInProcess, Text: "the file of " + before.day + " holds the same reference", Raw: l.ProviderRef,
			})
		}
	}
	i.lines = kept
	return nil
}

// stored finds the lines that the chunk's may repeat; one of the same file goes before another day's. Each is looked up by itself
// (offset 0 keeps it so): the planner would rather read the whole table for each chunk, as long as it is of some size only.
func (i *intake) stored() (map[string]earlier, error) {
	var refs, names []string
	for k := range i.lines {
		if _, withinFile := i.lines[k].Repeats(); withinFile {
			names = appendKey(names, i.lines[k].SwitchRef)
		} else {
			refs = append(refs, i.lines[k].ProviderRef)
		}
	}
	rows, _ := i.session.Query(i.ctx, `
		select l.* from unnest($3::text[]) as n (ref) cross join lateral (select `+lineColumns+`, file_id = $2 from recon_records
		  where process_id = $1 and provider_ref <> '' and provider_ref = n.ref and file_id = any($5) offset 0) l
		union all
		select l.* from unnest($4::text[]) as n (ref) cross join lateral (select `+lineColumns+`, true from recon_records
		  where process_id = $1 and switch_ref <> '' and switch_ref = n.ref and provider_ref = '' and file_id = $2 offset 0) l`,
		i.process.ID, i.file, refs, names, i.known)
	seen := map[string]earlier{}
	for rows.Next() {
		var l finance.StatementLine
		var own bool
		err := rows.Scan(&l.LineNo, &l.Date, &l.ProviderRef, &l.SwitchRef, &l.Serial, &l.Product, &l.Kind, &l.State, &l.AmountMinor, &l.Currency, &l.At, &own)
		if err != nil {
			return nil, err
		}
		if key, _ := l.Repeats(); own || !seen[key].own {
			seen[key] = earlier{day: string(l.Date), line: l.LineNo, own: own}
		}
	}
	return seen, rows.Err()
}

func (i *intake) copyRecords(tx pgx.Tx) error {
	day, err := dayOf(i.date)
	if err != nil {
		return err
	}
	columns := []string{
		"file_id", "line_no", "process_id", "business_date", "provider_ref", "switch_ref", "serial", "product", "kind", "state",
		"amount_minor", "currency", "at",
	}
	_, err = tx.CopyFrom(i.ctx, pgx.Identifier{"recon_records"}, columns, pgx.CopyFromSlice(len(i.lines), func(k int) ([]any, error) {
		l := &i.lines[k]
		return []any{
			i.file, l.LineNo, i.process.ID, day, l.ProviderRef, l.SwitchRef, l.Serial, l.Product, string(l.Kind), string(l.State),
			l.AmountMinor, l.Currency, l.At,
		}, nil
	}))
	return err
}

func (i *intake) copyExceptions(tx pgx.Tx) error {
	_, err := tx.CopyFrom(i.ctx, pgx.Identifier{"recon_exceptions"}, []string{"file_id", "position", "line_no", "code", "text", "raw_masked"},
		pgx.CopyFromSlice(len(i.exceptions), func(k int) ([]any, error) {
			e := i.exceptions[k]
			return []any{i.file, i.refused + k + 1, e.LineNo, string(e.Code), e.Text, e.Raw}, nil
		}))
	return err
}

// accept makes the file the day's; one that it replaces keeps its row, and its items go with the run that follows.
func (i *intake) accept(st finance.Statement) (file finance.File, err error) {
	err = inOneCommit(i.ctx, i.session, i.process.ID, func(tx pgx.Tx) error {
		if _, err := tx.Exec(i.ctx, `update recon_files set state = 'ROLLBACK' where process_id = $1 and business_date = $2::date and state = 'LOADED'`,
			i.process.ID, string(i.date)); err != nil {
			return err
		}
		file, err = i.conclude(tx, finance.FileLoaded, st)
		return err
	})
	return file, err
}

// reject keeps the row of a file that is refused as a whole, with its exceptions and why. The same bytes refused for the same
// reason keep the row they have, so that repeated tries do not pile up.
func (i *intake) reject(st finance.Statement) (file finance.File, err error) {
	rows, _ := i.session.Query(i.ctx, `select `+fileColumns+` from recon_files
		where process_id = $1 and business_date = $2::date and state = 'ERROR' and failure = $3
		  and sha256 = (select sha256 from recon_files where id = $4) limit 1`, i.process.ID, string(i.date), st.Failure, i.file)
	list, err := pgx.CollectRows(rows, scanFile)
	if err != nil {
		return file, err
	}
	if len(list) == 1 {
		i.file = uuid.Nil // this try's row goes with its lines
		return list[0], i.forget(`state = 'LOADING'`)
	}
	i.records = 0
	err = inOneCommit(i.ctx, i.session, i.process.ID, func(tx pgx.Tx) error {
		file, err = i.conclude(tx, finance.FileError, st)
		return err
	})
	return file, err
}

func (i *intake) conclude(q querier, state finance.FileState, st finance.Statement) (finance.File, error) {
	rows, _ := q.Query(i.ctx, `update recon_files set state = $2, failure = $3, record_count = $4, exception_count = $5, declared_count = $6,
		  declared_sum_minor = $7, loaded_at = clock_timestamp()
		where id = $1 and state = 'LOADING' returning `+fileColumns,
		i.file, string(state), nullIfEmpty(st.Failure), i.records, i.refused, st.DeclaredCount, st.DeclaredSum)
	return pgx.CollectExactlyOneRow(rows, scanFile)
}

// forget removes the lines of the day's files in some state, a chunk at a time; a file that was never completed goes with them.
func (i *intake) forget(which string) error {
	files := `select id from recon_files where process_id = $1 and business_date = $2::date and ` + which
	for {
		tag, err := i.session.Exec(i.ctx, `delete from recon_records r using (select file_id, line_no from recon_records
			  where file_id in (`+files+`) limit $3) x where r.file_id = x.file_id and r.line_no = x.line_no`,
			i.process.ID, string(i.date), i.chunk)
		if err != nil {
			return err
		}
		if tag.RowsAffected() < int64(i.chunk) {
			break
		}
	}
	batch := &pgx.Batch{}
	unfinished := `select id from recon_files where process_id = $1 and business_date = $2::date and state = 'LOADING' and id <> $3`
	batch.Queue(`delete from recon_exceptions where file_id in (`+unfinished+`)`, i.process.ID, string(i.date), i.file)
	batch.Queue(`delete from recon_files where id in (`+unfinished+`)`, i.process.ID, string(i.date), i.file)
	return i.session.SendBatch(i.ctx, batch).Close()
}
