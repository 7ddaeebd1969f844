package operators

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Store keeps accounts, sessions, links and counters. Every method is one transaction; a method that takes an
// AuditEntry writes it in that same transaction (guarantees.md C5: no row, no action). All ages are judged by
// the database's clock.
type Store interface {
	AccountStore
	SessionStore
	LinkStore
	// Try counts one sign-in try for each subject under its policy and gives the strictest verdict.
	Try(ctx context.Context, subjects []TrySubject) (Verdict, error)
	// Record writes an audit entry that belongs to no other change, such as a refused sign-in.
	Record(ctx context.Context, entry AuditEntry) error
}

// TrySubject is one counter and its policy.
type TrySubject struct {
	Name   string
	Policy ThrottlePolicy
}

// AccountStore keeps accounts and grants.
type AccountStore interface {
	// FindAccount gives the account with the normalised mail address; NotFound when there is none.
	FindAccount(ctx context.Context, mail string) (Account, error)
	// FindOperator gives the operator with the id; NotFound when there is none.
	FindOperator(ctx context.Context, id uuid.UUID) (Operator, error)
	// ListOperators gives everybody, by name.
	ListOperators(ctx context.Context) ([]Operator, error)
	// CreateOperator adds an account with its grants; Conflict when the mail address is taken. link may be nil.
	CreateOperator(ctx context.Context, o Operator, link *NewLink, entry AuditEntry) error
	// ReplaceGrants changes what an operator may do and ends all sessions of the operator.
	ReplaceGrants(ctx context.Context, id uuid.UUID, grants Grants, entry AuditEntry) error
	// Disable closes an account, ends its sessions and its unused links; Conflict when it is closed already.
	Disable(ctx context.Context, id uuid.UUID, entry AuditEntry) error
}

// SessionStore keeps sessions.
type SessionStore interface {
	// OpenSession starts a session of an ACTIVE account and forgives its failures; the oldest
	// sessions beyond the limit end. Conflict when the account is not ACTIVE, or its password is no longer the
	// one that was checked.
	OpenSession(ctx context.Context, s NewSession, entry AuditEntry) (Session, error)
	// FindSession gives the running session with the token's hash and notes that it was used; NotFound when it
	// ended, was idle or lived too long, or its account is not ACTIVE.
	FindSession(ctx context.Context, tokenHash []byte, limits SessionLimits) (Session, error)
	// EndSession ends the session with the token's hash; ending an ended session does nothing and writes nothing.
	EndSession(ctx context.Context, tokenHash []byte, entry AuditEntry) error
}

// NewSession is a session about to start.
type NewSession struct {
	ID           uuid.UUID
	OperatorID   uuid.UUID
	TokenHash    []byte
	PasswordHash string // the hash that was matched; the account must still have it
	Forgive      string // the counter of the mail address, cleared
	Refund       string // the counter of the network address, one try given back; may be empty
	Limits       SessionLimits
}

// SessionLimits are the ages and the number of sessions of one person (guarantees.md C3).
type SessionLimits struct {
	Idle     time.Duration
	Absolute time.Duration
	PerUser  int
}

// LinkKind says what a one-time link does.
type LinkKind string

// The kinds of one-time links.
const (
	EnrolLink  LinkKind = "ENROL"   // set a password and open the account
	SignInLink LinkKind = "SIGN_IN" // sign in without a password; sandbox only
)

// NewLink is a one-time link about to be stored; only the hash of its token is kept. A new link of a kind
// ends the unused ones of that kind and operator.
type NewLink struct {
	TokenHash  []byte
	Kind       LinkKind
	OperatorID uuid.UUID
	TTL        time.Duration
}

// Link is a usable one-time link.
type Link struct {
	Kind     LinkKind
	Operator Operator
}

// LinkStore keeps one-time links.
type LinkStore interface {
	// AddLink stores a link; Conflict when the operator is DISABLED.
	AddLink(ctx context.Context, l NewLink, entry AuditEntry) error
	// FindLink gives the usable link with the token's hash without using it; NotFound when it was used, has
	// expired or never was.
	FindLink(ctx context.Context, tokenHash []byte, kind LinkKind) (Link, error)
	// RedeemSignIn uses the link up and opens the session in the same transaction; NotFound as FindLink.
	RedeemSignIn(ctx context.Context, tokenHash []byte, s NewSession, entry AuditEntry) (Session, error)
	// RedeemEnrolment uses the link up, sets the password, makes the account ACTIVE, ends its sessions and
	// forgives the counter; NotFound as FindLink.
	RedeemEnrolment(ctx context.Context, tokenHash []byte, passwordHash, forgive string, entry AuditEntry) error
}
