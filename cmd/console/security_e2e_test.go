package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/seal"
)

// TestClientSecurity runs a node with TLS of its own beside a sandbox and calls it in every way in which a client must not get
// in: each is refused with its status, counted for its reason, and changes nothing.
func TestClientSecurity(t *testing.T) {
	t.Parallel()
	s := begin(t, place(t), "--fresh")
	n := s.secureNode(t)
	n.expired = n.token(t, n.client(t), time.Now().Add(-time.Second))
	cases := n.refusals(t)
	// Given everybody who may get in does,
	for _, c := range cases {
		if c.works != nil {
			require.Equal(t, http.StatusOK, c.works(), "%s: the right way works", c.name)
		}
	}
	before, counted := businessDigest(t, n.db), n.counts(t)

	// when they come the wrong way, they are refused,
	want := maps.Clone(counted)
	for _, c := range cases {
		for _, path := range []string{"/vouchers", cardBase + "/loads/" + uuid.NewString()} {
			a := c.wrong.post(path, c.wrong.request())
			require.Equal(t, c.status, a.status, "%s at %s: %s", c.name, path, a)
			require.Contains(t, []string{"AUTHENTICATION_ERROR", "GENERAL_ERROR"}, a.body.ErrorType, c.name)
			require.NotContains(t, a.text, c.wrong.password)
			want[c.reason]++
		}
		require.Equal(t, c.status == http.StatusUnauthorized, c.wrong.challenged(t), "%s: how to come back is told", c.name)
		want[c.reason]++
	}
	t.Run("tokens", func(t *testing.T) { n.refusedTokens(t, want) })
	t.Run("transport", func(t *testing.T) { n.refusedTransport(t) })
	// counted, each for its reason,
	require.Equal(t, want, n.counts(t))
	// and nothing has changed: no trace, no row, no client.
	require.Equal(t, before, businessDigest(t, n.db))

	t.Run("too many", func(t *testing.T) { n.tooMany(t) })
	t.Run("changes", func(t *testing.T) { n.changes(t) })
	s.mustCheck(t)
}

// businessDigest stands for every row that a call could have written.
func businessDigest(t testing.TB, db *postgres.DB) string {
	t.Helper()
	all := ""
	for _, table := range []string{
		"transactions", "attempts", "traces", "advices", "saf_entries", "tombstones", "vouchers", "message_keys", "search_terms", "transaction_events",
		"transaction_references", "clients", "client_certificates", "audit_log", "humm_merchants", "humm_devices",
	} {
		var digest string
		require.NoError(t, db.Pool.QueryRow(t.Context(),
			"select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from "+table+" t").Scan(&digest))
		all += table + " " + digest + "\n"
	}
	return all
}

// node is a second node on the sandbox's database: `console serve` with TLS that asks callers for certificates.
type node struct {
	sandbox              *sandboxProcess
	db                   *postgres.DB
	api, console         string
	expired              string // an access token of yesterday
	good, other, strange identityFiles
	basic                *till // a client that may not use tokens
	addresses            byte
}

// identityFiles are a certificate with its key.
type identityFiles struct {
	pair      tls.Certificate
	cert, key string
}

// issue makes a self-signed certificate: what is pinned is the certificate, whoever signed it.
func issue(t testing.TB, name string) (f identityFiles) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<60))
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	f.cert, f.key = filepath.Join(t.TempDir(), name+".pem"), filepath.Join(t.TempDir(), name+".key")
	chain, private := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	require.NoError(t, os.WriteFile(f.cert, chain, 0o600))
	require.NoError(t, os.WriteFile(f.key, private, 0o600))
	f.pair, err = tls.X509KeyPair(chain, private)
	require.NoError(t, err)
	return f
}

// secureNode starts the node and waits for its ready line.
func (s *sandboxProcess) secureNode(t *testing.T) *node {
	t.Helper()
	own := issue(t, "node")
	path, err := binary()
	require.NoError(t, err)
	cmd := exec.Command(path, "serve", "--mode", "sandbox", "--roles", "api,console", "--database-url", s.database, "--data-dir", t.TempDir(),
		"--key-file", keyFile(s.dir), "--tls-cert", own.cert, "--tls-key", own.key, "--api-client-certs", "optional",
		"--api-addr", "127.0.0.1:0", "--console-addr", "127.0.0.1:0")
	logs := &lines{}
	cmd.Stderr = logs
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		limit := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
		defer limit.Stop()
		require.NoError(t, cmd.Wait(), logs)
	})
	limit := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err, logs)
	ready := regexp.MustCompile(`^ready console=(https://\S+) api=(https://\S+) `).FindStringSubmatch(line)
	require.NotNil(t, ready, line)
	return &node{
		sandbox: s, db: s.open(t), console: ready[1], api: ready[2],
		good: issue(t, "good"), other: issue(t, "other"), strange: issue(t, "strange"),
	}
}

