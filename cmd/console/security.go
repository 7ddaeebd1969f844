package main

import (
	"net/netip"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/postgres"
)

// securityFlags are how callers of the channel API are told apart on the wire. What each client must show is its own
// setting: console client auth, cert, allow.
type securityFlags struct {
	APIClientCerts   string        `name:"api-client-certs" env:"SIGNALBOX_API_CLIENT_CERTS" enum:"off,optional" default:"off" help:"optional: ask callers of the channel API for a certificate, see 'console client cert'. Needs --tls-cert; a proxy that ends TLS hides the certificates of its callers, so they cannot be used behind one in this version."`
	TrustedProxies   []string      `name:"trusted-proxies" env:"SIGNALBOX_TRUSTED_PROXIES" help:"Addresses or ranges of proxies whose X-Forwarded-For is believed; nobody else's is." placeholder:"CIDR"`
	ProviderNetworks []string      `name:"provider-networks" env:"SIGNALBOX_PROVIDER_NETWORKS" help:"Addresses or ranges outside the public internet where providers may be reached; production refuses all others." placeholder:"CIDR"`
	TokenLifetime    time.Duration `name:"token-lifetime" env:"SIGNALBOX_TOKEN_LIFETIME" default:"15m" help:"How long an access token of the channel API lives, 1m to 24h."`
}

// check finds settings that cannot work together.
func (f securityFlags) check(tlsCert string) error {
	if f.APIClientCerts != "off" && tlsCert == "" {
		return apperr.Errorf(apperr.Invalid, "--api-client-certs needs --tls-cert and --tls-key: certificates reach only who ends TLS")
	}
	if _, err := f.proxies(); err != nil {
		return err
	}
	_, err := f.guard(postgres.Production)
	return err
}

// guard judges the addresses of providers before they are connected to (guarantees S7); nil in a sandbox, where they live
// on this machine.
func (f securityFlags) guard(mode postgres.Mode) (func(netip.Addr) error, error) {
	if mode == postgres.Sandbox {
		return nil, nil
	}
	networks, err := prefixes("--provider-networks", f.ProviderNetworks)
	return wire.PublicOnly(networks...), err
}

// proxies gives the proxies that are believed.
func (f securityFlags) proxies() ([]netip.Prefix, error) {
	return prefixes("--trusted-proxies", f.TrustedProxies)
}

// prefixes reads addresses and ranges; IPv4 in IPv6 becomes what it stands for.
func prefixes(flag string, texts []string) ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range texts {
		p, err := prefix(strings.TrimSpace(text))
		if err != nil {
			return nil, apperr.Errorf(apperr.Invalid, "%s: %q is no address or range such as 192.0.2.7 or 192.0.2.0/24", flag, text)
		}
		list = append(list, p)
	}
	return list, nil
}

func prefix(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		addr = addr.Unmap().WithZone("")
		return addr.Prefix(addr.BitLen())
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return p, err
	}
	if addr := p.Addr(); addr.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(addr.Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}
