package api

import (
	"crypto/sha256"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Caller is what a request says about who sent it. It holds copies, and a secret: never log it whole.
type Caller struct {
	Authorization string // the header as received; secret
	// Source is the address of the peer, or of the client behind a configured proxy.
	Source string
	// Certificate is the SHA-256 of the DER form of the certificate that the peer proved to hold; nil: none.
	Certificate []byte
	// Held takes the place among the client's running calls; nil: not counted.
	Held *Held
}

// CallerOf reads the facts of a request. A certificate counts only when this program itself ended the TLS connection.
func CallerOf(c *fiber.Ctx) Caller {
	caller := Caller{
		Authorization: strings.Clone(c.Get(fiber.HeaderAuthorization)), Source: strings.Clone(c.IP()), Held: heldBy(c),
	}
	if state := c.Context().TLSConnectionState(); state != nil && len(state.PeerCertificates) > 0 {
		sum := sha256.Sum256(state.PeerCertificates[0].Raw)
		caller.Certificate = sum[:]
	}
	return caller
}
