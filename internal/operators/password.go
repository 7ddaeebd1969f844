package operators

import (
	_ "embed"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Limits of a password in characters (guarantees.md C3). There is no composition rule and no forced change.
const (
	MinPassword = 12
	MaxPassword = 128
)

//go:embed common_passwords.txt
var commonPasswords string

// CheckPassword refuses a password that is too short, too long, well known, or the person's own address
// or name. The error is Invalid and names the field "password"; it never holds the password.
func CheckPassword(password string, o Operator) error {
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		return apperr.Field("password", "%d characters or more are needed; a few words make a good one", MinPassword)
	case n > MaxPassword:
		return apperr.Field("password", "at most %d characters are kept", MaxPassword)
	case !utf8.ValidString(password):
		return apperr.Field("password", "this is not readable text")
	}
	plain := strings.ToLower(strings.TrimSpace(password))
	if slices.Contains(strings.Fields(commonPasswords), strings.ReplaceAll(plain, " ", "")) || oneCharacter(plain) {
		return apperr.Field("password", "this password is on the list that attackers try first")
	}
	if plain == o.Mail || plain == strings.ToLower(o.Name) {
		return apperr.Field("password", "the mail address or the name alone is no password")
	}
	return nil
}

func oneCharacter(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return strings.Trim(s, string(first)) == ""
}

// Hasher turns passwords into argon2id hashes and compares them. It lets only as many run at once as
// there are processors, because each one takes 19 MiB.
type Hasher struct {
	params argon2id.Params
	slots  chan struct{}
	decoy  func() string
}

// NewHasher makes a Hasher with 19 MiB, two passes and one lane (guarantees.md C3).
func NewHasher() *Hasher {
	return newHasher(argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32})
}

func newHasher(p argon2id.Params) *Hasher {
	h := &Hasher{params: p, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
	h.decoy = sync.OnceValue(func() string {
		hash, err := h.Hash(NewToken())
		if err != nil {
			panic("no randomness for a decoy password: " + err.Error())
		}
		return hash
	})
	return h
}

// Hash gives the encoded argon2id hash of the password.
func (h *Hasher) Hash(password string) (string, error) {
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	hash, err := argon2id.CreateHash(password, &h.params)
	return hash, apperr.Wrap(err, apperr.Internal, "hash a password")
}

// Matches compares a password with an encoded hash. With an empty hash it spends the same time on a
// decoy and gives false, so that an unknown account cannot be told from a known one by the clock.
func (h *Hasher) Matches(password, hash string) bool {
	known := hash != ""
	if !known {
		hash = h.decoy()
	}
	if utf8.RuneCountInString(password) > MaxPassword {
		password = ""
	}
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	return known && ok && err == nil
}
