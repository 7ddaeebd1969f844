package api

import (
	"encoding/base64"
	"strings"
)

// Longest accepted user name and password, in bytes (guarantees.md C3).
const (
	maxUser     = 128
	maxPassword = 128
)

// basic reads an RFC 7617 header.
func basic(header string) (user, password string, ok bool) {
	scheme, encoded, found := strings.Cut(header, " ")
	if !found || !strings.EqualFold(scheme, "Basic") {
		return "", "", false
	}
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return "", "", false
	}
	user, password, ok = strings.Cut(string(plain), ":")
	return user, password, ok && acceptable(user, password)
}

// acceptable tells whether a client can have this name and password at all.
func acceptable(user, password string) bool {
	return user != "" && len(user) <= maxUser && len(password) <= maxPassword && printable(user)
}

// printable refuses user names that no client can have: control characters and broken text.
func printable(s string) bool {
	for _, r := range s {
		if r < 0x20 || r == 0x7f || r == '\ufffd' {
			return false
		}
	}
	return true
}
