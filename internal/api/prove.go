package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// refusedAfter is how long after a credential came it is refused, or a multiple of it. It is longer than the slow hash takes,
// so that the clock hardly tells whether a user exists, nor whether a hash had to be computed to know.
const refusedAfter = 250 * time.Millisecond

// prove checks a credential against the slow hash, after the delay that its address has earned.
func (a *Auth) prove(user, password, source string, p proof, came time.Time) (identity, error) {
	if full := a.wait(source, user); full != nil {
		return identity{}, full
	}
	v, err, _ := a.checks.Do(string(p[:]), func() (any, error) { return a.check(user, password, p) })
	wrong := apperr.Is(err, apperr.Unauthorized)
	a.throttle.leave(source, user, a.now(), wrong)
	switch {
	case wrong:
		a.sleep(refusedAfter - a.now().Sub(came)%refusedAfter)
		return identity{}, a.refused(reasonCredentials, user, source, unauthorized("credentials are wrong"))
	case err != nil:
		a.log.Error("a client's credentials could not be checked", "user", shown(user), "err", err)
		return identity{}, unreachable()
	}
	e := v.(*entry)
	account, proved := e.proved(p)
	if !proved { // changed or disabled in this moment
		return identity{}, a.refused(reasonCredentials, user, source, unauthorized("credentials are wrong"))
	}
	return identity{entry: e, account: account, by: byPassword}, nil
}

// check compares a password with the record as it is now. The slow hash is computed only where nothing cheaper decides: an
// unknown user has none, and a client whose every password was proved before has no other. So a flood of wrong passwords
// costs good traffic little. Every check waits for the same few places, whatever it will cost. In the sandbox an unknown user is
// added.
func (a *Auth) check(user, password string, p proof) (*entry, error) {
	a.slots <- struct{}{}
	defer func() { <-a.slots }()
	e, err := a.accounts.read(user)
	if notFound(err) && a.sandbox {
		e, err = a.create(user, password)
	}
	if notFound(err) {
		return nil, apperr.Errorf(apperr.Unauthorized, "unknown client")
	}
	if err != nil {
		return nil, err
	}
	account, proved := e.proved(p)
	if proved {
		return e, nil
	}
	hash := ""
	if !e.knowsAll() {
		hash = a.match(password, account.Hashes)
	}
	if hash == "" || !account.Enabled {
		return nil, apperr.Errorf(apperr.Unauthorized, "wrong password or disabled client")
	}
	e.remember(p, hash)
	return e, nil
}

// create adds a sandbox client; when another node was faster, its record counts.
func (a *Auth) create(user, password string) (*entry, error) {
	hash, err := a.hash(password)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), findWithin)
	defer cancel()
	began := a.now()
	account, err := a.store.CreateAccount(ctx, user, hash)
	if apperr.Is(err, apperr.Conflict) {
		return a.accounts.read(user)
	}
	if err != nil {
		return nil, err
	}
	e := a.accounts.keep(user, account, began)
	e.remember(a.proof(user, password), hash)
	return e, nil
}

func (a *Auth) proof(user, password string) proof {
	h := hmac.New(sha256.New, a.key[:])
	var size [4]byte
	binary.BigEndian.PutUint32(size[:], uint32(len(user)))
	h.Write(size[:])
	h.Write([]byte(user))
	h.Write([]byte(password))
	var p proof
	h.Sum(p[:0])
	return p
}
