package wire

import (
	"net/netip"
	"slices"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// PublicOnly gives the guard of production mode (S7): it lets only addresses of the public internet through, and what is
// listed. An address of a cloud's metadata service must be listed by itself: a range that holds it does not count.
func PublicOnly(allowed ...netip.Prefix) func(netip.Addr) error {
	allowed = slices.Clone(allowed)
	return func(a netip.Addr) error {
		a = a.Unmap().WithZone("")
		secret := slices.Contains(metadata(), a)
		for _, p := range allowed {
			if p.Contains(a) && (!secret || p.IsSingleIP()) {
				return nil
			}
		}
		if secret || !public(a) {
			return apperr.Errorf(apperr.Forbidden, "the address is not public and not listed")
		}
		return nil
	}
}

// metadata lists where clouds hand out the credentials of the machine.
func metadata() []netip.Addr {
	return []netip.Addr{
		netip.AddrFrom4([4]byte{169, 254, 169, 254}),
		netip.AddrFrom4([4]byte{100, 100, 100, 200}),
		netip.AddrFrom4([4]byte{168, 63, 129, 16}),
		netip.MustParseAddr("fd00:ec2::254"),
	}
}

// public tells whether an address is one host's on the internet. IPv6 ranges that stand for IPv4 addresses are not: they
// would be a way around.
func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() { // loopback, link-local, multicast, unspecified and broadcast are not global
		return false
	}
	for _, p := range special() {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// special lists the ranges beyond those netip knows that no provider has an address in.
func special() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),
		netip.MustParsePrefix("100.64.0.0/10"), // carrier-grade NAT
		netip.MustParsePrefix("192.0.0.0/24"),
		netip.MustParsePrefix("198.18.0.0/15"), // benchmarks
		netip.MustParsePrefix("240.0.0.0/4"),
		netip.MustParsePrefix("::/96"), // IPv4 in IPv6, four ways
		netip.MustParsePrefix("64:ff9b::/96"),
		netip.MustParsePrefix("64:ff9b:1::/48"),
		netip.MustParsePrefix("2002::/16"),
		netip.MustParsePrefix("2001::/32"),
		netip.MustParsePrefix("fec0::/10"), // site-local, given up but not gone
	}
}
