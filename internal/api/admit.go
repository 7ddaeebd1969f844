package api

import (
	"crypto/subtle"
	"net/netip"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// admit judges the call of a client that proved who it is: the way it came, its certificate, its address and its limits,
// in this order, so that nobody learns of a client by calling without its credentials.
func (a *Auth) admit(who identity, caller Caller) (switchcore.Client, error) {
	if err := a.judge(who, caller); err != nil {
		return switchcore.Client{}, err
	}
	if wait := who.entry.take(a.now(), caller.Held); wait > 0 {
		a.refusals.count(reasonLimit)
		return switchcore.Client{}, &Error{Status: 429, Type: TypeGeneral, Message: "too many requests", RetryAfter: wait}
	}
	return who.account.Client, nil
}

// judge is admit without the limits. A refusal delays the address it came from, as a wrong password does.
func (a *Auth) judge(who identity, caller Caller) error {
	id := who.account.Client.ID
	switch {
	case !who.account.takes(who.by):
		return a.slowed(reasonMethod, id, caller.Source, notThisWay(who))
	case !who.account.knows(caller.Certificate):
		return a.slowed(reasonCertificate, id, caller.Source, unauthorized("certificate missing or not known"))
	case !who.account.allows(caller.Source):
		return a.slowed(reasonAddress, id, caller.Source, &Error{Status: 403, Type: TypeAuthentication, Message: "address not allowed"})
	}
	return nil
}

// takes tells whether the client may prove itself in this way.
func (a Account) takes(by means) bool {
	switch by {
	case byPassword:
		return a.Methods != OAuth2Only
	case byToken:
		return a.Methods != BasicOnly
	case byCertificate:
		return a.Certificate == CertificateAlone
	}
	return true
}

// knows tells whether the certificate of a caller is one that is pinned, where one is asked for.
func (a Account) knows(certificate []byte) bool {
	if a.Certificate != CertificateAlso && a.Certificate != CertificateAlone {
		return true
	}
	return a.pinned(certificate)
}

func (a Account) pinned(certificate []byte) bool {
	found := false
	for _, pin := range a.Pins {
		if len(certificate) > 0 && subtle.ConstantTimeCompare(pin, certificate) == 1 {
			found = true
		}
	}
	return found
}

// allows tells whether the client may call from an address. One that cannot be read is nowhere.
func (a Account) allows(source string) bool {
	if len(a.AllowedFrom) == 0 {
		return true
	}
	addr, err := netip.ParseAddr(source)
	if err != nil {
		return false
	}
	addr = addr.Unmap().WithZone("")
	for _, p := range a.AllowedFrom {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// notThisWay tells a client that what it showed is right and not enough, or not shown as agreed.
func notThisWay(who identity) *Error {
	switch {
	case who.account.Methods == OAuth2Only:
		return &Error{Status: 401, Type: TypeAuthentication, Message: "use an access token", Challenge: true, Token: tokenAbsent}
	case who.by == byToken:
		return unauthorized("use basic credentials")
	}
	return unauthorized("credentials are missing")
}