// browser calls from an address of its own, so that nobody waits for what another one did wrong.
func (n *node) browser(certificate ...tls.Certificate) *http.Client {
	n.addresses++
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, n.addresses)}}
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		DialContext:     dialer.DialContext,
		TLSClientConfig: &tls.Config{Certificates: certificate, InsecureSkipVerify: true}, //nolint:gosec // a certificate of this test
	}}
}

// client adds an institution; commands after that say how it must sign in, before it ever called.
func (n *node) client(t testing.TB, commands ...string) *till {
	t.Helper()
	l := newTill(n.sandbox)
	l.api, l.id, l.name, l.password, l.http = n.api, "S-"+uuid.NewString()[:13], "Secure Stores", "the password "+uuid.NewString(), n.browser()
	n.run(t, l.password, "add", "--name", l.name, "--password-stdin", "--id", l.id)
	for _, c := range commands {
		n.run(t, "", append(strings.Fields(c), "--id", l.id)...)
	}
	return l
}

func (n *node) run(t testing.TB, stdin string, args ...string) {
	t.Helper()
	done := command(t, stdin+"\n", append(append([]string{"client"}, args...), "--database-url", n.sandbox.database)...)
	require.Zero(t, done.code, "client %v: %s", args, done.errors)
}

// as is the same client coming another way: with another password, header or certificate.
func (l *till) as(n *node, header string, certificate ...tls.Certificate) *till {
	other := *l
	other.http = n.browser(certificate...)
	other.http.Transport = withHeader{header, other.http.Transport}
	return &other
}

// withHeader sends its Authorization in place of the till's; "-" sends none, and an empty one keeps the till's. It claims to
// speak for somebody at an allowed address.
type withHeader struct {
	authorization string
	next          http.RoundTripper
}

func (w withHeader) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	switch w.authorization {
	case "":
	case "-":
		r.Header.Del("Authorization")
	default:
		r.Header.Set("Authorization", w.authorization)
	}
	r.Header.Set("X-Forwarded-For", "127.0.1.250")
	r.Header.Set("X-Real-Ip", "127.0.1.250")
	return w.next.RoundTrip(r)
}

// refusal is a way of calling that must fail, and one of the same client that works.
type refusal struct {
	name   string
	wrong  *till
	works  func() int
	status int
	reason string
}

func (l *till) products() int { return l.send(http.MethodGet, "/products", nil).status }

// challenged tells whether a refused caller is told how to come back.
func (l *till) challenged(t testing.TB) bool {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, l.api+"/products", nil)
	require.NoError(t, err)
	req.SetBasicAuth(l.id, l.password)
	res, err := l.http.Do(req)
	require.NoError(t, err)
	readAll(t, res.Body)
	return res.Header.Get("WWW-Authenticate") != ""
}

