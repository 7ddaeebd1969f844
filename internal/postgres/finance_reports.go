package postgres

import (
	"context"
	"encoding/hex"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/operators"
)

// SaveReports records written files; a file written again replaces its row and keeps its id, so links stay good.
func (f *Finance) SaveReports(ctx context.Context, p finance.Process, date finance.Date, files []finance.ReportFile) error {
	batch := &pgx.Batch{}
	for _, r := range files {
		batch.Queue(`
			insert into report_runs (id, code, format, process_id, business_date, path, rows, bytes, sha256)
			values ($1, $2, $3, $4, $5::date, $6, $7, $8, $9)
			on conflict (code, format, process_id, business_date) do update set path = excluded.path, rows = excluded.rows,
			  bytes = excluded.bytes, sha256 = excluded.sha256, generated_at = clock_timestamp()`,
			uuid.New(), r.Code, r.Format, p.ID, string(date), r.Path, r.Rows, r.Bytes, r.SHA256)
	}
	return Explain(f.db.Pool.SendBatch(ctx, batch).Close(), "report")
}

const reportRead = `select r.id, r.code, r.format, r.path, r.rows, r.bytes, r.sha256, d.title, p.code, r.business_date::text, r.generated_at
	from report_runs r join reports d on d.code = r.code and d.format = r.format join recon_processes p on p.id = r.process_id`

func scanReport(row pgx.CollectableRow) (finance.WrittenReport, error) {
	var r finance.WrittenReport
	err := row.Scan(&r.ID, &r.Code, &r.Format, &r.Path, &r.Rows, &r.Bytes, &r.SHA256, &r.Title, &r.Process, &r.BusinessDate, &r.GeneratedAt)
	return r, err
}

// Reports lists the files of one process and day.
func (f *Finance) Reports(ctx context.Context, processID uuid.UUID, date finance.Date) ([]finance.WrittenReport, error) {
	rows, _ := f.db.Pool.Query(ctx, reportRead+` where r.process_id = $1 and r.business_date = $2::date order by r.code, r.format`,
		processID, string(date))
	list, err := pgx.CollectRows(rows, scanReport)
	return list, Explain(err, "report")
}

// FindReport gives one file's row; NotFound when there is none.
func (f *Finance) FindReport(ctx context.Context, id uuid.UUID) (finance.WrittenReport, error) {
	rows, _ := f.db.Pool.Query(ctx, reportRead+` where r.id = $1`, id)
	r, err := pgx.CollectExactlyOneRow(rows, scanReport)
	return r, Explain(err, "report")
}

// RecordDownload writes into the audit log who took which report away, before a byte of it is sent (5.3).
func (f *Finance) RecordDownload(ctx context.Context, r finance.WrittenReport, who operators.Actor) error {
	err := pgx.BeginFunc(ctx, f.db.Pool, func(tx pgx.Tx) error {
		return appendAudit(ctx, tx, operators.AuditEntry{
			Actor: who, Action: "report.download", ObjectType: "report", ObjectID: r.ID.String(), Scope: r.Process,
			After: map[string]any{
				"report": r.Code, "format": r.Format, "business_date": string(r.BusinessDate), "rows": r.Rows, "sha256": hex.EncodeToString(r.SHA256),
			},
		})
	})
	return Explain(err, "audit entry")
}
