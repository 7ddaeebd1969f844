package postgres

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
)

// FindAccount gives the account with the mail address; NotFound when there is none.
func (s *Operators) FindAccount(ctx context.Context, mail string) (operators.Account, error) {
	var row operatorRow
	err := scanSingle(s.db.Gorm.WithContext(ctx).Raw("select "+operatorColumns+" from operators o where o.mail = ?", mail), &row, "no such account")
	if err != nil {
		return operators.Account{}, err
	}
	return operators.Account{Operator: row.operator(), PasswordHash: row.PasswordHash}, nil
}

// FindOperator gives the operator with the id; NotFound when there is none.
func (s *Operators) FindOperator(ctx context.Context, id uuid.UUID) (operators.Operator, error) {
	var row operatorRow
	err := scanSingle(s.db.Gorm.WithContext(ctx).Raw("select "+operatorColumns+" from operators o where o.id = ?", id), &row, "no such operator")
	if err != nil {
		return operators.Operator{}, err
	}
	return row.operator(), nil
}

// ListOperators gives everybody, by name.
func (s *Operators) ListOperators(ctx context.Context) ([]operators.Operator, error) {
	var rows []operatorRow
	err := s.db.Gorm.WithContext(ctx).Raw("select " + operatorColumns + " from operators o order by o.name, o.id").Scan(&rows).Error
	if err != nil {
		return nil, operatorsError(err)
	}
	out := make([]operators.Operator, len(rows))
	for i, row := range rows {
		out[i] = row.operator()
	}
	return out, nil
}

// CreateOperator adds an account, its grants and, when given, its enrolment link; Conflict when the mail
// address or a role of the person is taken.
func (s *Operators) CreateOperator(ctx context.Context, o operators.Operator, link *operators.NewLink, entry operators.AuditEntry) error {
	return s.write(ctx, entry, func(tx *gorm.DB) error {
		err := execIn(tx, "insert into operators (id, person_id, name, mail, state) values (?, ?, ?, ?, ?)",
			o.ID, o.PersonID, o.Name, o.Mail, string(o.State))
		if err != nil {
			return err
		}
		if err := insertGrants(tx, o.ID, o.Grants); err != nil {
			return err
		}
		if link == nil {
			return nil
		}
		return insertLink(tx, *link)
	})
}

// ReplaceGrants changes what an operator may do and ends the operator's sessions.
func (s *Operators) ReplaceGrants(ctx context.Context, id uuid.UUID, grants operators.Grants, entry operators.AuditEntry) error {
	return s.write(ctx, entry, func(tx *gorm.DB) error {
		if _, err := lockOperator(tx, id); err != nil {
			return err
		}
		if err := execIn(tx, "delete from operator_grants where operator_id = ?", id); err != nil {
			return err
		}
		if err := insertGrants(tx, id, grants); err != nil {
			return err
		}
		return endSessions(tx, id)
	})
}

// Disable closes an account with its sessions and links; Conflict when it is closed already.
func (s *Operators) Disable(ctx context.Context, id uuid.UUID, entry operators.AuditEntry) error {
	return s.write(ctx, entry, func(tx *gorm.DB) error {
		row, err := lockOperator(tx, id)
		if err != nil {
			return err
		}
		if row.State == string(operators.Disabled) {
			return apperr.Errorf(apperr.Conflict, "the account of %s is disabled already", row.Name)
		}
		if err := execIn(tx, "update operators set state = 'DISABLED', password_hash = '' where id = ?", id); err != nil {
			return err
		}
		if err := execIn(tx, "update one_time_links set ended_at = clock_timestamp() where operator_id = ? and used_at is null and ended_at is null", id); err != nil {
			return err
		}
		return endSessions(tx, id)
	})
}

// write runs a change and its audit entry in one transaction, the entry last.
func (s *Operators) write(ctx context.Context, entry operators.AuditEntry, change func(tx *gorm.DB) error) error {
	err := s.db.Gorm.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := change(tx); err != nil {
			return err
		}
		return appendAuditGorm(tx, entry)
	})
	return operatorsError(err)
}

// lockOperator locks the account's row; whoever touches sessions or links of an operator holds this lock first.
func lockOperator(tx *gorm.DB, id uuid.UUID) (operatorRow, error) {
	var locked struct{ ID uuid.UUID }
	if err := scanSingle(tx.Raw("select id from operators where id = ? for no key update", id), &locked, "no such operator"); err != nil {
		return operatorRow{}, err
	}
	var row operatorRow
	err := scanSingle(tx.Raw("select "+operatorColumns+" from operators o where o.id = ?", id), &row, "no such operator")
	return row, err
}

func insertGrants(tx *gorm.DB, id uuid.UUID, grants operators.Grants) error {
	for _, g := range grants {
		err := execIn(tx, `insert into operator_grants (operator_id, person_id, role, half)
			select id, person_id, ?, ? from operators where id = ?`, string(g.Role), string(g.Half), id)
		if err != nil {
			return err
		}
	}
	return nil
}
