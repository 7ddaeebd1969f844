package api

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
)

// pin gives a fingerprint.
func pin(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func cidrs(texts ...string) (list []netip.Prefix) {
	for _, text := range texts {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}

// counted gives the refusals by reason, as people see them.
func (f *fixture) counted(t *testing.T) map[string]float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	require.NoError(t, f.Register(registry))
	families, err := registry.Gather()
	require.NoError(t, err)
	counts := map[string]float64{}
	for _, m := range families[0].GetMetric() {
		if n := m.GetCounter().GetValue(); n > 0 {
			counts[m.GetLabel()[0].GetValue()] = n
		}
	}
	return counts
}

// TestConditions are the settings of a client against a call whose password is right.
func TestConditions(t *testing.T) {
	t.Parallel()
	good := header("shop", "secret")
	for name, tc := range map[string]struct {
		set    func(*Account)
		caller Caller
		want   int
		says   string
		reason string
	}{
		"nothing set":      {set: func(*Account) {}, caller: Caller{Authorization: good}, want: 200},
		"unasked for":      {set: func(a *Account) { a.Pins = [][]byte{pin(1)} }, caller: Caller{Authorization: good, Certificate: pin(9)}, want: 200},
		"basic only":       {set: func(a *Account) { a.Methods = BasicOnly }, caller: Caller{Authorization: good}, want: 200},
		"tokens only":      {set: func(a *Account) { a.Methods = OAuth2Only }, caller: Caller{Authorization: good}, want: 401, says: "use an access token", reason: reasonMethod},
		"listed address":   {set: func(a *Account) { a.AllowedFrom = cidrs("10.0.0.0/8") }, caller: Caller{Authorization: good, Source: "10.9.9.9"}, want: 200},
		"mapped address":   {set: func(a *Account) { a.AllowedFrom = cidrs("10.0.0.0/8") }, caller: Caller{Authorization: good, Source: "::ffff:10.9.9.9"}, want: 200},
		"second range":     {set: func(a *Account) { a.AllowedFrom = cidrs("10.0.0.0/8", "2001:db8::/32") }, caller: Caller{Authorization: good, Source: "2001:db8::7"}, want: 200},
		"unlisted address": {set: func(a *Account) { a.AllowedFrom = cidrs("10.0.0.0/8") }, caller: Caller{Authorization: good, Source: "11.0.0.1"}, want: 403, says: "address not allowed", reason: reasonAddress},
		"no address":       {set: func(a *Account) { a.AllowedFrom = cidrs("10.0.0.0/8") }, caller: Caller{Authorization: good, Source: "elsewhere"}, want: 403, says: "address not allowed", reason: reasonAddress},
		"wrong from unlisted": {
			set: func(a *Account) { a.AllowedFrom = cidrs("10.0.0.0/8") }, caller: Caller{Authorization: header("shop", "wrong"), Source: "11.0.0.1"},
			want: 401, says: "credentials are wrong", reason: reasonCredentials, // nobody learns that the client exists
		},
		"certificate also": {
			set: func(a *Account) { a.Certificate, a.Pins = CertificateAlso, [][]byte{pin(1), pin(2)} }, caller: Caller{Authorization: good, Certificate: pin(2)}, want: 200,
		},
		"missing certificate": {
			set: func(a *Account) { a.Certificate, a.Pins = CertificateAlso, [][]byte{pin(1)} }, caller: Caller{Authorization: good},
			want: 401, says: "certificate missing or not known", reason: reasonCertificate,
		},
		"wrong certificate": {
			set: func(a *Account) { a.Certificate, a.Pins = CertificateAlso, [][]byte{pin(1)} }, caller: Caller{Authorization: good, Certificate: pin(3)},
			want: 401, says: "certificate missing or not known", reason: reasonCertificate,
		},
		"every pin expired": {
			set: func(a *Account) { a.Certificate = CertificateAlso }, caller: Caller{Authorization: good, Certificate: pin(1)},
			want: 401, says: "certificate missing or not known", reason: reasonCertificate,
		},
		"empty pin": {
			set: func(a *Account) { a.Certificate, a.Pins = CertificateAlso, [][]byte{{}} }, caller: Caller{Authorization: good},
			want: 401, says: "certificate missing or not known", reason: reasonCertificate,
		},
		"also is not alone": {
			set: func(a *Account) { a.Certificate, a.Pins = CertificateAlso, [][]byte{pin(1)} }, caller: Caller{Certificate: pin(1)},
			want: 401, says: "credentials are missing", reason: reasonMethod,
		},
		"alone": {set: func(a *Account) { a.Certificate, a.Pins = CertificateAlone, [][]byte{pin(1)} }, caller: Caller{Certificate: pin(1)}, want: 200},
		"alone with the password": {
			set: func(a *Account) { a.Certificate, a.Pins = CertificateAlone, [][]byte{pin(1)} }, caller: Caller{Authorization: good, Certificate: pin(1)}, want: 200,
		},
		"alone with a wrong password": {
			set: func(a *Account) { a.Certificate, a.Pins = CertificateAlone, [][]byte{pin(1)} }, caller: Caller{Authorization: header("shop", "wrong"), Certificate: pin(1)},
			want: 401, says: "credentials are wrong", reason: reasonCredentials,
		},
		"alone without it": {
			set: func(a *Account) { a.Certificate, a.Pins = CertificateAlone, [][]byte{pin(1)} }, caller: Caller{Authorization: good},
			want: 401, says: "certificate missing or not known", reason: reasonCertificate,
		},
		"alone, unknown": {
			set: func(a *Account) { a.Certificate, a.Pins = CertificateAlone, [][]byte{pin(1)} }, caller: Caller{Certificate: pin(4)},
			want: 401, says: "certificate missing or not known", reason: reasonCertificate,
		},
		"alone, from elsewhere": {
			set: func(a *Account) {
				a.Certificate, a.Pins, a.AllowedFrom = CertificateAlone, [][]byte{pin(1)}, cidrs("10.0.0.0/8")
			},
			caller: Caller{Certificate: pin(1), Source: "11.0.0.1"}, want: 403, says: "address not allowed", reason: reasonAddress,
		},
		"alone, disabled": {
			set: func(a *Account) { a.Certificate, a.Pins, a.Enabled = CertificateAlone, [][]byte{pin(1)}, false }, caller: Caller{Certificate: pin(1)},
			want: 401, says: "certificate missing or not known", reason: reasonCertificate,
		},
		"disabled": {
			set: func(a *Account) { a.Enabled = false }, caller: Caller{Authorization: good}, want: 401, says: "credentials are wrong", reason: reasonCredentials,
		},
		"a certificate of nobody, not asked for": {set: func(*Account) {}, caller: Caller{Certificate: pin(5)}, want: 401, says: "certificate missing or not known", reason: reasonCertificate},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, false)
			f.add(t, "shop", "secret")
			f.store.set("shop", tc.set)
			if tc.caller.Source == "" {
				tc.caller.Source = "10.0.0.1"
			}
			client, err := f.Authenticate(tc.caller)
			require.Equal(t, tc.want, statusOf(t, err))
			if tc.want == 200 {
				require.Equal(t, "shop", client.ID)
				require.Empty(t, f.counted(t))
				return
			}
			refused := err.(*Error)
			require.Equal(t, TypeAuthentication, refused.Type)
			require.Equal(t, tc.says, refused.Message)
			require.Equal(t, tc.want == 401, refused.Challenge)
			require.Empty(t, client)
			require.Equal(t, map[string]float64{tc.reason: 1}, f.counted(t))
			require.Zero(t, f.store.creates)
		})
	}
}

