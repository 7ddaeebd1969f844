package setup

import (
	"encoding/hex"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
)

// mostCertificates is how many certificates of a client count at once: the one in use and the next.
const mostCertificates = 2

// authMethods and certificateUses list how a client may sign in, and what its certificate is worth (common.md 9).
func authMethods() []string     { return []string{"basic", "oauth2", "either"} }
func certificateUses() []string { return []string{"none", "also", "alone"} }

func (l *list) clients(all []Client) map[string]bool {
	known, seen, pinned := map[string]bool{}, map[string]int{}, map[string]int{}
	for i, c := range all {
		path := at("clients", i)
		l.text(member(path, "id"), c.ID)
		if strings.Contains(c.ID, ":") {
			l.add(member(path, "id"), "must have no colon: it is the user name of its sign-in")
		}
		once(l, member(path, "id"), seen, c.ID, i, "this client")
		known[c.ID] = true
		l.name(member(path, "name"), c.Name)
		if c.Mode != "dual" && c.Mode != "single" {
			l.add(member(path, "mode"), "must be dual or single")
		}
		if c.Rate != nil && *c.Rate < 0 {
			l.add(member(path, "rate"), "must not be negative; 0 is no limit")
		}
		if c.Burst != nil && *c.Burst < 0 {
			l.add(member(path, "burst"), "must not be negative")
		}
		if c.MaxInFlight < 0 {
			l.add(member(path, "maxInFlight"), "must not be negative; 0 is no limit")
		}
		l.doors(path, c, pinned, i)
	}
	return known
}

// doors checks how and from where a client may call. A certificate stands for one client.
func (l *list) doors(path string, c Client, pinned map[string]int, i int) {
	if c.Auth != "" && !slices.Contains(authMethods(), c.Auth) {
		l.add(member(path, "auth"), "must be one of %s", strings.Join(authMethods(), ", "))
	}
	if c.CertificateUse != "" && !slices.Contains(certificateUses(), c.CertificateUse) {
		l.add(member(path, "certificateUse"), "must be one of %s", strings.Join(certificateUses(), ", "))
	}
	for j, network := range c.Addresses {
		if prefix, err := netip.ParsePrefix(network); err != nil || prefix != prefix.Masked() {
			l.add(at(member(path, "addresses"), j), "must be a network such as 203.0.113.0/24 or 2001:db8::/32; one address ends in /32 or /128")
		}
	}
	place := member(path, "certificates")
	if uses := c.CertificateUse == "also" || c.CertificateUse == "alone"; uses && len(c.Certificates) == 0 {
		l.add(place, "is empty, but certificateUse asks for one; give at least one")
	}
	if len(c.Certificates) > mostCertificates {
		l.add(place, "has %d; at most %d count at once", len(c.Certificates), mostCertificates)
	}
	for j, print := range c.Certificates {
		l.certificate(at(place, j), print)
		if plain, err := fingerprint(print.Fingerprint); err == nil {
			once(l, member(at(place, j), "fingerprint"), pinned, plain, i, "this certificate")
		}
	}
}

func (l *list) certificate(path string, c Certificate) {
	l.name(member(path, "name"), c.Name)
	if _, err := fingerprint(c.Fingerprint); err != nil {
		l.add(member(path, "fingerprint"), "must be the SHA-256 fingerprint of a certificate, 64 hexadecimal digits with or without colons")
	}
	if _, err := time.Parse(time.DateOnly, c.NotAfter); err != nil {
		l.add(member(path, "notAfter"), "must be the day on which the certificate ends, such as 2027-03-31")
	}
}

// fingerprint reads a SHA-256 fingerprint as openssl prints it, or without colons.
func fingerprint(s string) (string, error) {
	plain := strings.ToLower(strings.ReplaceAll(s, ":", ""))
	raw, err := hex.DecodeString(plain)
	if err == nil && len(raw) != 32 {
		err = hex.ErrLength
	}
	return plain, err
}

var country = regexp.MustCompile(`^[A-Z]{2}$`)

func (l *list) merchants(all []HummMerchant, clients map[string]bool) {
	seen := map[string]int{}
	for i, m := range all {
		path := at("hummMerchants", i)
		l.text(member(path, "merchant"), m.Merchant)
		once(l, member(path, "merchant"), seen, m.Merchant, i, "this merchant")
		if !clients[m.Client] {
			l.add(member(path, "client"), "names a client that is not in clients")
		}
		if !country.MatchString(m.Country) {
			l.add(member(path, "country"), "must be the two capital letters of a country, such as AU")
		}
	}
}
