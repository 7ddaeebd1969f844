package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"github.com/signalboxhq/signalbox/internal/operators"
)

// The three statements of an append. The head is locked in one statement and read in the next
// (guarantees.md A3), so the time is taken after the wait and entries are in the order of their times.
const (
	auditLockSQL = `select one from audit_head for no key update`
	auditHeadSQL = `select seq, hash, clock_timestamp() from audit_head`
	auditAddSQL  = `with head as (update audit_head set seq = $1, hash = $2)
insert into audit_log (seq, hash, prev, body, at, actor_id, actor_name, actor_ip, session_id, action, object_type,
	object_id, scope, before, after, reason, approval_id, request_id, result)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb, $15::jsonb, $16, $17, $18, $19)`
)

// auditTx is what an append needs of a transaction, whichever library began it.
type auditTx struct {
	row  func(sql string, dest ...any) error
	exec func(sql string, args ...any) error
}

// appendAudit adds an entry to the audit chain inside a pgx transaction. Call it last in the transaction: the
// chain's head is the last lock of the fixed order and every other writer waits for it.
func appendAudit(ctx context.Context, tx pgx.Tx, e operators.AuditEntry) error {
	return auditTx{
		row: func(sql string, dest ...any) error { return tx.QueryRow(ctx, sql).Scan(dest...) },
		exec: func(sql string, args ...any) error {
			_, err := tx.Exec(ctx, sql, args...)
			return err
		},
	}.append(e)
}

// appendAuditGorm is appendAudit for a gorm transaction.
func appendAuditGorm(tx *gorm.DB, e operators.AuditEntry) error {
	ctx, conn := tx.Statement.Context, tx.Statement.ConnPool
	return auditTx{
		row: func(sql string, dest ...any) error { return conn.QueryRowContext(ctx, sql).Scan(dest...) },
		exec: func(sql string, args ...any) error {
			_, err := conn.ExecContext(ctx, sql, args...)
			return err
		},
	}.append(e)
}

func (t auditTx) append(e operators.AuditEntry) error {
	var one bool
	if err := t.row(auditLockSQL, &one); err != nil {
		return Explain(err, "head of the audit chain")
	}
	var (
		seq  int64
		prev []byte
		at   time.Time
	)
	if err := t.row(auditHeadSQL, &seq, &prev, &at); err != nil {
		return Explain(err, "head of the audit chain")
	}
	r, err := e.Seal(seq+1, at, prev)
	if err != nil {
		return err
	}
	a := r.Entry.Actor
	err = t.exec(auditAddSQL, r.Seq, r.Hash, r.Prev, r.Body, r.At, a.ID, a.Name, a.IP, a.SessionID, r.Entry.Action,
		r.Entry.ObjectType, r.Entry.ObjectID, r.Entry.Scope, jsonArg(r.Before), jsonArg(r.After), r.Entry.Reason,
		r.Entry.ApprovalID, a.RequestID, string(r.Entry.Result))
	return Explain(err, "audit entry")
}

// jsonArg gives a value both libraries write into a jsonb column; nil for an absent document.
func jsonArg(raw json.RawMessage) *string {
	if raw == nil {
		return nil
	}
	s := string(raw)
	return &s
}
