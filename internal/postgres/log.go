package postgres

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// slowStatement is the duration from which a statement is worth a line in the log.
const slowStatement = 500 * time.Millisecond

// gormLogger passes gorm's news on to slog. Statements are logged as they were written, with placeholders:
// gorm would put the values in, and those may be secrets (guarantees S12).
type gormLogger struct{ to *slog.Logger }

// newGormLogger gives a silent logger for nil.
func newGormLogger(to *slog.Logger) logger.Interface {
	if to == nil {
		return logger.Discard
	}
	return gormLogger{to: to}
}

// LogMode is asked for by gorm; the level is slog's business.
func (l gormLogger) LogMode(logger.LogLevel) logger.Interface { return l }

// Info logs a remark of gorm's.
func (l gormLogger) Info(ctx context.Context, msg string, _ ...any) { l.to.DebugContext(ctx, msg) }

// Warn logs a warning of gorm's.
func (l gormLogger) Warn(ctx context.Context, msg string, _ ...any) { l.to.WarnContext(ctx, msg) }

// Error logs a failure of gorm's own.
func (l gormLogger) Error(ctx context.Context, msg string, _ ...any) { l.to.ErrorContext(ctx, msg) }

// ParamsFilter drops the values before gorm writes them into the text of a statement.
func (l gormLogger) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}

// Trace logs failed and slow statements. Finding nothing and losing a race are everyday answers.
func (l gormLogger) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), err error) {
	took := time.Since(begin)
	failed := err != nil && !errors.Is(err, gorm.ErrRecordNotFound) && !errors.Is(err, context.Canceled)
	if !failed && took < slowStatement {
		return
	}
	text, rows := statement()
	if failed {
		l.to.WarnContext(ctx, "statement failed", "sql", text, "code", sqlState(err), "took", took)
		return
	}
	l.to.WarnContext(ctx, "slow statement", "sql", text, "rows", rows, "took", took)
}
