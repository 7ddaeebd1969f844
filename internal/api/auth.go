package api

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Longest accepted user name and password, in bytes (guarantees.md C3).
const (
	maxUser     = 128
	maxPassword = 128
)

// hashesAtOnce bounds the memory and processor time spent on password hashes.
const hashesAtOnce = 2

// proof stands for a user name and password in memory: their HMAC under a key that dies with the process.
type proof [sha256.Size]byte

func (p proof) equal(q proof) bool { return hmac.Equal(p[:], q[:]) }

// Auth knows who calls the channel API. A password is checked against its slow hash once; later calls
// compare a keyed hash held in memory. Disabling a client or changing its password acts within 3 s.
type Auth struct {
	store   ClientStore
	sandbox bool
	log     *slog.Logger
	now     func() time.Time
	sleep   func(time.Duration)
	hash    func(password string) (string, error)

	key      [32]byte
	decoy    string // a hash that no password matches, for user names that do not exist
	accounts accounts
	throttle throttle
	checks   singleflight.Group
	slots    chan struct{}
	failures atomic.Uint64
}

// NewAuth makes an Auth over the record of clients. sandbox: an unknown user becomes a client with the
// password it came with (guarantees.md C4).
func NewAuth(store ClientStore, sandbox bool, log *slog.Logger) (*Auth, error) {
	return newAuth(store, sandbox, log, HashPassword)
}

func newAuth(store ClientStore, sandbox bool, log *slog.Logger, hash func(string) (string, error)) (*Auth, error) {
	a := &Auth{
		store: store, hash: hash, sandbox: sandbox, log: log, now: time.Now, sleep: time.Sleep,
		accounts: accounts{store: store, now: time.Now, entries: map[string]*entry{}},
		throttle: throttle{addresses: map[string]*address{}},
		slots:    make(chan struct{}, hashesAtOnce),
	}
	_, _ = rand.Read(a.key[:])
	decoy, err := hash(rand.Text())
	if err != nil {
		return nil, err
	}
	a.decoy = decoy
	return a, nil
}

// FailedCredentials is the number of refused sign-ins since the start.
func (a *Auth) FailedCredentials() uint64 { return a.failures.Load() }

// Authenticate gives the client behind an Authorization header that came from a source address. The
// error is an *Error: 401 for missing or wrong credentials, 429 over the client's rate or too many
// failures at once, 503 while the record cannot be read.
func (a *Auth) Authenticate(header, source string) (switchcore.Client, error) {
	user, password, ok := basic(header)
	if !ok {
		return switchcore.Client{}, unauthorized("credentials are missing")
	}
	p := a.proof(user, password)
	e, err := a.accounts.find(user)
	if err != nil && !notFound(err) {
		return switchcore.Client{}, unreachable()
	}
	if e != nil {
		if account, proved := e.proved(p); proved {
			return a.admit(e, account)
		}
	}
	return a.prove(user, password, source, p)
}

// admit lets a proved client in, within its rate.
func (a *Auth) admit(e *entry, account Account) (switchcore.Client, error) {
	if wait := e.take(a.now()); wait > 0 {
		return switchcore.Client{}, &Error{Status: 429, Type: TypeGeneral, Message: "too many requests", RetryAfter: wait}
	}
	return account.Client, nil
}

// prove checks a credential against the slow hash, after the delay that its address has earned.
func (a *Auth) prove(user, password, source string, p proof) (switchcore.Client, error) {
	delay, ok := a.throttle.enter(source, a.now())
	if !ok {
		return switchcore.Client{}, &Error{Status: 429, Type: TypeGeneral, Message: "too many failed sign-ins", RetryAfter: longestDelay}
	}
	if delay > 0 {
		a.sleep(delay)
	}
	v, err, _ := a.checks.Do(string(p[:]), func() (any, error) { return a.check(user, password, p) })
	wrong := apperr.Is(err, apperr.Unauthorized)
	a.throttle.leave(source, a.now(), wrong)
	switch {
	case wrong:
		a.failures.Add(1)
		a.log.Warn("a client's credentials were refused", "user", shown(user), "address", source)
		return switchcore.Client{}, unauthorized("credentials are wrong")
	case err != nil:
		a.log.Error("a client's credentials could not be checked", "user", shown(user), "err", err)
		return switchcore.Client{}, unreachable()
	}
	e := v.(*entry)
	account, proved := e.proved(p)
	if !proved { // changed or disabled in this moment
		return switchcore.Client{}, unauthorized("credentials are wrong")
	}
	return a.admit(e, account)
}

// check compares a password with the record as it is now, or with the decoy, so that an unknown user
// takes as long as a known one. In the sandbox an unknown user is added.
func (a *Auth) check(user, password string, p proof) (*entry, error) {
	a.slots <- struct{}{}
	defer func() { <-a.slots }()
	e, err := a.accounts.read(user)
	if notFound(err) && a.sandbox {
		e, err = a.create(user, password)
	}
	if notFound(err) {
		matches(password, []string{a.decoy})
		return nil, apperr.Errorf(apperr.Unauthorized, "unknown client")
	}
	if err != nil {
		return nil, err
	}
	account, proved := e.proved(p)
	if proved {
		return e, nil
	}
	if !matches(password, account.Hashes) || !account.Enabled {
		return nil, apperr.Errorf(apperr.Unauthorized, "wrong password or disabled client")
	}
	e.remember(p, account.Version)
	return e, nil
}

// create adds a sandbox client; when another node was faster, its record counts.
func (a *Auth) create(user, password string) (*entry, error) {
	hash, err := a.hash(password)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), findWithin)
	defer cancel()
	began := a.now()
	account, err := a.store.CreateAccount(ctx, user, hash)
	if apperr.Is(err, apperr.Conflict) {
		return a.accounts.read(user)
	}
	if err != nil {
		return nil, err
	}
	e := a.accounts.keep(user, account, began)
	e.remember(a.proof(user, password), account.Version)
	return e, nil
}

func (a *Auth) proof(user, password string) proof {
	h := hmac.New(sha256.New, a.key[:])
	var size [4]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(user)))
	h.Write(size[:])
	h.Write([]byte(user))
	h.Write([]byte(password))
	var p proof
	h.Sum(p[:0])
	return p
}

// basic reads an RFC 7617 header.
func basic(header string) (user, password string, ok bool) {
	scheme, encoded, found := strings.Cut(header, " ")
	if !found || !strings.EqualFold(scheme, "Basic") {
		return "", "", false
	}
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return "", "", false
	}
	user, password, ok = strings.Cut(string(plain), ":")
	if !ok || user == "" || len(user) > maxUser || len(password) > maxPassword || !printable(user) {
		return "", "", false
	}
	return user, password, true
}

// printable refuses user names that no client can have: control characters and broken text.
func printable(s string) bool {
	for _, r := range s {
		if r < 0x20 || r == 0x7f || r == '\ufffd' {
			return false
		}
	}
	return true
}

// shown is a user name as logged: people type a password into the wrong field now and then.
func shown(user string) string {
	if len(user) <= 4 {
		return user
	}
	return user[:4] + "…"
}

func notFound(err error) bool { return apperr.Is(err, apperr.NotFound) }

func unauthorized(message string) error {
	return &Error{Status: 401, Type: TypeAuthentication, Message: message, Challenge: true}
}

func unreachable() error {
	return &Error{Status: 503, Type: TypeUnavailable, Message: "try again shortly", RetryAfter: time.Second}
}
