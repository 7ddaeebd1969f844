package simulator

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
)

// signIn finds the Basic user of a request. A user seen for the first time is
// created with the password it came with; any other password later is refused.
func (h *house) signIn(r *http.Request) (*account, *refusal) {
	name, password, ok := r.BasicAuth()
	if !ok || name == "" || len(name) > 256 {
		return nil, refuse(http.StatusUnauthorized, errAuthentication, "credentials missing")
	}
	h.mu.Lock()
	a := h.accounts[name]
	if a == nil {
		salt := make([]byte, 16)
		_, _ = rand.Read(salt) // never fails
		h.record(&event{Kind: "user", User: name, Salt: salt, Hash: proof(salt, password)})
		a = h.accounts[name]
	}
	h.mu.Unlock()
	if !a.knows(password) {
		return nil, refuse(http.StatusUnauthorized, errAuthentication, "credentials wrong")
	}
	return a, nil
}

// knows compares in constant time; salt and hash never change once set.
func (a *account) knows(password string) bool {
	return subtle.ConstantTimeCompare(a.hash, proof(a.salt, password)) == 1
}

// proof is one salted hash, not a slow one: the accounts guard play money and
// the check runs on every call of a load test.
func proof(salt []byte, password string) []byte {
	sum := sha256.Sum256(append(append(make([]byte, 0, 64), salt...), password...))
	return sum[:]
}
