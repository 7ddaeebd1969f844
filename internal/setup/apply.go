package setup

import (
	"context"
	"fmt"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Store is the database of the installation.
type Store interface {
	// Configured tells whether there is a provider already.
	Configured(ctx context.Context) (bool, error)
	// Install writes the whole file in one transaction and tells whether it did: false, and nothing changed, when there was
	// a provider already, put there by another node in the same moment. hashes holds the password hash of each client that has
	// one, by id.
	Install(ctx context.Context, f File, hashes map[string]string) (bool, error)
}

// Passwords turns the names of clients' secrets into what is stored. Both functions are needed only by a file whose clients
// name a credential.
type Passwords struct {
	Secret func(name string) string // the value behind env:NAME or file:PATH; empty: there is none
	Hash   func(password string) (string, error)
}

// Apply writes a file into a database that holds no provider yet, all of it or nothing, and tells whether it did. A
// database that has been set up before is the truth: the file is ignored, and its secrets are not even looked for.
func Apply(ctx context.Context, store Store, f File, p Passwords) (bool, error) {
	if done, err := store.Configured(ctx); err != nil || done {
		return false, err
	}
	hashes, err := p.hashes(f.Clients)
	if err != nil {
		return false, err
	}
	return store.Install(ctx, f.complete(), hashes)
}

func (p Passwords) hashes(clients []Client) (map[string]string, error) {
	hashes := map[string]string{}
	var l list
	for i, c := range clients {
		if c.Credential == "" {
			continue
		}
		path := member(at("clients", i), "credential")
		if p.Secret == nil || p.Hash == nil {
			return nil, apperr.Errorf(apperr.Internal, "%s cannot be read: no source of secrets was given", path)
		}
		password := p.Secret(c.Credential)
		if len(password) == 0 || len(password) > 128 {
			l.add(path, "names a secret that is not there, or is longer than 128 bytes; set it, or leave the member out and use: console client rotate --id %s --password-stdin", c.ID)
			continue
		}
		hash, err := p.Hash(password)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		hashes[c.ID] = hash
	}
	if len(l.found) > 0 {
		return nil, refused(l.found)
	}
	return hashes, nil
}
