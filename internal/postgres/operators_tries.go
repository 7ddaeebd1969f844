package postgres

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/signalboxhq/signalbox/internal/operators"
)

// forgiveSQL clears a counter. The row stays, so that a try that waits for its lock still finds it.
const forgiveSQL = "update sign_in_failures set failures = 0, last_at = null, locked_until = null where subject = ?"

type triesRow struct {
	Failures    int
	LastAt      *time.Time
	LockedUntil *time.Time
	Now         time.Time
}

// Try counts one sign-in try for each subject, under a row lock so that tries at the same moment cannot pass the limit
// together, and gives the strictest verdict.
func (s *Operators) Try(ctx context.Context, subjects []operators.TrySubject) (operators.Verdict, error) {
	var verdict operators.Verdict
	sorted := slices.SortedFunc(slices.Values(subjects), func(a, b operators.TrySubject) int { return strings.Compare(a.Name, b.Name) })
	err := s.db.Gorm.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		verdict = operators.Verdict{}
		for _, subject := range sorted {
			v, err := countTry(tx, subject)
			if err != nil {
				return err
			}
			verdict.Wait = max(verdict.Wait, v.Wait)
			verdict.Locked = verdict.Locked || v.Locked
			verdict.Locks = verdict.Locks || v.Locks
		}
		return nil
	})
	return verdict, operatorsError(err)
}

func countTry(tx *gorm.DB, subject operators.TrySubject) (operators.Verdict, error) {
	if err := execIn(tx, "insert into sign_in_failures (subject) values (?) on conflict (subject) do nothing", subject.Name); err != nil {
		return operators.Verdict{}, err
	}
	var locked string
	if err := scanSingle(tx.Raw("select subject from sign_in_failures where subject = ? for no key update", subject.Name), &locked, "counter vanished"); err != nil {
		return operators.Verdict{}, err
	}
	var row triesRow
	err := scanSingle(tx.Raw("select failures, last_at, locked_until, clock_timestamp() as now from sign_in_failures where subject = ?", subject.Name), &row, "counter vanished")
	if err != nil {
		return operators.Verdict{}, err
	}
	tries, verdict := subject.Policy.Try(operators.Tries{Failures: row.Failures, LastAt: zeroOr(row.LastAt), LockedUntil: zeroOr(row.LockedUntil)}, row.Now)
	err = execIn(tx, "update sign_in_failures set failures = ?, last_at = ?, locked_until = ? where subject = ?",
		tries.Failures, nullIfZero(tries.LastAt), nullIfZero(tries.LockedUntil), subject.Name)
	return verdict, err
}

// Record writes an audit entry of its own.
func (s *Operators) Record(ctx context.Context, entry operators.AuditEntry) error {
	return s.write(ctx, entry, func(*gorm.DB) error { return nil })
}

// PruneSignIn deletes counters that have been at rest for two days and were forgotten by every policy.
func (s *Operators) PruneSignIn(ctx context.Context) error {
	return execIn(s.db.Gorm.WithContext(ctx), `delete from sign_in_failures
		where coalesce(last_at, 'epoch') < clock_timestamp() - interval '2 days' and (locked_until is null or locked_until < clock_timestamp())`)
}

func zeroOr(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func nullIfZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
