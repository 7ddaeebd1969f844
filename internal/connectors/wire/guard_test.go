package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

func TestPublicOnly(t *testing.T) {
	t.Parallel()
	listed := []netip.Prefix{
		netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("169.254.0.0/16"),
		netip.MustParsePrefix("fd00::/8"),
	}
	for name, tc := range map[string]struct {
		address      string
		bare, listed bool // let through without and with the list
	}{
		"public":                     {"93.184.215.14", true, true},
		"public, version 6":          {"2606:2800:21f:cb07:6820:80da:af6b:8b2c", true, true},
		"loopback":                   {"127.0.0.1", false, true},
		"loopback beside the listed": {"127.0.0.2", false, false},
		"loopback, version 6":        {"::1", false, false},
		"mapped loopback":            {"::ffff:127.0.0.1", false, true},
		"mapped loopback, not first": {"::ffff:127.1.2.3", false, false},
		"private ten":                {"10.1.2.3", false, true},
		"private ten, other":         {"10.2.0.1", false, false},
		"mapped private":             {"::ffff:10.2.0.1", false, false},
		"private 172":                {"172.31.255.255", false, false},
		"public 172":                 {"172.32.0.1", true, true},
		"private 192":                {"192.168.0.1", false, false},
		"unique local":               {"fc00::1", false, false},
		"unique local, listed":       {"fd12::1", false, true},
		"link-local":                 {"169.254.1.1", false, true},
		"link-local, version 6":      {"fe80::1", false, false},
		"with a zone":                {"fe80::1%eth0", false, false},
		"site-local":                 {"fec0::1", false, false},
		"metadata in a listed range": {"169.254.169.254", false, false},
		"mapped metadata":            {"::ffff:169.254.169.254", false, false},
		"metadata, version 6":        {"fd00:ec2::254", false, false},
		"metadata on a public range": {"168.63.129.16", false, false},
		"its neighbour":              {"168.63.129.17", true, true},
		"unspecified":                {"0.0.0.0", false, false},
		"unspecified, version 6":     {"::", false, false},
		"this network":               {"0.1.2.3", false, false},
		"multicast":                  {"224.0.0.1", false, false},
		"multicast, version 6":       {"ff02::1", false, false},
		"broadcast":                  {"255.255.255.255", false, false},
		"reserved":                   {"240.0.0.1", false, false},
		"carrier-grade NAT":          {"100.64.0.1", false, false},
		"above it":                   {"100.128.0.1", true, true},
		"IPv4 in ::/96":              {"::7f00:1", false, false},
		"NAT64 to loopback":          {"64:ff9b::7f00:1", false, false},
		"6to4":                       {"2002:7f00:1::1", false, false},
		"Teredo":                     {"2001:0:1::1", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := netip.MustParseAddr(tc.address)
			require.Equal(t, tc.bare, PublicOnly()(a) == nil, "without a list")
			require.Equal(t, tc.listed, PublicOnly(listed...)(a) == nil, "with a list")
		})
	}
	require.Equal(t, apperr.Forbidden, apperr.CodeOf(PublicOnly()(netip.Addr{})))
	require.NoError(t, PublicOnly(netip.MustParsePrefix("169.254.169.254/32"))(netip.MustParseAddr("169.254.169.254")), "listed by itself")
}

// TestGuardSeesTheAddressDialled: spellings of an address and names are judged by what they stand for, and nothing is sent.
func TestGuardSeesTheAddressDialled(t *testing.T) {
	t.Parallel()
	w := listen(t, func(_ int64, conn net.Conn) bool {
		_, _ = io.WriteString(conn, say(201, "{}"))
		return true
	})
	port := w.url[strings.LastIndex(w.url, ":"):]
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"} {
		for _, scheme := range []string{"http://", "https://"} {
			c, err := New(Config{BaseURL: scheme + host + port, Guard: PublicOnly()})
			require.NoError(t, err)
			t.Cleanup(c.Close)
			a := c.Send(context.Background(), postMessage())
			require.False(t, a.Sent, host)
			require.ErrorIs(t, a.Err, ErrAddressRefused, host)
		}
	}
	require.Zero(t, w.conns.Load(), "nobody was connected to")
	var seen []netip.Addr
	c, err := New(Config{BaseURL: "http://[::ffff:127.0.0.1]" + port, Guard: func(a netip.Addr) error {
		seen = append(seen, a)
		return nil
	}})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	require.Equal(t, 201, c.Send(context.Background(), postMessage()).Status)
	require.Equal(t, []netip.Addr{netip.MustParseAddr("127.0.0.1")}, seen, "mapped addresses are unmapped")
}

// TestGuardJudgesEveryConnection is against names that change what they stand for after the first look.
func TestGuardJudgesEveryConnection(t *testing.T) {
	t.Parallel()
	w := listen(t, func(_ int64, conn net.Conn) bool {
		_, _ = io.WriteString(conn, say(200, "{}"))
		return false
	})
	allowed := true
	c, err := New(Config{BaseURL: w.url, Guard: func(netip.Addr) error {
		if allowed {
			return nil
		}
		return errors.New("moved")
	}})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	require.Equal(t, 200, c.Send(context.Background(), getMessage()).Status)
	allowed = false
	require.ErrorIs(t, c.Send(context.Background(), getMessage()).Err, ErrAddressRefused)
	require.Equal(t, int64(1), w.messages.Load())
}
