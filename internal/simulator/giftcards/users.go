package giftcards

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
)

// signIn finds the Basic user of a call. A user seen for the first time is
// created with the password it came with; any other password later is refused.
func (i *Issuer) signIn(r *http.Request) (string, *refusal) {
	name, password, ok := r.BasicAuth()
	if !ok || name == "" || len(name) > 256 {
		return "", refuse(http.StatusUnauthorized, errGeneral, "Credentials missing")
	}
	i.mu.Lock()
	a := i.accounts[name]
	if a == nil {
		salt := make([]byte, 16)
		_, _ = rand.Read(salt) // never fails
		i.record(&event{Kind: userSeen, User: name, Salt: salt, Hash: proof(salt, password)})
		a = i.accounts[name]
	}
	hash, salt := a.hash, a.salt
	i.mu.Unlock()
	if subtle.ConstantTimeCompare(hash, proof(salt, password)) != 1 {
		return "", refuse(http.StatusUnauthorized, errGeneral, "Credentials wrong")
	}
	return name, nil
}

// proof is one salted hash, not a slow one: the accounts guard play money and
// the check runs on every call.
func proof(salt []byte, password string) []byte {
	sum := sha256.Sum256(append(append(make([]byte, 0, 64), salt...), password...))
	return sum[:]
}
