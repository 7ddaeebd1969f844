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

// matching gives the hash that the password belongs to, or nothing; all are tried, so that the number of
// valid passwords does not show in the time.
func matching(password string, hashes []string) string {
	found := ""
	for _, h := range hashes {
		if ok, err := argon2id.ComparePasswordAndHash(password, h); err == nil && ok {
			found = h
		}
	}
	return found
}
