package api

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Ages of an account in memory. A change acts after at most staleAfter (guarantees.md C4: 5 s).
const (
	freshFor   = 500 * time.Millisecond // used as it is
	staleAfter = 3 * time.Second        // up to here used while it is read again; later callers wait for the record
	findWithin = 2 * time.Second        // time for one read of the record
)

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
	e.renew(account, at)
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
