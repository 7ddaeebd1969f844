package server

import (
	"bytes"
	"net"
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// realAddress puts the client's address in place of a configured proxy's, so that c.IP() is right for everybody behind.
// The header is read from the right: what stands left of the first address that is no proxy of ours could be invented.
func (a *App) realAddress(rc *fasthttp.RequestCtx) {
	if len(a.options.TrustedProxies) == 0 || !within(rc.RemoteIP(), a.options.TrustedProxies) {
		return
	}
	// some proxies write a line of their own behind what the caller sent: all lines are one list (RFC 9110 5.3)
	lines := rc.Request.Header.PeekAll(fiber.HeaderXForwardedFor)
	hops := strings.Split(string(bytes.Join(lines, []byte(","))), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		ip := net.ParseIP(strings.TrimSpace(hops[i]))
		if ip == nil {
			return
		}
		rc.SetRemoteAddr(&net.TCPAddr{IP: ip})
		if !within(ip, a.options.TrustedProxies) {
			return
		}
	}
}

func within(ip net.IP, prefixes []netip.Prefix) bool {
	addr, ok := netip.AddrFromSlice(ip)
	if !ok {
		return false
	}
	for _, p := range prefixes {
		if p.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}
