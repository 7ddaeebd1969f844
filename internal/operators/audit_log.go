package operators

import (
	"context"
	"time"
)

// AuditFilter chooses audit entries; zero members choose all. Pages are keyed by the sequence number, newest first.
type AuditFilter struct {
	From, To   time.Time // From inclusive, To exclusive
	Actor      string    // part of the actor's name, or the whole operator id
	Action     string    // whole, or a prefix that ends in "."
	ObjectType string
	ObjectID   string
	Result     Result
	Before     int64 // only entries with a smaller number; the next older page
	After      int64 // only entries with a greater number; the next newer page
	Limit      int   // 25 to 200; 0 stands for 50
}

// AuditPage is one page of entries, newest first.
type AuditPage struct {
	Rows  []AuditRow
	Older bool // there are entries before the last row
	Newer bool // there are entries after the first row
}

// AuditLog reads the audit log.
type AuditLog interface {
	SearchAudit(ctx context.Context, f AuditFilter) (AuditPage, error)
	FindAudit(ctx context.Context, seq int64) (AuditRow, error)
	VerifyAudit(ctx context.Context) (AuditReport, error)
}

// AuditReport is the outcome of a check of the whole chain.
type AuditReport struct {
	Checked  int64  // entries read and found good
	HeadSeq  int64  // number of the newest entry, 0 when the log is empty
	FirstBad int64  // number of the first bad entry, 0 when the chain is intact
	Fault    string // what is wrong with it
}

// Intact tells whether nothing was found wrong.
func (r AuditReport) Intact() bool { return r.FirstBad == 0 }

// ExitCode is the exit code of "console audit verify" after a check that could run: 0 intact, 1 broken. A check that
// could not run exits 2.
func (r AuditReport) ExitCode() int {
	if r.Intact() {
		return 0
	}
	return 1
}