func (n *node) refusals(t *testing.T) []refusal {
	plain, tokens, basic := n.client(t), n.client(t, "auth --methods oauth2"), n.client(t, "auth --methods basic")
	n.basic = basic
	also := n.client(t, "cert add --file "+n.good.cert, "auth --certificate also")
	alone := n.client(t, "cert add --file "+n.other.cert, "auth --certificate alone")
	far := n.client(t, "allow --cidr 127.0.1.250/32 --cidr 10.0.0.0/8")
	off := n.client(t, "disable")
	guess := plain.as(n, "")
	guess.password = "not the password"
	near := *far
	near.http = n.browser()
	near.http.Transport.(*http.Transport).DialContext = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, 250)}}).DialContext
	issued := "Bearer " + n.token(t, basic, time.Now().Add(time.Hour))
	const no, forbidden = http.StatusUnauthorized, http.StatusForbidden
	return []refusal{
		{"wrong password", guess, plain.products, no, "credentials"},
		{"no credentials", plain.as(n, "-"), nil, no, "missing"},
		{"credentials that cannot be read", plain.as(n, "Basic %%%"), nil, no, "missing"},
		{"another scheme", plain.as(n, "Digest username=x"), nil, no, "missing"},
		{"disabled", off, nil, no, "credentials"},
		{"a password where tokens are asked for", tokens, tokens.as(n, "Bearer "+n.token(t, tokens, time.Now().Add(time.Hour))).products, no, "method"},
		{"a token where passwords are asked for", basic.as(n, issued), basic.products, no, "method"},
		{"expired token", plain.as(n, "Bearer "+n.expired), nil, no, "stale_token"},
		{"forged token", plain.as(n, issued[:len(issued)-6]+"AAAAAA"), nil, no, "token"},
		{"unsigned token", plain.as(n, "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."), nil, no, "token"},
		{"missing certificate", also, also.as(n, "", n.good.pair).products, no, "certificate"},
		{"certificate of another client", also.as(n, "", n.other.pair), nil, no, "certificate"},
		{"certificate of nobody", also.as(n, "", n.strange.pair), nil, no, "certificate"},
		{"certificate of nobody alone", alone.as(n, "-", n.strange.pair), alone.as(n, "-", n.other.pair).products, no, "certificate"},
		{"certificate that may not come alone", also.as(n, "-", n.good.pair), nil, no, "method"},
		{"address not on the list", far.as(n, ""), near.products, forbidden, "address"},
	}
}

// token is an access token of a client as the program signs it, with an end of its own.
func (n *node) token(t testing.TB, l *till, ends time.Time) string {
	t.Helper()
	vault, err := seal.OpenFile(keyFile(n.sandbox.dir), false)
	require.NoError(t, err)
	var credential int64
	require.NoError(t, n.db.Pool.QueryRow(t.Context(), "select credential_version from clients where id = $1", l.id).Scan(&credential))
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": "signalbox", "aud": []string{"signalbox channel api"}, "sub": l.id, "jti": uuid.NewString(), "ver": credential,
		"iat": time.Now().Add(-time.Hour).Unix(), "exp": ends.Unix(),
	}).SignedString(vault.Derive("access tokens"))
	require.NoError(t, err)
	return text
}

var refusalCount = regexp.MustCompile(`(?m)^signalbox_api_refusals_total\{reason="(\w+)"\} (\d+)$`)

// counts reads how many callers were refused for each reason.
func (n *node) counts(t testing.TB) map[string]int {
	t.Helper()
	res, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}).Get(n.console + "/metrics") //nolint:gosec // this test's certificate
	require.NoError(t, err)
	counts := map[string]int{}
	for _, m := range refusalCount.FindAllStringSubmatch(readAll(t, res.Body), -1) {
		var k int
		_, err := fmt.Sscan(m[2], &k)
		require.NoError(t, err)
		counts[m[1]] = k
	}
	require.NotEmpty(t, counts)
	return counts
}

// refusedTokens asks for tokens in every way that must fail.
func (n *node) refusedTokens(t *testing.T, want map[string]int) {
	ask := func(l *till, form url.Values) (int, string) {
		res, err := l.http.PostForm(n.api+"/oauth/token", form)
		require.NoError(t, err)
		return res.StatusCode, readAll(t, res.Body)
	}
	basic := n.basic
	for name, c := range map[string]struct {
		form   url.Values
		status int
		says   string
		reason string
	}{
		"no client":         {url.Values{"grant_type": {"client_credentials"}}, 401, "invalid_client", "missing"},
		"wrong secret":      {url.Values{"grant_type": {"client_credentials"}, "client_id": {"90000101"}, "client_secret": {"guess"}}, 401, "invalid_client", "credentials"},
		"unknown grant":     {url.Values{"grant_type": {"implicit"}}, 400, "unsupported_grant_type", ""},
		"no grant":          {url.Values{}, 400, "invalid_request", ""},
		"not by basic":      {url.Values{"grant_type": {"client_credentials"}, "client_id": {basic.id}, "client_secret": {basic.password}}, 400, "unauthorized_client", "method"},
		"wrong user secret": {url.Values{"grant_type": {"password"}, "client_id": {"90000101"}, "client_secret": {"sandbox-karoo-fresh"}, "username": {"90000101"}, "password": {"guess"}}, 400, "invalid_grant", "credentials"},
	} {
		l := &till{http: n.browser()}
		status, text := ask(l, c.form)
		require.Equal(t, c.status, status, "%s: %s", name, text)
		require.Contains(t, text, c.says, name)
		require.NotContains(t, text, "access_token", name)
		if c.reason != "" {
			want[c.reason]++
		}
	}
}

