package postgres

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
)

// Operators keeps accounts, sessions, links and the audit log.
type Operators struct{ db *DB }

// NewOperators makes the store.
func NewOperators(db *DB) *Operators { return &Operators{db: db} }

var _ operators.Store = (*Operators)(nil)

// operatorColumns reads an operator aliased o; grants are folded into one text so that known and unknown people
// cost the same single statement.
const operatorColumns = `o.id, o.person_id, o.name, o.mail, o.state, o.password_hash,
	coalesce((select string_agg(g.role || '/' || g.half, ',' order by g.role) from operator_grants g where g.operator_id = o.id), '') as grants`

type operatorRow struct {
	ID           uuid.UUID
	PersonID     uuid.UUID
	Name         string
	Mail         string
	State        string
	PasswordHash string
	Grants       string
}

func (r operatorRow) operator() operators.Operator {
	o := operators.Operator{ID: r.ID, PersonID: r.PersonID, Name: r.Name, Mail: r.Mail, State: operators.State(r.State)}
	for part := range strings.SplitSeq(r.Grants, ",") {
		if role, half, ok := strings.Cut(part, "/"); ok {
			o.Grants = append(o.Grants, operators.Grant{Role: operators.Role(role), Half: operators.Half(half)})
		}
	}
	return o
}

type sessionRow struct {
	Owner     operatorRow `gorm:"embedded"`
	SessionID uuid.UUID
	CreatedAt time.Time
	StepUpAt  *time.Time
	Stale     bool
}

func (r sessionRow) session() operators.Session {
	return operators.Session{ID: r.SessionID, Operator: r.Owner.operator(), CreatedAt: r.CreatedAt, StepUpAt: r.StepUpAt}
}

// scanSingle scans the only row of a query into dest; NotFound with the message when there is none.
func scanSingle(q *gorm.DB, dest any, missing string) error {
	res := q.Scan(dest)
	if res.Error != nil {
		return operatorsError(res.Error)
	}
	if res.RowsAffected == 0 {
		return apperr.Errorf(apperr.NotFound, "%s", missing)
	}
	return nil
}

// execIn executes one statement.
func execIn(tx *gorm.DB, sql string, args ...any) error {
	return operatorsError(tx.Exec(sql, args...).Error)
}

// operatorsError gives a database error its code and message.
func operatorsError(err error) error {
	if name, ok := UniqueViolation(err); ok && name == "operator_grants_person_id_role_key" {
		return apperr.Wrap(err, apperr.Conflict, "This person holds that role already, in this or another account.")
	}
	return Explain(err, "account")
}

func secsOf(d time.Duration) float64 { return d.Seconds() }