// TestChangesOfSecurityAct: what is changed in the record acts within 5 s on a client that is let in without a look at it.
func TestChangesOfSecurityAct(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*Account)
		want   int
	}{
		"disabled":             {func(a *Account) { a.Enabled = false }, 401},
		"address withdrawn":    {func(a *Account) { a.AllowedFrom = cidrs("192.0.2.0/24") }, 403},
		"certificate asked":    {func(a *Account) { a.Certificate, a.Pins = CertificateAlso, nil }, 401},
		"certificate withdraw": {func(a *Account) { a.Certificate, a.Pins = CertificateAlso, [][]byte{pin(2)} }, 401},
		"tokens only":          {func(a *Account) { a.Methods = OAuth2Only }, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, false)
			f.add(t, "shop", "secret")
			f.store.set("shop", func(a *Account) { a.Pins = [][]byte{pin(1)} })
			caller := Caller{Authorization: header("shop", "secret"), Source: "10.0.0.1", Certificate: pin(1)}
			_, err := f.Authenticate(caller)
			require.NoError(t, err)
			f.store.set("shop", tc.change)
			f.advance(5 * time.Second)
			_, err = f.Authenticate(caller)
			require.Equal(t, tc.want, statusOf(t, err))
		})
	}
}

// TestRotatedCertificates: two at a time, and one that moved to another client stands for that one.
func TestRotatedCertificates(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	f.add(t, "shop", "secret")
	f.add(t, "other", "secret")
	alone := func(pins ...[]byte) func(*Account) {
		return func(a *Account) { a.Certificate, a.Pins = CertificateAlone, pins }
	}
	who := func(b byte) string {
		c, err := f.Authenticate(Caller{Certificate: pin(b), Source: "10.0.0.1"})
		if err != nil {
			return ""
		}
		return c.ID
	}
	f.store.set("shop", alone(pin(1), pin(2)))
	require.Equal(t, []string{"shop", "shop", ""}, []string{who(1), who(2), who(3)})
	asked := f.store.owned
	require.Equal(t, "shop", who(1))
	require.Equal(t, asked, f.store.owned, "a known certificate costs no look-up")
	f.store.set("shop", alone(pin(2)))
	f.store.set("other", alone(pin(1)))
	f.advance(5 * time.Second)
	require.Equal(t, []string{"other", "shop"}, []string{who(1), who(2)})
}

