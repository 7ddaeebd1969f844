package postgres

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
)

const usableLink = `l.token_hash = ? and l.kind = ? and l.used_at is null and l.ended_at is null and l.expires_at > clock_timestamp()`

// AddLink stores a one-time link and ends the operator's unused ones of the kind; Conflict when the account is disabled.
func (s *Operators) AddLink(ctx context.Context, l operators.NewLink, entry operators.AuditEntry) error {
	return s.write(ctx, entry, func(tx *gorm.DB) error {
		row, err := lockOperator(tx, l.OperatorID)
		if err != nil {
			return err
		}
		if row.State == string(operators.Disabled) {
			return apperr.Errorf(apperr.Conflict, "the account of %s is disabled", row.Name)
		}
		return insertLink(tx, l)
	})
}

func insertLink(tx *gorm.DB, l operators.NewLink) error {
	err := execIn(tx, `update one_time_links set ended_at = clock_timestamp()
		where operator_id = ? and kind = ? and used_at is null and ended_at is null`, l.OperatorID, string(l.Kind))
	if err != nil {
		return err
	}
	return execIn(tx, `insert into one_time_links (kind, token_hash, operator_id, expires_at)
		values (?, ?, ?, clock_timestamp() + make_interval(secs => ?))`, string(l.Kind), l.TokenHash, l.OperatorID, secsOf(l.TTL))
}

// FindLink gives a usable link without using it.
func (s *Operators) FindLink(ctx context.Context, tokenHash []byte, kind operators.LinkKind) (operators.Link, error) {
	var row operatorRow
	err := scanSingle(s.db.Gorm.WithContext(ctx).Raw("select "+operatorColumns+` from one_time_links l join operators o on o.id = l.operator_id
		where o.state <> 'DISABLED' and `+usableLink, tokenHash, string(kind)), &row, "no such link")
	if err != nil {
		return operators.Link{}, err
	}
	return operators.Link{Kind: kind, Operator: row.operator()}, nil
}

// RedeemSignIn uses a sign-in link up and opens the session.
func (s *Operators) RedeemSignIn(ctx context.Context, tokenHash []byte, n operators.NewSession, entry operators.AuditEntry) (operators.Session, error) {
	var session operators.Session
	err := s.write(ctx, entry, func(tx *gorm.DB) error {
		row, err := useLink(tx, tokenHash, operators.SignInLink)
		if err != nil {
			return err
		}
		if row.ID != n.OperatorID {
			return apperr.Errorf(apperr.Conflict, "the link belongs to another account")
		}
		session, err = startSession(tx, row, n)
		return err
	})
	return session, err
}

// RedeemEnrolment uses an enrolment link up and sets the password.
func (s *Operators) RedeemEnrolment(ctx context.Context, tokenHash []byte, passwordHash, forgive string, entry operators.AuditEntry) error {
	return s.write(ctx, entry, func(tx *gorm.DB) error {
		row, err := useLink(tx, tokenHash, operators.EnrolLink)
		if err != nil {
			return err
		}
		if err := execIn(tx, "update operators set state = 'ACTIVE', password_hash = ? where id = ?", passwordHash, row.ID); err != nil {
			return err
		}
		if err := execIn(tx, forgiveSQL, forgive); err != nil {
			return err
		}
		return endSessions(tx, row.ID)
	})
}

// useLink locks the link's operator, then marks the link used; NotFound when somebody was faster.
func useLink(tx *gorm.DB, tokenHash []byte, kind operators.LinkKind) (operatorRow, error) {
	var owner struct{ OperatorID uuid.UUID }
	err := scanSingle(tx.Raw("select l.operator_id from one_time_links l where "+usableLink, tokenHash, string(kind)), &owner, "no such link")
	if err != nil {
		return operatorRow{}, err
	}
	row, err := lockOperator(tx, owner.OperatorID)
	if err != nil {
		return operatorRow{}, err
	}
	if row.State == string(operators.Disabled) {
		return operatorRow{}, apperr.Errorf(apperr.NotFound, "no such link")
	}
	res := tx.Exec("update one_time_links l set used_at = clock_timestamp() where "+usableLink, tokenHash, string(kind))
	if res.Error != nil {
		return operatorRow{}, operatorsError(res.Error)
	}
	if res.RowsAffected == 0 {
		return operatorRow{}, apperr.Errorf(apperr.NotFound, "no such link")
	}
	return row, nil
}
