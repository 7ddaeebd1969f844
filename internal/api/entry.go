package api

import (
	"slices"
	"sync"
	"time"
)

// entry is an account in memory with the credentials proved against its hashes.
type entry struct {
	mu      sync.Mutex
	account Account
	readAt  time.Time
	proofs  []checked
	bucket  bucket
	running int // calls
	reading bool
}

// checked is a credential that was compared against one of the account's hashes.
type checked struct {
	proof proof
	hash  string
}

// maxProofs bounds the proved credentials of one account: two passwords and room for a change.
const maxProofs = 4

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

// proved tells whether the credential was proved against a hash of the account, and gives the account as it is now.
func (e *entry) proved(p proof) (Account, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	found := false
	for _, known := range e.proofs {
		if known.proof.equal(p) {
			found = true
		}
	}
	return e.account, found && e.account.Enabled
}

// renew takes over the account as it was read at a moment. What was proved against a hash that is still valid stays proved: a
// new limit must not send every till through the slow hash again.
func (e *entry) renew(account Account, at time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.proofs = slices.DeleteFunc(e.proofs, func(c checked) bool { return !account.Enabled || !slices.Contains(account.Hashes, c.hash) })
	e.account, e.readAt, e.reading = account, at, false
}

// knowsAll tells whether every password that is valid now was proved before, so that another one can only be wrong.
func (e *entry) knowsAll() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, h := range e.account.Hashes {
		if !slices.ContainsFunc(e.proofs, func(c checked) bool { return c.hash == h }) {
			return false
		}
	}
	return true
}

// remember adds a credential that was proved against a hash, unless the account lost that meanwhile.
func (e *entry) remember(p proof, hash string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.account.Enabled || !slices.Contains(e.account.Hashes, hash) {
		return
	}
	if len(e.proofs) >= maxProofs {
		e.proofs = e.proofs[1:]
	}
	e.proofs = append(e.proofs, checked{p, hash})
}

// crowded is the time after which a client that has too many calls running may try again.
const crowded = time.Second

// take spends one call of the client's rate and one place among its running calls; give gives the place back. A client
// over either limit gets the time to wait.
func (e *entry) take(now time.Time, held *Held) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	limited := held != nil && e.account.InFlight > 0
	if limited && e.running >= e.account.InFlight {
		return crowded
	}
	wait := e.bucket.take(now, e.account.Rate, e.account.Burst)
	if limited && wait == 0 {
		e.running++
		held.entries = append(held.entries, e)
	}
	return wait
}

// give ends a call that took a place.
func (e *entry) give() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.running--
}

// current gives the account as it was last read.
func (e *entry) current() Account {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.account
}
