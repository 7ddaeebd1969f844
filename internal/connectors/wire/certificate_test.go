package wire

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// issue writes a self-signed certificate and its key as PEM files.
func issue(t *testing.T, dir, name string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}, &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}}, private.Public(), private)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	return cert, key
}

// TestClientCertificateIsReadAnew shows a renewed certificate to a provider without a restart.
func TestClientCertificateIsReadAnew(t *testing.T) {
	t.Parallel()
	ours, theirs := t.TempDir(), t.TempDir()
	serverCert, serverKey := issue(t, theirs, "provider")
	pair, err := tls.LoadX509KeyPair(serverCert, serverKey)
	require.NoError(t, err)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(r.TLS.PeerCertificates[0].Subject.CommonName))
	}))
	s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, Certificates: []tls.Certificate{pair}}
	s.StartTLS()
	t.Cleanup(s.Close)

	cert, key := issue(t, ours, "first")
	secure, err := Files{Cert: cert, Key: key, CA: serverCert}.TLS()
	require.NoError(t, err)
	c, err := New(Config{BaseURL: s.URL, TLS: secure})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	ask := func() string {
		a := c.Send(context.Background(), getMessage())
		require.NoError(t, a.Err)
		return string(a.Body)
	}
	require.Equal(t, "first", ask())
	issue(t, ours, "renewed")
	require.Equal(t, "renewed", ask())
	require.NoError(t, os.WriteFile(key, []byte("half written"), 0o600))
	require.Equal(t, "renewed", ask(), "the former stays while the files do not fit together")
}

func TestBadCertificateFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := issue(t, dir, "x")
	none := filepath.Join(dir, "none.pem")
	for name, f := range map[string]Files{
		"no key": {Cert: cert}, "no certificate": {Key: key}, "missing": {Cert: none, Key: key}, "mixed up": {Cert: key, Key: cert},
		"no authorities": {CA: none}, "no PEM": {CA: key},
	} {
		_, err := f.TLS()
		require.Equal(t, apperr.Invalid, apperr.CodeOf(err), name)
	}
	none2, err := Files{}.TLS()
	require.NoError(t, err)
	require.Nil(t, none2)
}

// TestOldTLSIsNotSpoken: nothing below TLS 1.2 leaves, whatever the settings say.
func TestOldTLSIsNotSpoken(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11} //nolint:gosec // the peer to refuse
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	c, err := New(Config{BaseURL: s.URL, TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS10}}) //nolint:gosec // raised by New
	require.NoError(t, err)
	t.Cleanup(c.Close)
	a := c.Send(context.Background(), postMessage())
	require.False(t, a.Sent)
	require.Error(t, a.Err)
}
