package main

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
)

func TestPrefixes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"192.0.2.7": "192.0.2.7/32", "192.0.2.7/24": "192.0.2.0/24", " 2001:db8::1 ": "2001:db8::1/128", "2001:db8::1/32": "2001:db8::/32",
		"::ffff:192.0.2.7": "192.0.2.7/32", "::ffff:192.0.2.7/120": "192.0.2.0/24", "fe80::1%eth0": "fe80::1/128", "0.0.0.0/0": "0.0.0.0/0",
	} {
		got, err := prefixes("--cidr", []string{text})
		require.NoError(t, err, text)
		require.Equal(t, []netip.Prefix{netip.MustParsePrefix(want)}, got, text)
	}
	for _, text := range []string{"", "shop.example", "192.0.2.0/33", "192.0.2", "192.0.2.0/24/8"} {
		_, err := prefixes("--cidr", []string{"10.0.0.0/8", text})
		require.ErrorContains(t, err, "--cidr", text)
	}
}

func TestSecurityFlagsThatCannotWork(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		flags securityFlags
		cert  string
		says  string
	}{
		"fine":                     {securityFlags{APIClientCerts: "optional"}, "cert.pem", ""},
		"certificates without TLS": {securityFlags{APIClientCerts: "optional"}, "", "--tls-cert"},
		"bad proxy":                {securityFlags{APIClientCerts: "off", TrustedProxies: []string{"x"}}, "", "--trusted-proxies"},
		"bad network":              {securityFlags{APIClientCerts: "off", ProviderNetworks: []string{"x"}}, "", "--provider-networks"},
	} {
		err := tc.flags.check(tc.cert)
		if tc.says == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, tc.says, name)
	}
}

func TestProviderGuard(t *testing.T) {
	t.Parallel()
	none, err := securityFlags{}.guard(postgres.Sandbox)
	require.NoError(t, err)
	require.Nil(t, none, "a sandbox's providers live on this machine")
	guard, err := securityFlags{ProviderNetworks: []string{"10.1.0.0/16"}}.guard(postgres.Production)
	require.NoError(t, err)
	require.NoError(t, guard(netip.MustParseAddr("10.1.2.3")))
	require.NoError(t, guard(netip.MustParseAddr("93.184.215.14")))
	require.Error(t, guard(netip.MustParseAddr("10.2.0.1")))
	require.Error(t, guard(netip.MustParseAddr("127.0.0.1")))
}
