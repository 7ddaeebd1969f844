package stage

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
)

// caller is who may sign in, with a salted hash of the secret: one hash, not a slow one, since it guards play money and
// the check runs on every call of a load test.
type caller struct {
	Salt []byte `json:"salt"`
	Hash []byte `json:"hash"`
}

// SignIn reports whether the secret is the one of the caller. A caller seen for the first time is remembered
// with the secret it came with, so that a sandbox needs no set-up. It takes the lock.
func (l *Ledger) SignIn(name, secret string) bool {
	if name == "" || len(name) > 256 || secret == "" {
		return false
	}
	l.Lock()
	c := l.callers.Of(name)
	if c == nil {
		c = &caller{Salt: make([]byte, 16)}
		_, _ = rand.Read(c.Salt) // never fails
		c.Hash = proof(c.Salt, secret)
		l.callers.Set(name, c)
		l.Commit()
	}
	l.Unlock()
	return subtle.ConstantTimeCompare(c.Hash, proof(c.Salt, secret)) == 1 // neither changes once set
}

func proof(salt []byte, secret string) []byte {
	sum := sha256.Sum256(append(append(make([]byte, 0, 64), salt...), secret...))
	return sum[:]
}
