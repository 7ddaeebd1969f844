package api

import (
	"net/url"

	"github.com/gofiber/fiber/v2"
)

// grantee authenticates the client that asks: by Basic, by client_id and client_secret, or by its certificate alone.
func (a *Auth) grantee(form url.Values, caller Caller) (identity, error) {
	var who identity
	var err error
	id, secret := form.Get("client_id"), form.Get("client_secret")
	switch {
	case caller.Authorization != "" && form.Has("client_secret"):
		return identity{}, invalidRequest("the client is authenticated twice")
	case caller.Authorization != "":
		who, err = a.basicClient(caller)
	case form.Has("client_secret"):
		who, err = a.secretOf(id, secret, caller.Source)
	case caller.Certificate != nil:
		who, err = a.byCertificate(caller)
	default:
		err = a.missing()
	}
	if err == nil && id != "" && id != who.account.Client.ID {
		return identity{}, invalidRequest("client_id is not the client")
	}
	if err == nil {
		who, err = a.entitled(who, caller)
	}
	return who, grantError(err, "invalid_client", fiber.StatusUnauthorized)
}

// basicClient reads a Basic header as RFC 6749 2.3.1 wants it, form-encoded, and as most programs send it, plain.
func (a *Auth) basicClient(caller Caller) (identity, error) {
	id, secret, ok := basic(caller.Authorization)
	if !ok {
		return identity{}, a.missing()
	}
	plainID, err1 := url.QueryUnescape(id)
	plainSecret, err2 := url.QueryUnescape(secret)
	if err1 == nil && err2 == nil && (plainID != id || plainSecret != secret) {
		if e, err := a.accounts.find(id); err == nil { // as it stands, when it was proved so before
			if account, proved := e.proved(a.proof(id, secret)); proved {
				return identity{entry: e, account: account, by: byPassword}, nil
			}
		}
		if who, err := a.secretOf(plainID, plainSecret, caller.Source); err == nil {
			return who, nil
		}
	}
	return a.password(id, secret, caller.Source)
}

func (a *Auth) secretOf(id, secret, source string) (identity, error) {
	if !acceptable(id, secret) {
		return identity{}, unauthorized("credentials are wrong")
	}
	return a.password(id, secret, source)
}

// resourceOwner authenticates the user of a password grant. One who is the app itself was judged already.
func (a *Auth) resourceOwner(form url.Values, caller Caller, app identity) (identity, error) {
	if !form.Has("username") || !form.Has("password") {
		return identity{}, invalidRequest("username and password are required")
	}
	who, err := a.secretOf(form.Get("username"), form.Get("password"), caller.Source)
	if err == nil && who.entry != app.entry {
		who, err = a.entitled(who, caller)
	}
	return who, grantError(err, "invalid_grant", fiber.StatusBadRequest)
}

// entitled judges the call of a client that proved who it is, as any other call; it must be one that may use tokens.
func (a *Auth) entitled(who identity, caller Caller) (identity, error) {
	who.by = byToken
	if !who.account.takes(byToken) {
		a.refusals.count(reasonMethod)
		return who, &tokenError{status: 400, code: "unauthorized_client", message: "this client may not use access tokens"}
	}
	_, err := a.admit(who, caller)
	return who, err
}
