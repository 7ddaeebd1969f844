package api

import (
	"context"
	"net/netip"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Account is a client with what its sign-in needs.
type Account struct {
	Client  switchcore.Client
	Enabled bool
	// Hashes are the argon2id hashes of the passwords that are valid now; two while a password is being changed.
	Hashes []string
	// Version changes whenever anything of the account changes.
	Version int64
	// Rate is the number of calls per second, 0: no limit. Burst is how many may come at once, InFlight how many may
	// run at a time on this node, 0: no limit.
	Rate, Burst, InFlight int
	// Methods and Certificate say how the client proves who it is.
	Methods     Methods
	Certificate CertificateUse
	// Pins are the SHA-256 fingerprints of the certificates that stand for the client now, two at most.
	Pins [][]byte
	// AllowedFrom lists the addresses it may call from; empty: everywhere.
	AllowedFrom []netip.Prefix
	// Credential changes when access tokens given before shall be worth nothing any more.
	Credential int64
}

// Methods are the ways in which a client may show its password.
type Methods string

// The ways. The zero value is either of them.
const (
	EitherMethod Methods = "EITHER"
	BasicOnly    Methods = "BASIC"
	OAuth2Only   Methods = "OAUTH2"
)

// CertificateUse says what a pinned certificate is good for.
type CertificateUse string

// The uses. The zero value is none: certificates are not looked at.
const (
	CertificateNone  CertificateUse = "NONE"
	CertificateAlso  CertificateUse = "ALSO"  // beside the credentials
	CertificateAlone CertificateUse = "ALONE" // enough by itself; credentials that come with it must be right too
)

// ClientStore is the record of clients.
type ClientStore interface {
	// FindAccount gives the account of a user name; an apperr.NotFound when there is none.
	FindAccount(ctx context.Context, id string) (Account, error)
	// CreateAccount adds an enabled client named after its id, with one password hash and the default
	// settings; an apperr.Conflict when the id is taken. Called in sandbox mode only.
	CreateAccount(ctx context.Context, id, hash string) (Account, error)
	// OwnerOf gives the client that a pinned certificate stands for, by its fingerprint; an apperr.NotFound when there
	// is none or it has expired.
	OwnerOf(ctx context.Context, fingerprint []byte) (string, error)
}
