package postgres

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// The server's codes that somebody acts on.
const (
	codeUnique       = "23505"
	codeForeignKey   = "23503"
	codeSerialize    = "40001"
	codeDeadlock     = "40P01"
	codeLockTimeout  = "55P03"
	codeCancelled    = "57014" // statement_timeout, or the caller went away
	codeReadOnly     = "25006"
	codeInUse        = "55006"
	codeUnknownTable = "42P01"
)

// Explain turns an error of the database into one with a code and a message for people; what names the thing
// looked for or written ("transaction"). Errors that carry a code already pass unchanged, and so does nil.
//
//	nothing found                      NOT_FOUND
//	unique or foreign key violated     CONFLICT
//	lock, deadlock, statement timeout  UNAVAILABLE (nothing was changed)
//	no connection, server stopping     UNAVAILABLE (a failed COMMIT may have happened)
//	anything else                      INTERNAL, logged in full by the caller
func Explain(err error, what string) error {
	if err == nil {
		return nil
	}
	var coded *apperr.Error
	switch {
	case errors.As(err, &coded):
		return err
	case IsNotFound(err):
		return apperr.Wrap(err, apperr.NotFound, "There is no such "+what+".")
	case sqlState(err) == codeUnique:
		return apperr.Wrap(err, apperr.Conflict, "This "+what+" exists already.")
	case sqlState(err) == codeForeignKey:
		return apperr.Wrap(err, apperr.Conflict, "This "+what+" refers to something that is not there, or is still referred to.")
	case Retryable(err), sqlState(err) == codeCancelled, errors.Is(err, context.DeadlineExceeded):
		return apperr.Wrap(err, apperr.Unavailable, "The database was too busy for this "+what+"; nothing was changed.")
	case Unreachable(err), errors.Is(err, errUnresolved):
		return apperr.Wrap(err, apperr.Unavailable, "The database cannot be reached.")
	default:
		return apperr.Wrap(err, apperr.Internal, "the database refused the "+what)
	}
}

// IsNotFound tells whether a query found no row, by any of the three libraries' errors.
func IsNotFound(err error) bool {
	return errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, pgx.ErrNoRows) || errors.Is(err, sql.ErrNoRows)
}

// UniqueViolation gives the name of the unique index that refused a row.
func UniqueViolation(err error) (constraint string, ok bool) {
	var pe *pgconn.PgError
	if errors.As(err, &pe) && pe.Code == codeUnique {
		return pe.ConstraintName, true
	}
	return "", false
}

// Retryable tells whether the same transaction may simply be run again: it lost a race for a lock, met a
// deadlock or a serialization failure, and nothing of it was kept (guarantees F24).
func Retryable(err error) bool {
	switch sqlState(err) {
	case codeSerialize, codeDeadlock, codeLockTimeout, codeInUse:
		return true
	default:
		return false
	}
}

// LockTimeout tells whether a wait for a lock was given up.
func LockTimeout(err error) bool { return sqlState(err) == codeLockTimeout }

// Unreachable tells whether the database itself is away, read-only or full, so that waiting and trying later is
// the only mend (guarantees A8).
func Unreachable(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case err == nil:
		return false
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, net.ErrClosed):
		return true
	case errors.Is(err, io.ErrUnexpectedEOF): // the server died, or cut the connection, before its answer was whole
		return true
	}
	code := sqlState(err)
	if code == codeReadOnly {
		return true
	}
	// 08 connection, 53 resources (disk full, too many connections), 57P server stopping or starting, 58 input/output.
	for _, class := range []string{"08", "53", "57P", "58"} {
		if len(code) > len(class) && code[:len(class)] == class {
			return true
		}
	}
	return code == "" && pgconn.Timeout(err)
}

// sqlState gives the server's five-letter code, empty when the server did not answer.
func sqlState(err error) string {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code
	}
	return ""
}
