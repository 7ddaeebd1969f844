package api

import (
	"strings"
)

// means is what a caller proved its identity with.
type means int

const (
	byPassword means = iota
	byToken
	byCertificate
	bySignature // of the message; the service has checked it
)

// identity is a client that has proved who it is, before anything else about its call was judged.
type identity struct {
	entry   *entry
	account Account
	by      means
}

// identify finds out who calls. The error is an *Error.
func (a *Auth) identify(caller Caller) (identity, error) {
	scheme, rest, _ := strings.Cut(caller.Authorization, " ")
	switch {
	case strings.EqualFold(scheme, "Bearer") && a.tokens != nil:
		return a.bearer(strings.TrimSpace(rest), caller.Source)
	case caller.Authorization == "" && caller.Certificate != nil:
		return a.byCertificate(caller)
	}
	user, password, ok := basic(caller.Authorization)
	if !ok {
		return identity{}, a.missing()
	}
	return a.password(user, password, caller.Source)
}

// password proves a user name and password. One that was proved before costs no slow hash.
func (a *Auth) password(user, password, source string) (identity, error) {
	came, p := a.now(), a.proof(user, password) // an unknown user is looked up each time, a known one is not
	e, err := a.accounts.find(user)
	if err != nil && !notFound(err) {
		return identity{}, unreachable()
	}
	if e != nil {
		if account, proved := e.proved(p); proved {
			return identity{entry: e, account: account, by: byPassword}, nil
		}
	}
	return a.prove(user, password, source, p, came)
}
