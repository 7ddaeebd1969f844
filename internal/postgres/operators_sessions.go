package postgres

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
)

const sessionColumns = `s.id as session_id, s.created_at, s.step_up_at,
	s.last_seen_at < clock_timestamp() - interval '30 s' as stale, ` + operatorColumns

// OpenSession starts a session of an ACTIVE account; Conflict when it is not, or has another password by now.
func (s *Operators) OpenSession(ctx context.Context, n operators.NewSession, entry operators.AuditEntry) (operators.Session, error) {
	var session operators.Session
	err := s.write(ctx, entry, func(tx *gorm.DB) error {
		row, err := lockOperator(tx, n.OperatorID)
		if err != nil {
			return err
		}
		if row.PasswordHash != n.PasswordHash {
			return apperr.Errorf(apperr.Conflict, "the password was changed meanwhile")
		}
		session, err = startSession(tx, row, n)
		return err
	})
	return session, err
}

// startSession inserts a session of a locked operator and ends those that are too old or too many.
func startSession(tx *gorm.DB, row operatorRow, n operators.NewSession) (operators.Session, error) {
	if row.State != string(operators.Active) {
		return operators.Session{}, apperr.Errorf(apperr.Conflict, "the account is not active")
	}
	err := execIn(tx, `update sessions set ended_at = clock_timestamp() where operator_id = ? and ended_at is null
		and (last_seen_at <= clock_timestamp() - make_interval(secs => ?) or created_at <= clock_timestamp() - make_interval(secs => ?))`,
		n.OperatorID, secsOf(n.Limits.Idle), secsOf(n.Limits.Absolute))
	if err != nil {
		return operators.Session{}, err
	}
	err = execIn(tx, `update sessions set ended_at = clock_timestamp() where id in
		(select id from sessions where operator_id = ? and ended_at is null order by created_at desc, id offset ?)`,
		n.OperatorID, n.Limits.PerUser-1)
	if err != nil {
		return operators.Session{}, err
	}
	if err := execIn(tx, "insert into sessions (id, token_hash, operator_id) values (?, ?, ?)", n.ID, n.TokenHash, n.OperatorID); err != nil {
		return operators.Session{}, err
	}
	if err := execIn(tx, forgiveSQL, n.Forgive); err != nil {
		return operators.Session{}, err
	}
	if err := execIn(tx, "update sign_in_failures set failures = failures - 1 where subject = ? and failures > 0", n.Refund); err != nil {
		return operators.Session{}, err
	}
	var fresh sessionRow
	err = scanSingle(tx.Raw("select "+sessionColumns+" from sessions s join operators o on o.id = s.operator_id where s.id = ?", n.ID), &fresh, "no such session")
	return fresh.session(), err
}

// FindSession gives the running session of a token and notes its use, at most twice a minute; NotFound when it has
// ended in any way.
func (s *Operators) FindSession(ctx context.Context, tokenHash []byte, limits operators.SessionLimits) (operators.Session, error) {
	db := s.db.Gorm.WithContext(ctx)
	var row sessionRow
	err := scanSingle(db.Raw("select "+sessionColumns+` from sessions s join operators o on o.id = s.operator_id
		where s.token_hash = ? and s.ended_at is null and o.state = 'ACTIVE'
		and s.last_seen_at > clock_timestamp() - make_interval(secs => ?)
		and s.created_at > clock_timestamp() - make_interval(secs => ?)`,
		tokenHash, secsOf(limits.Idle), secsOf(limits.Absolute)), &row, "no such session")
	if err != nil || !row.Stale {
		return row.session(), err
	}
	err = execIn(db, "update sessions set last_seen_at = clock_timestamp() where id = ? and ended_at is null", row.SessionID)
	return row.session(), err
}

// EndSession ends the session of a token; a session that has ended already is left alone and not audited again.
func (s *Operators) EndSession(ctx context.Context, tokenHash []byte, entry operators.AuditEntry) error {
	err := s.db.Gorm.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		res := tx.Exec("update sessions set ended_at = clock_timestamp() where token_hash = ? and ended_at is null", tokenHash)
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error
		}
		return appendAuditGorm(tx, entry)
	})
	return operatorsError(err)
}

func endSessions(tx *gorm.DB, operator uuid.UUID) error {
	return execIn(tx, "update sessions set ended_at = clock_timestamp() where operator_id = ? and ended_at is null", operator)
}
