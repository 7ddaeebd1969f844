package wire

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"sync"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Files names the PEM files of a provider's TLS settings; empty: not used.
type Files struct {
	Cert, Key string // our certificate with its chain, and its private key
	CA        string // authorities that may sign the provider's certificate, instead of the system's
}

// TLS gives the settings that the files stand for; nil when none is named. Our certificate is read again at a handshake
// after its files changed, so that a renewed one needs no restart; the authorities are read once. An error is
// apperr.Invalid.
func (f Files) TLS() (*tls.Config, error) {
	if f == (Files{}) {
		return nil, nil
	}
	if (f.Cert == "") != (f.Key == "") {
		return nil, apperr.Errorf(apperr.Invalid, "a client certificate needs both its certificate and its key file")
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if f.CA != "" {
		pem, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, apperr.Errorf(apperr.Invalid, "the file of a provider's authorities cannot be read")
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, apperr.Errorf(apperr.Invalid, "the file of a provider's authorities holds no certificate")
		}
	}
	if f.Cert != "" {
		k := &keeper{cert: f.Cert, key: f.Key}
		if _, err := k.certificate(); err != nil {
			return nil, err
		}
		cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return k.certificate() }
	}
	return cfg, nil
}

// keeper holds a certificate until one of its files changes.
type keeper struct {
	cert, key string

	mu    sync.Mutex
	pair  *tls.Certificate
	state [2]stamp
}

// stamp tells two versions of a file apart.
type stamp struct {
	size int64
	at   time.Time
}

// certificate gives the pair in the files. While they do not fit together (one is being replaced), the former stays.
func (k *keeper) certificate() (*tls.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := [2]stamp{stampOf(k.cert), stampOf(k.key)}
	if k.pair != nil && now == k.state {
		return k.pair, nil
	}
	pair, err := tls.LoadX509KeyPair(k.cert, k.key)
	switch {
	case err == nil:
		k.pair, k.state = &pair, now
	case k.pair == nil: // err could name a path, never a key; neither is of use to a caller
		return nil, apperr.Errorf(apperr.Invalid, "the client certificate for a provider cannot be loaded")
	}
	return k.pair, nil
}

func stampOf(file string) stamp {
	info, err := os.Stat(file)
	if err != nil {
		return stamp{}
	}
	return stamp{info.Size(), info.ModTime()}
}
