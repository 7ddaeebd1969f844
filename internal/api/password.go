package api

import "github.com/alexedwards/argon2id"

// HashPassword gives the argon2id hash of a client's password, as stored (guarantees.md C3). It costs
// tens of milliseconds and 19 MiB.
func HashPassword(password string) (string, error) {
	return argon2id.CreateHash(password, hashCost())
}

func hashCost() *argon2id.Params {
	return &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// matches tells whether the password belongs to one of the hashes; all are tried, so that the number of
// valid passwords does not show in the time.
func matches(password string, hashes []string) bool {
	found := false
	for _, h := range hashes {
		if ok, err := argon2id.ComparePasswordAndHash(password, h); err == nil && ok {
			found = true
		}
	}
	return found
}