// TestRefusalsSlowTheirAddress: guesses of any kind wait longer each time; nobody is locked.
func TestRefusalsSlowTheirAddress(t *testing.T) {
	t.Parallel()
	for name, caller := range map[string]Caller{
		"unlisted address":    {Authorization: header("shop", "secret"), Source: "11.0.0.1", Certificate: pin(1)},
		"wrong certificate":   {Authorization: header("shop", "secret"), Source: "10.0.0.9", Certificate: pin(2)},
		"missing certificate": {Authorization: header("shop", "secret"), Source: "10.0.0.9"},
		"nobody's":            {Source: "10.0.0.9", Certificate: pin(7)},
		"forged token":        {Authorization: "Bearer forged", Source: "10.0.0.9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, false)
			require.NoError(t, f.IssueTokens(testKeys{}, 0))
			f.add(t, "shop", "secret")
			f.store.set("shop", func(a *Account) {
				a.Certificate, a.Pins, a.AllowedFrom = CertificateAlso, [][]byte{pin(1)}, cidrs("10.0.0.0/8")
			})
			for range 6 {
				_, err := f.Authenticate(caller)
				require.Contains(t, []int{401, 403}, statusOf(t, err))
			}
			require.Equal(t, []time.Duration{100 * time.Millisecond, 200 * time.Millisecond}, f.delays)
			_, err := f.Authenticate(Caller{Authorization: header("shop", "secret"), Source: "10.0.0.1", Certificate: pin(1)})
			require.NoError(t, err, "the client itself is not locked")
		})
	}
}

func TestPermit(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	f.add(t, "shop", "secret")
	permit := func(id string, caller Caller) int {
		_, err := f.Permit(id, caller)
		f.advance(5 * time.Second)
		return statusOf(t, err)
	}
	from := Caller{Source: "10.0.0.1"}
	client, err := f.Permit("shop", from)
	require.NoError(t, err)
	require.Equal(t, "Name of shop", client.Name)
	require.Equal(t, 401, permit("nobody", from))
	f.store.set("shop", func(a *Account) { a.Methods, a.AllowedFrom = OAuth2Only, cidrs("10.0.0.0/8") })
	f.advance(5 * time.Second)
	require.Equal(t, 200, permit("shop", from), "the way to show a password does not matter here")
	require.Equal(t, 403, permit("shop", Caller{Source: "11.0.0.1"}))
	f.store.set("shop", func(a *Account) { a.Certificate, a.Pins = CertificateAlone, [][]byte{pin(1)} })
	require.Equal(t, 401, permit("shop", from))
	require.Equal(t, 200, permit("shop", Caller{Source: "10.0.0.1", Certificate: pin(1)}))
	f.store.set("shop", func(a *Account) { a.Enabled = false })
	f.advance(5 * time.Second)
	require.Equal(t, 401, permit("shop", Caller{Source: "10.0.0.1", Certificate: pin(1)}))
	f.store.set("shop", func(a *Account) { *a = Account{Client: a.Client, Enabled: true, Rate: 1, Burst: 1} })
	f.advance(5 * time.Second)
	_, err = f.Permit("shop", from)
	require.NoError(t, err)
	_, err = f.Permit("shop", from)
	require.Equal(t, 429, statusOf(t, err))
	f.store.fail = errTest
	f.advance(5 * time.Second)
	require.Equal(t, 503, permit("shop", from))
}

func TestCallsInFlight(t *testing.T) {
	t.Parallel()
	f := newFixture(t, false)
	f.add(t, "shop", "secret")
	f.store.set("shop", func(a *Account) { a.InFlight = 2 })
	call := func(held *Held) int {
		_, err := f.Authenticate(Caller{Authorization: header("shop", "secret"), Source: "10.0.0.1", Held: held})
		return statusOf(t, err)
	}
	first, second, third := &Held{}, &Held{}, &Held{}
	require.Equal(t, []int{200, 200, 429}, []int{call(first), call(second), call(third)})
	require.Empty(t, third.entries, "a refused call holds no place")
	require.Equal(t, 200, call(nil), "what is not counted is not limited")
	first.entries[0].give()
	require.Equal(t, 200, call(third))
}
