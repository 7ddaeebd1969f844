package api_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/api"
	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/server"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// record is one client in memory.
type record struct {
	mu      sync.Mutex
	account api.Account
	changes int
}

func (r *record) FindAccount(_ context.Context, id string) (api.Account, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id != r.account.Client.ID {
		return api.Account{}, apperr.Errorf(apperr.NotFound, "no such client")
	}
	return r.account, nil
}

func (r *record) OwnerOf(_ context.Context, fingerprint []byte) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, pin := range r.account.Pins {
		if string(pin) == string(fingerprint) {
			return r.account.Client.ID, nil
		}
	}
	return "", apperr.Errorf(apperr.NotFound, "not pinned")
}

func (r *record) CreateAccount(context.Context, string, string) (api.Account, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes++
	return api.Account{}, apperr.Errorf(apperr.Internal, "nothing is created in this test")
}

type keys struct{}

func (keys) Derive(string) []byte { return make([]byte, 32) }

// credential makes a self-signed certificate with its key.
func credential(t *testing.T, name string) tls.Certificate {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private, Leaf: leaf}
}

func files(t *testing.T, c tls.Certificate) (cert, key string) {
	t.Helper()
	dir := t.TempDir()
	secret, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	require.NoError(t, err)
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	return cert, key
}

func fingerprintOf(c tls.Certificate) []byte {
	sum := sha256.Sum256(c.Certificate[0])
	return sum[:]
}

// house is a channel API on a real TLS listener, with one client and one operation.
type house struct {
	base   string
	store  *record
	served atomic.Int64
	roots  *x509.CertPool
}

func open(t *testing.T, account api.Account, proxies ...netip.Prefix) *house {
	t.Helper()
	// a hash that costs a test nothing
	hash, err := argon2id.CreateHash("secret", &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	require.NoError(t, err)
	account.Client, account.Enabled, account.Hashes = switchcore.Client{ID: "shop"}, true, []string{hash}
	h := &house{store: &record{account: account}, roots: x509.NewCertPool()}
	auth := api.NewAuth(h.store, false, slog.New(slog.DiscardHandler))
	require.NoError(t, auth.IssueTokens(keys{}, 0))
	app := server.NewAPI(server.Options{TrustedProxies: proxies, DrainDelay: time.Millisecond}, auth.Mount(func(r fiber.Router) {
		r.Post("/vouchers", func(c *fiber.Ctx) error {
			client, err := auth.Authenticate(api.CallerOf(c))
			if err != nil {
				return err.(*api.Error).Send(c)
			}
			h.served.Add(1)
			return c.Status(201).SendString(client.ID)
		})
	}))
	ours := credential(t, "switch")
	h.roots.AddCert(ours.Leaf)
	cert, key := files(t, ours)
	secure, err := server.TLS(cert, key, true)
	require.NoError(t, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	h.base = "https://" + ln.Addr().String()
	done := make(chan error, 1)
	go func() { done <- app.Serve(tls.NewListener(ln, secure)) }()
	t.Cleanup(func() {
		require.NoError(t, app.Drain(context.Background()))
		require.NoError(t, <-done)
	})
	return h
}

func (h *house) client(t *testing.T, certs ...tls.Certificate) *http.Client {
	t.Helper()
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: h.roots, Certificates: certs}} //nolint:gosec // a caller's default
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// post gives status, body without its fresh id, and challenge.
func (h *house) post(t *testing.T, c *http.Client, change func(*http.Request)) (int, string, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, h.base+"/vouchers", strings.NewReader("{}"))
	require.NoError(t, err)
	change(r)
	res, err := c.Do(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	var detail map[string]string
	if json.Unmarshal(raw, &detail) == nil {
		require.NotEmpty(t, detail["id"])
		delete(detail, "id")
		raw, err = json.Marshal(detail)
		require.NoError(t, err)
	}
	return res.StatusCode, string(raw), res.Header.Get("WWW-Authenticate")
}

const (
	basicWanted  = `Basic realm="signalbox", charset="UTF-8"`
	noCert       = `{"errorMessage":"certificate missing or not known","errorType":"AUTHENTICATION_ERROR"}`
	noPassword   = `{"errorMessage":"credentials are missing","errorType":"AUTHENTICATION_ERROR"}`
	notFromThere = `{"errorMessage":"address not allowed","errorType":"AUTHENTICATION_ERROR"}`
)

func signedIn(r *http.Request) { r.SetBasicAuth("shop", "secret") }

func anonymous(*http.Request) {}

func TestPinnedCertificates(t *testing.T) {
	t.Parallel()
	first, second, stranger := credential(t, "shop"), credential(t, "shop"), credential(t, "shop") // names say nothing
	pins := [][]byte{fingerprintOf(first), fingerprintOf(second)}
	for name, tc := range map[string]struct {
		use    api.CertificateUse
		certs  []tls.Certificate
		call   func(*http.Request)
		status int
		body   string
	}{
		"also, first":             {api.CertificateAlso, []tls.Certificate{first}, signedIn, 201, "shop"},
		"also, second":            {api.CertificateAlso, []tls.Certificate{second}, signedIn, 201, "shop"},
		"also, none":              {api.CertificateAlso, nil, signedIn, 401, noCert},
		"also, another":           {api.CertificateAlso, []tls.Certificate{stranger}, signedIn, 401, noCert},
		"also, but no password":   {api.CertificateAlso, []tls.Certificate{first}, anonymous, 401, noPassword},
		"alone":                   {api.CertificateAlone, []tls.Certificate{second}, anonymous, 201, "shop"},
		"alone, another":          {api.CertificateAlone, []tls.Certificate{stranger}, anonymous, 401, noCert},
		"alone, none":             {api.CertificateAlone, nil, anonymous, 401, noPassword},
		"alone, password instead": {api.CertificateAlone, nil, signedIn, 401, noCert},
		"not asked for":           {api.CertificateNone, []tls.Certificate{stranger}, signedIn, 201, "shop"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, api.Account{Certificate: tc.use, Pins: pins})
			status, body, challenge := h.post(t, h.client(t, tc.certs...), tc.call)
			require.Equal(t, tc.status, status)
			require.Equal(t, tc.body, body)
			if status == 401 {
				require.Equal(t, basicWanted, challenge)
				require.Zero(t, h.served.Load(), "nothing was done")
			}
			require.Zero(t, h.store.changes)
		})
	}
}

