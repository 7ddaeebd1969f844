package api

import (
	"context"
	"crypto/sha256"
	"sync"
)

// fingerprint is the SHA-256 of a certificate's DER form.
type fingerprint [sha256.Size]byte

// owners remembers which client a pinned certificate stands for. The account still has to pin it.
type owners struct {
	mu  sync.Mutex
	ids map[fingerprint]string
}

func (o *owners) get(f fingerprint) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ids[f]
}

// set remembers an owner; none forgets it.
func (o *owners) set(f fingerprint, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if id == "" {
		delete(o.ids, f)
		return
	}
	o.ids[f] = id
}

// byCertificate finds the client that a certificate stands for, for a caller who shows nothing else.
func (a *Auth) byCertificate(caller Caller) (identity, error) {
	var f fingerprint
	copy(f[:], caller.Certificate)
	if who, ok := a.owned(f, a.owners.get(f), caller.Certificate); ok {
		return who, nil
	}
	a.owners.set(f, "")
	if full := a.wait(caller.Source, string(f[:])); full != nil {
		return identity{}, full
	}
	ctx, cancel := context.WithTimeout(context.Background(), findWithin)
	defer cancel()
	id, err := a.store.OwnerOf(ctx, caller.Certificate)
	if err != nil && !notFound(err) {
		a.throttle.leave(caller.Source, string(f[:]), a.now(), false)
		return identity{}, unreachable()
	}
	if id != "" {
		_, err = a.accounts.read(id) // the pin may be younger than what is in memory
	}
	who, known := a.owned(f, id, caller.Certificate)
	a.throttle.leave(caller.Source, string(f[:]), a.now(), !known)
	if !known {
		return identity{}, a.refused(reasonCertificate, id, caller.Source, unauthorized("certificate missing or not known"))
	}
	if err == nil {
		a.owners.set(f, id)
	}
	return who, nil
}

// owned gives the client when it is enabled and pins the certificate.
func (a *Auth) owned(f fingerprint, id string, certificate []byte) (identity, bool) {
	if id == "" {
		return identity{}, false
	}
	e, err := a.accounts.find(id)
	if err != nil {
		return identity{}, false
	}
	account := e.current()
	return identity{entry: e, account: account, by: byCertificate}, account.Enabled && account.pinned(certificate)
}
