// Package console is what operators see: the handlers of the console's pages and actions. A handler reads the request, calls
// the one method it needs, and renders or redirects; it returns errors and never decides statuses. What may be called by
// whom is one table in routes.go, enforced in policy.go (guarantees.md C1 S1, C2).
package console

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/web/templates/layouts"
	"github.com/signalboxhq/signalbox/web/templates/pages"
)

// People is sign-in and everything before it; operators.Service provides it.
type People interface {
	SignIn(ctx context.Context, mail, password string, from operators.Actor) (operators.SignedIn, error)
	SignOut(ctx context.Context, token string, who operators.Actor) error
	Session(ctx context.Context, token string) (operators.Session, error)
	Link(ctx context.Context, token string, kind operators.LinkKind) (operators.Link, error)
	RedeemLink(ctx context.Context, token string, from operators.Actor) (operators.SignedIn, error)
	Enrol(ctx context.Context, token, password string, from operators.Actor) (operators.Operator, error)
}

// AuditLog is the audit page's view of the log.
type AuditLog interface {
	SearchAudit(ctx context.Context, f operators.AuditFilter) (operators.AuditPage, error)
	FindAudit(ctx context.Context, seq int64) (operators.AuditRow, error)
	VerifyAudit(ctx context.Context) (operators.AuditReport, error)
}

// Deps is what the console is made of. Each page adds the one interface it needs.
type Deps struct {
	People People
	Audit  AuditLog

	Figures      Figures
	Transactions Transactions
	Advices      Advices
	Desk         Desk
	// Gate reads a provider's breaker on this node; nil: always closed.
	Gate func(providerID string) monitoring.Gate
	// Hash is the keyed hash by which references were stored; nil: only ids are found.
	Hash func(kind, value string) []byte

	Finance     Finance
	ReportFiles ReportFiles // nil: no report can be downloaded
	Schedules   Schedules
	JobRuns     JobRuns
	Config      Configuration

	Log        *slog.Logger
	Mode       layouts.Mode // Sandbox: cookies without Secure, because the sandbox speaks plain HTTP
	ModeNote   string
	FootNote   string
	Zone       *time.Location // the zone times are shown in; nil: UTC
	DemoPeople []pages.DemoPerson
	// Counts gives the numbers beside the navigation by address ("/saf"); nil: none.
	Counts func(ctx context.Context, o operators.Operator) map[string]layouts.NavCount
	// SignInPerMinute bounds tries per network address; 0 stands for 5 (guarantees.md C4).
	SignInPerMinute int
	// Now is the clock pages are shown by; nil: the machine's. It decides nothing about money.
	Now func() time.Time
}

// App serves the console's pages.
type App struct {
	Deps

	cookies cookieNames
	signIns *limiter // tries to sign in or enrol, per address
	others  *limiter // links and policy reports, per address
	chain   atomic.Pointer[chainCheck]
}

// New makes the console.
func New(d Deps) *App {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.SignInPerMinute == 0 {
		d.SignInPerMinute = 5
	}
	return &App{
		Deps:    d,
		cookies: newCookieNames(d.Mode != layouts.Sandbox),
		signIns: newLimiter(d.SignInPerMinute, time.Minute),
		others:  newLimiter(60, time.Minute),
	}
}