// refusedTransport is what TLS itself turns away.
func (n *node) refusedTransport(t *testing.T) {
	for _, address := range []string{strings.TrimPrefix(n.api, "https://"), strings.TrimPrefix(n.console, "https://")} {
		_, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}) //nolint:gosec // old on purpose
		require.Error(t, err, "TLS 1.1")
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version}) //nolint:gosec // this test's certificate
			require.NoError(t, err)
			require.NoError(t, conn.Close())
		}
		res, err := http.Get("http://" + address + "/readyz")
		if err == nil { // some answer plain HTTP on a TLS port with 400
			require.Equal(t, http.StatusBadRequest, res.StatusCode, readAll(t, res.Body))
		}
	}
}

// tooMany asks more than a client may, and guesses more than an address may.
func (n *node) tooMany(t *testing.T) {
	slow, counted := n.client(t, "limits --rate 1 --burst 2"), n.counts(t)
	refused := 0
	for _, a := range inParallel(6, func(int) answer { return slow.send(http.MethodGet, "/products", nil) }) {
		if a.status == http.StatusTooManyRequests {
			require.Equal(t, "GENERAL_ERROR", a.body.ErrorType, a)
			refused++
		} else {
			require.Equal(t, http.StatusOK, a.status, a)
		}
	}
	require.GreaterOrEqual(t, refused, 2, "two at once, one more each second")
	require.Equal(t, counted["limit"]+refused, n.counts(t)["limit"])

	narrow := n.client(t, "limits --rate 0 --in-flight 1")
	require.Equal(t, http.StatusOK, narrow.products())
	var ran, held int
	for _, a := range sameTime(4, func(int) answer {
		return narrow.post("/vouchers", narrow.request().with("basketRef", "sim:late-answer:1"))
	}) {
		switch a.status {
		case http.StatusCreated:
			ran++
		case http.StatusTooManyRequests:
			held++
		default:
			require.Fail(t, "neither sold nor held", a.String())
		}
	}
	require.Positive(t, ran)
	require.Positive(t, held, "one at a time")
	require.Equal(t, http.StatusCreated, narrow.post("/vouchers", narrow.request()).status, "and then again")

	guess := n.client(t).as(n, "")
	guess.password = "not the password"
	for range 5 {
		require.Equal(t, http.StatusUnauthorized, guess.products(), "a few mistakes only cost time")
	}
	statuses := map[int]int{}
	for _, status := range sameTime(40, func(int) int { return guess.products() }) {
		statuses[status]++
	}
	require.Equal(t, 40, statuses[http.StatusUnauthorized]+statuses[http.StatusTooManyRequests], "%v", statuses)
	require.Positive(t, statuses[http.StatusTooManyRequests], "an address that guesses in bulk is turned away: %v", statuses)
	require.Equal(t, http.StatusOK, n.client(t).products(), "others are not")
}

// changes of a client reach a running node within five seconds: a new password, and the end.
func (n *node) changes(t *testing.T) {
	l := n.client(t)
	require.Equal(t, http.StatusOK, l.products())
	bearer := l.as(n, "Bearer "+n.token(t, l, time.Now().Add(time.Hour)))
	require.Equal(t, http.StatusOK, bearer.products())
	soon := func(status int, l *till, what string) {
		t.Helper()
		assert.Eventually(t, func() bool { return l.products() == status }, 5*time.Second, 100*time.Millisecond, what)
	}
	fresh := *l
	fresh.password = "a new password of the walk"
	n.run(t, fresh.password, "rotate", "--password-stdin", "--overlap", "1h", "--id", l.id)
	soon(http.StatusOK, &fresh, "the new password works")
	require.Equal(t, http.StatusOK, l.products(), "and so does the old one for a while")
	soon(http.StatusUnauthorized, bearer, "a token ends with the password it was given for")
	n.run(t, "", "disable", "--id", l.id)
	soon(http.StatusUnauthorized, &fresh, "a disabled client is refused")
	n.run(t, "", "enable", "--id", l.id)
	soon(http.StatusOK, &fresh, "and served again when enabled")
}
