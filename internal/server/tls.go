package server

import (
	"crypto/tls"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// TLS gives the settings of a listener: TLS 1.2 or better with the certificate in two PEM files. clientCertificates asks
// callers for one of theirs and takes any that the caller proves to hold, or none: no authority vouches for it, it counts
// only when its fingerprint is pinned to a client (guarantees C4). An error is apperr.Invalid.
func TLS(cert, key string, clientCertificates bool) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, apperr.Wrap(err, apperr.Invalid, "--tls-cert and --tls-key cannot be used")
	}
	cfg := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	if clientCertificates {
		cfg.ClientAuth = tls.RequestClientCert
	}
	return cfg, nil
}