// TestCertificateIsProved: a caller cannot show a certificate whose key it does not hold.
func TestCertificateIsProved(t *testing.T) {
	t.Parallel()
	pinned, thief := credential(t, "shop"), credential(t, "thief")
	h := open(t, api.Account{Certificate: api.CertificateAlone, Pins: [][]byte{fingerprintOf(pinned)}})
	stolen := tls.Certificate{Certificate: pinned.Certificate, PrivateKey: thief.PrivateKey}
	r, err := http.NewRequest(http.MethodPost, h.base+"/vouchers", nil)
	require.NoError(t, err)
	res, err := h.client(t, stolen).Do(r)
	if err == nil {
		_ = res.Body.Close()
	}
	require.Error(t, err)
	require.Zero(t, h.served.Load())
}

// TestOldTLSIsRefused: the listener speaks TLS 1.2 and better.
func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t, api.Account{})
	for version, ok := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		conn, err := tls.Dial("tcp", strings.TrimPrefix(h.base, "https://"), &tls.Config{RootCAs: h.roots, MinVersion: tls.VersionTLS10, MaxVersion: version}) //nolint:gosec // the caller to refuse
		require.Equal(t, ok, err == nil, tls.VersionName(version))
		if err == nil {
			require.NoError(t, conn.Close())
		}
	}
}

// TestTokenOverTheWire gets a token with a certificate beside the secret, and uses it.
func TestTokenOverTheWire(t *testing.T) {
	t.Parallel()
	pinned := credential(t, "shop")
	h := open(t, api.Account{Certificate: api.CertificateAlso, Pins: [][]byte{fingerprintOf(pinned)}, Methods: api.OAuth2Only})
	ours := h.client(t, pinned)
	res, err := ours.PostForm(h.base+api.TokenPath+"/", url.Values{"grant_type": {"client_credentials"}, "client_id": {"shop"}, "client_secret": {"secret"}})
	require.NoError(t, err)
	var grant struct {
		Token string `json:"access_token"`
	}
	require.NoError(t, json.NewDecoder(res.Body).Decode(&grant))
	require.NoError(t, res.Body.Close())
	withToken := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+grant.Token) }
	status, body, _ := h.post(t, ours, withToken)
	require.Equal(t, 201, status, body)
	status, body, _ = h.post(t, h.client(t), withToken)
	require.Equal(t, 401, status, "a stolen token is worth nothing without the certificate")
	require.Equal(t, noCert, body)
	status, _, challenge := h.post(t, ours, signedIn)
	require.Equal(t, 401, status)
	require.Equal(t, `Bearer realm="signalbox"`, challenge)
	require.Equal(t, int64(1), h.served.Load())
}

// TestForwardedAddresses: X-Forwarded-For counts from configured proxies only, read from the right.
func TestForwardedAddresses(t *testing.T) {
	t.Parallel()
	loopback := netip.MustParsePrefix("127.0.0.0/8")
	inside := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	for name, tc := range map[string]struct {
		allowed   []netip.Prefix
		proxies   []netip.Prefix
		forwarded []string // header lines
		status    int
	}{
		"the peer is listed":                {[]netip.Prefix{loopback}, nil, nil, 201},
		"the peer is not":                   {inside, nil, nil, 403},
		"invented by a caller":              {inside, nil, []string{"192.0.2.7"}, 403},
		"invented, and the peer is listed":  {[]netip.Prefix{loopback}, nil, []string{"198.51.100.1"}, 201},
		"told by the proxy":                 {inside, []netip.Prefix{loopback}, []string{"192.0.2.7"}, 201},
		"told by the proxy, elsewhere":      {inside, []netip.Prefix{loopback}, []string{"198.51.100.1"}, 403},
		"invented in front of the proxy":    {inside, []netip.Prefix{loopback}, []string{"192.0.2.7, 198.51.100.1"}, 403},
		"the proxy told nothing":            {inside, []netip.Prefix{loopback}, nil, 403},
		"the proxy itself is not a client":  {inside, []netip.Prefix{loopback}, []string{"127.0.0.1"}, 403},
		"told in a line of its own":         {inside, []netip.Prefix{loopback}, []string{"192.0.2.7", "198.51.100.1"}, 403},
		"told in two lines":                 {inside, []netip.Prefix{loopback}, []string{"198.51.100.1", "192.0.2.7"}, 201},
		"told by the proxy, but not usable": {inside, []netip.Prefix{loopback}, []string{"192.0.2.7, unknown"}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, api.Account{AllowedFrom: tc.allowed}, tc.proxies...)
			status, body, challenge := h.post(t, h.client(t), func(r *http.Request) {
				signedIn(r)
				r.Header["X-Forwarded-For"] = tc.forwarded
			})
			require.Equal(t, tc.status, status)
			if status == 403 {
				require.Equal(t, notFromThere, body)
				require.Empty(t, challenge)
				require.Zero(t, h.served.Load())
				require.Zero(t, h.store.changes)
			}
		})
	}
}
