package yoyo

import (
	"crypto/sha1" //nolint:gosec // the provider asks for it; the connection is what protects the password
	"encoding/hex"
	"net/http"
	"strings"
)

// issuingHeader signs in at the issuer API. Some of its calls want the id of the item in a header too (6.1).
func (c *Connector) issuingHeader(path string) http.Header {
	h := http.Header{}
	h.Set("apiId", c.issuing.user)
	h.Set("apiPassword", c.issuing.password())
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) == 2 && (parts[0] == giftcard.path || parts[0] == coupon.path) {
		h.Set("id", parts[1])
	}
	return h
}

// terminalHeader signs in at the transaction engine, which takes the SHA-1 of the password.
func (c *Connector) terminalHeader() http.Header {
	sum := sha1.Sum([]byte(c.redemption.password())) //nolint:gosec // as above
	h := http.Header{}
	h.Set("id", c.redemption.user)
	h.Set("password", hex.EncodeToString(sum[:]))
	h.Set("apiClientVersion", c.options.APIClientVersion)
	h.Set("apiServerVersion", c.options.APIServerVersion)
	return h
}
