package api

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// checksAtOnce bounds the memory, the processor time and the reads of the record that unproved passwords cost.
const checksAtOnce = 2

// proof stands for a user name and password in memory: their HMAC under a key that dies with the process.
type proof [sha256.Size]byte

func (p proof) equal(q proof) bool { return hmac.Equal(p[:], q[:]) }

// Auth knows who calls the channel API. A password is checked against its slow hash once; later calls
// compare a keyed hash held in memory. Disabling a client or changing its password acts within 3 s, for
// access tokens and certificates too.
type Auth struct {
	store   ClientStore
	sandbox bool
	log     *slog.Logger
	now     func() time.Time
	sleep   func(time.Duration)
	hash    func(password string) (string, error)
	match   func(password string, hashes []string) string // the hash that the password belongs to
	tokens  *tokens                                       // nil: no access tokens are given or taken

	key      [32]byte
	accounts accounts
	owners   owners
	throttle throttle
	checks   singleflight.Group
	slots    chan struct{}
	refusals refusals
}

// NewAuth makes an Auth over the record of clients. sandbox: an unknown user becomes a client with the
// password it came with (guarantees.md C4).
func NewAuth(store ClientStore, sandbox bool, log *slog.Logger) *Auth {
	return newAuth(store, sandbox, log, HashPassword)
}

func newAuth(store ClientStore, sandbox bool, log *slog.Logger, hash func(string) (string, error)) *Auth {
	a := &Auth{
		store: store, hash: hash, match: matching, sandbox: sandbox, log: log, now: time.Now, sleep: time.Sleep,
		accounts: accounts{store: store, now: time.Now, entries: map[string]*entry{}},
		owners:   owners{ids: map[fingerprint]string{}},
		throttle: throttle{addresses: map[string]*address{}},
		slots:    make(chan struct{}, checksAtOnce),
		refusals: newRefusals(),
	}
	_, _ = rand.Read(a.key[:])
	return a
}

// Authenticate gives the client behind the facts of a request. The error is an *Error: 401 for missing or wrong
// credentials or certificates, 403 for a client that calls from an address it may not call from, 429 over its limits or
// after too many failures at once, 503 while the record cannot be read.
func (a *Auth) Authenticate(caller Caller) (switchcore.Client, error) {
	proved, err := a.identify(caller)
	if err != nil {
		return switchcore.Client{}, err
	}
	return a.admit(proved, caller)
}

// Permit gives a client that is known by other means than an Authorization header (a signature over the message). It is
// refused while it is disabled, without the certificate it must show, from where it may not call, and over its limits. The
// error is an *Error.
func (a *Auth) Permit(clientID string, caller Caller) (switchcore.Client, error) {
	e, err := a.accounts.find(clientID)
	switch {
	case notFound(err):
		return switchcore.Client{}, a.refused(reasonUnknown, clientID, caller.Source, unauthorized("unknown client"))
	case err != nil:
		return switchcore.Client{}, unreachable()
	}
	account := e.current()
	if !account.Enabled {
		return switchcore.Client{}, a.refused(reasonDisabled, clientID, caller.Source, unauthorized("unknown client"))
	}
	return a.admit(identity{entry: e, account: account, by: bySignature}, caller)
}
