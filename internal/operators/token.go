package operators

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

const tokenBytes = 32

// NewToken gives 256 random bits as URL-safe text: a session's or a link's secret.
func NewToken() string {
	b := make([]byte, tokenBytes)
	_, _ = rand.Read(b) // documented never to fail
	return base64.RawURLEncoding.EncodeToString(b)
}

// HashToken gives what is stored of a token. A plain SHA-256 is enough: the token is random, so there
// is nothing to guess.
func HashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// CSRFToken gives the synchroniser token that belongs to a session or pre-session token. It is worked out from
// the cookie's secret, so it lives and ends with the session and needs no row of its own; the secret cannot be
// worked out from it.
func CSRFToken(token string) string {
	sum := sha256.Sum256([]byte("csrf|" + token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// subjectOfMail names a mail address in the failure counters without keeping it: people type all sorts of
// things into that field, passwords included.
func subjectOfMail(mail string) string {
	sum := sha256.Sum256([]byte("mail|" + mail))
	return "mail:" + hex.EncodeToString(sum[:])
}

func subjectOfAddress(ip string) string { return "addr:" + ip }
