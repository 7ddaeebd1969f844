package api

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

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
	// Rate is the number of calls per second, 0: no limit. Burst is how many may come at once.
	Rate, Burst int
}

// ClientStore is the record of clients.
type ClientStore interface {
	// FindAccount gives the account of a user name; an apperr.NotFound when there is none.
	FindAccount(ctx context.Context, id string) (Account, error)
	// CreateAccount adds an enabled client named after its id, with one password hash and the default
	// settings; an apperr.Conflict when the id is taken. Called in sandbox mode only.
	CreateAccount(ctx context.Context, id, hash string) (Account, error)
}

// Ages of an account in memory. A change acts after at most staleAfter (guarantees.md C4: 5 s).
const (
	freshFor   = 500 * time.Millisecond // used as it is
	staleAfter = 3 * time.Second        // up to here used while it is read again; later callers wait for the record
	findWithin = 2 * time.Second        // time for one read of the record
)

// entry is an account in memory with the credentials proved against this version of it.
type entry struct {
	mu      sync.Mutex
	account Account
	readAt  time.Time
	proofs  []proof
	bucket  bucket
	reading bool
}

// maxProofs bounds the proved credentials of one account: two passwords and room for a change.
const maxProofs = 4

// accounts is the memory of accounts. Only user names that exist get a place in it.
type accounts struct {
	store ClientStore
	now   func() time.Time

	mu      sync.RWMutex
	entries map[string]*entry
	reads   singleflight.Group
}

// find gives the entry of a user name, not older than staleAfter.
func (a *accounts) find(id string) (*entry, error) {
	a.mu.RLock()
	e := a.entries[id]
	a.mu.RUnlock()
	if e != nil {
		switch age := e.age(a.now()); {
		case age <= freshFor:
			return e, nil
		case age <= staleAfter:
			if e.claimReading() {
				go func() { _, _ = a.read(id) }()
			}
			return e, nil
		}
	}
	return a.read(id)
}

// read asks the record, once for all callers at the same moment.
func (a *accounts) read(id string) (*entry, error) {
	v, err, _ := a.reads.Do(id, func() (any, error) {
		began := a.now()
		ctx, cancel := context.WithTimeout(context.Background(), findWithin)
		defer cancel()
		account, err := a.store.FindAccount(ctx, id)
		if err != nil {
			a.forget(id, err)
			return nil, err
		}
		return a.keep(id, account, began), nil
	})
	if err != nil {
		return nil, err
	}
	return v.(*entry), nil
}

// keep stores what was read at a moment.
func (a *accounts) keep(id string, account Account, at time.Time) *entry {
	a.mu.Lock()
	e := a.entries[id]
	if e == nil {
		e = &entry{}
		a.entries[id] = e
	}
	a.mu.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	if account.Version != e.account.Version || !account.Enabled || !slices.Equal(account.Hashes, e.account.Hashes) {
		e.proofs = nil
	}
	e.account, e.readAt, e.reading = account, at, false
	return e
}

// forget drops an account that is gone; after any other failure the entry merely grows old.
func (a *accounts) forget(id string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	e := a.entries[id]
	if e == nil {
		return
	}
	if notFound(err) {
		delete(a.entries, id)
		return
	}
	e.mu.Lock()
	e.reading = false
	e.mu.Unlock()
}

func (e *entry) age(now time.Time) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return now.Sub(e.readAt)
}

// claimReading is true for the one caller that shall read the account again.
func (e *entry) claimReading() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.reading {
		return false
	}
	e.reading = true
	return true
}

// proved tells whether the credential was proved against the present version, and gives that account.
func (e *entry) proved(p proof) (Account, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	found := false
	for _, known := range e.proofs {
		if known.equal(p) {
			found = true
		}
	}
	return e.account, found && e.account.Enabled
}

// remember adds a proved credential, unless the account changed meanwhile.
func (e *entry) remember(p proof, version int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.account.Version != version || !e.account.Enabled {
		return
	}
	if len(e.proofs) >= maxProofs {
		e.proofs = e.proofs[1:]
	}
	e.proofs = append(e.proofs, p)
}

// take spends one call of the client's rate and gives the time to wait when there is none left.
func (e *entry) take(now time.Time) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.bucket.take(now, e.account.Rate, e.account.Burst)
}
