package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	state := func(code string) error { return fmt.Errorf("apply: %w", &pgconn.PgError{Code: code}) }
	refused := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	tests := []struct {
		err                error
		code               apperr.Code
		retry, unreachable bool
	}{
		{pgx.ErrNoRows, apperr.NotFound, false, false},
		{gorm.ErrRecordNotFound, apperr.NotFound, false, false},
		{state("23505"), apperr.Conflict, false, false},
		{state("23503"), apperr.Conflict, false, false},
		{state("40001"), apperr.Unavailable, true, false},
		{state("40P01"), apperr.Unavailable, true, false},
		{state("55P03"), apperr.Unavailable, true, false},
		{state("57014"), apperr.Unavailable, false, false},
		{state("57P01"), apperr.Unavailable, false, true},
		{state("53100"), apperr.Unavailable, false, true},
		{state("25006"), apperr.Unavailable, false, true},
		{state("08006"), apperr.Unavailable, false, true},
		{refused, apperr.Unavailable, false, true},
		{context.DeadlineExceeded, apperr.Unavailable, false, true},
		{fmt.Errorf("receive message: %w", io.ErrUnexpectedEOF), apperr.Unavailable, false, true},
		{state("23514"), apperr.Internal, false, false},
		{errors.New("anything"), apperr.Internal, false, false},
		{pgx.ErrTxCommitRollback, apperr.Internal, false, false},
		{apperr.Errorf(apperr.Forbidden, "no"), apperr.Forbidden, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.err.Error(), func(t *testing.T) {
			t.Parallel()
			got := postgres.Explain(tt.err, "transaction")
			require.Equal(t, tt.code, apperr.CodeOf(got))
			require.ErrorIs(t, got, tt.err, "the cause stays for the log")
			require.Equal(t, tt.retry, postgres.Retryable(tt.err))
			require.Equal(t, tt.unreachable, postgres.Unreachable(tt.err))
		})
	}
	require.NoError(t, postgres.Explain(nil, "transaction"))
	require.False(t, postgres.Unreachable(nil))
}

func TestErrorsOfARealServer(t *testing.T) {
	t.Parallel()
	db := postgrestest.Open(t, postgrestest.Empty(t))
	ctx := t.Context()
	_, err := db.Pool.Exec(ctx, "create table things (id int constraint things_key primary key)")
	require.NoError(t, err)
	_, err = db.Pool.Exec(ctx, "insert into things values (1)")
	require.NoError(t, err)

	err = db.Gorm.WithContext(ctx).Exec("insert into things values (?)", 1).Error
	constraint, ok := postgres.UniqueViolation(err)
	require.True(t, ok, "gorm keeps the server's error")
	require.Equal(t, "things_key", constraint)

	holder, err := db.Pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = holder.Rollback(ctx) }()
	_, err = holder.Exec(ctx, "select from things for no key update")
	require.NoError(t, err)
	waiter, err := db.Pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = waiter.Rollback(ctx) }()
	_, err = waiter.Exec(ctx, "set local lock_timeout = '20ms'")
	require.NoError(t, err)
	_, err = waiter.Exec(ctx, "select from things for no key update")
	require.True(t, postgres.LockTimeout(err))
	require.True(t, postgres.Retryable(err))
}
