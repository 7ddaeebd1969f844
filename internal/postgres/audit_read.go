package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/signalboxhq/signalbox/internal/operators"
)

const auditColumns = `seq, at, actor_id, actor_name, actor_ip, session_id, action, object_type, object_id, scope,
	before::text, after::text, reason, approval_id, request_id, result, body, prev, hash`

// scanAudit reads one row of auditColumns.
func scanAudit(row pgx.CollectableRow) (operators.AuditRow, error) {
	var (
		r             operators.AuditRow
		before, after *string
		e             = &r.Entry
	)
	err := row.Scan(&r.Seq, &r.At, &e.Actor.ID, &e.Actor.Name, &e.Actor.IP, &e.Actor.SessionID, &e.Action, &e.ObjectType,
		&e.ObjectID, &e.Scope, &before, &after, &e.Reason, &e.ApprovalID, &e.Actor.RequestID, &e.Result, &r.Body, &r.Prev, &r.Hash)
	if before != nil {
		r.Before = json.RawMessage(*before)
	}
	if after != nil {
		r.After = json.RawMessage(*after)
	}
	return r, err
}

// SearchAudit gives one page of audit entries, newest first.
func (s *Operators) SearchAudit(ctx context.Context, f operators.AuditFilter) (operators.AuditPage, error) {
	limit := f.Limit
	if limit == 0 {
		limit = 50
	}
	limit = min(max(limit, 25), 200)
	where, args := auditWhere(f)
	order, upwards := "seq desc", f.After > 0 && f.Before == 0
	if upwards {
		order = "seq asc"
	}
	args["limit"] = limit + 1
	rows, err := s.db.Pool.Query(ctx, "select "+auditColumns+" from audit_log"+where+" order by "+order+" limit @limit", args)
	if err != nil {
		return operators.AuditPage{}, Explain(err, "audit log")
	}
	found, err := pgx.CollectRows(rows, scanAudit)
	if err != nil {
		return operators.AuditPage{}, Explain(err, "audit log")
	}
	more := len(found) > limit
	found = found[:min(len(found), limit)]
	if upwards {
		slices.Reverse(found)
		return operators.AuditPage{Rows: found, Newer: more, Older: true}, nil
	}
	return operators.AuditPage{Rows: found, Older: more, Newer: f.Before > 0}, nil
}

// auditWhere turns the filter into SQL; values travel as parameters only.
func auditWhere(f operators.AuditFilter) (string, pgx.NamedArgs) {
	var parts []string
	args := pgx.NamedArgs{}
	add := func(wanted bool, sql, name string, value any) {
		if wanted {
			parts, args[name] = append(parts, sql), value
		}
	}
	add(!f.From.IsZero(), "at >= @from", "from", f.From.UTC())
	add(!f.To.IsZero(), "at < @to", "to", f.To.UTC())
	add(f.Actor != "", "(actor_id = @actor or position(lower(@actor) in lower(actor_name)) > 0)", "actor", f.Actor)
	if strings.HasSuffix(f.Action, ".") {
		add(true, "starts_with(action, @action)", "action", f.Action)
	} else {
		add(f.Action != "", "action = @action", "action", f.Action)
	}
	add(f.ObjectType != "", "object_type = @object_type", "object_type", f.ObjectType)
	add(f.ObjectID != "", "object_id = @object_id", "object_id", f.ObjectID)
	add(f.Result != "", "result = @result", "result", string(f.Result))
	add(f.Before > 0, "seq < @before", "before", f.Before)
	add(f.After > 0, "seq > @after", "after", f.After)
	if len(parts) == 0 {
		return "", args
	}
	return " where " + strings.Join(parts, " and "), args
}

// FindAudit gives one entry; NotFound when there is none with the number.
func (s *Operators) FindAudit(ctx context.Context, seq int64) (operators.AuditRow, error) {
	rows, err := s.db.Pool.Query(ctx, "select "+auditColumns+" from audit_log where seq = $1", seq)
	if err != nil {
		return operators.AuditRow{}, Explain(err, "audit entry")
	}
	row, err := pgx.CollectExactlyOneRow(rows, scanAudit)
	return row, Explain(err, "audit entry")
}

// VerifyAudit reads the whole chain in order and checks every link against one snapshot. An error means that the chain
// could not be checked.
func (s *Operators) VerifyAudit(ctx context.Context) (operators.AuditReport, error) {
	var report operators.AuditReport
	err := pgx.BeginTxFunc(ctx, s.db.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		// The chain is read in one piece, however long it is: the pool's limit for a statement is for chunks.
		if _, err := tx.Exec(ctx, "set local statement_timeout = 0"); err != nil {
			return err
		}
		var headHash []byte
		if err := tx.QueryRow(ctx, "select seq, hash from audit_head").Scan(&report.HeadSeq, &headHash); err != nil {
			return err
		}
		seq, hash, err := verifyRows(ctx, tx, &report)
		if err != nil || !report.Intact() {
			return err
		}
		switch {
		case seq < report.HeadSeq:
			report.FirstBad, report.Fault = seq+1, "it is missing at the end of the log"
		case seq > report.HeadSeq || !bytes.Equal(hash, headHash):
			report.FirstBad, report.Fault = max(seq, 1), "it is not what the head of the chain points to"
		}
		return nil
	})
	return report, Explain(err, "audit log")
}

// verifyRows walks the rows until the first bad one and gives the last good number and hash.
func verifyRows(ctx context.Context, tx pgx.Tx, report *operators.AuditReport) (int64, []byte, error) {
	rows, err := tx.Query(ctx, "select "+auditColumns+" from audit_log order by seq")
	if err != nil {
		return 0, nil, err
	}
	defer rows.Close()
	seq, hash := int64(0), operators.GenesisHash()
	for rows.Next() {
		row, err := scanAudit(rows)
		if err != nil {
			return 0, nil, err
		}
		if fault := row.Check(seq, hash); fault != "" {
			report.FirstBad, report.Fault = min(row.Seq, seq+1), fault
			return seq, hash, nil
		}
		seq, hash = row.Seq, row.Hash
		report.Checked++
	}
	return seq, hash, rows.Err()
}

var _ operators.AuditLog = (*Operators)(nil)
