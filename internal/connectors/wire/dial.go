package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// ErrAddressRefused says that the guard refused the address that a provider's name stands for; nothing was sent.
var ErrAddressRefused = errors.New("the provider's address is not allowed")

// dialer opens connections; connecting and the TLS handshake share one limit.
type dialer struct {
	net.Dialer
	limit  time.Duration
	secure *tls.Config
}

func newDialer(cfg Config) *dialer {
	d := &dialer{limit: cfg.DialTimeout, secure: &tls.Config{MinVersion: tls.VersionTLS12}}
	if d.limit <= 0 {
		d.limit = dialTimeout
	}
	if cfg.TLS != nil {
		if d.secure = cfg.TLS.Clone(); d.secure.MinVersion < tls.VersionTLS12 {
			d.secure.MinVersion = tls.VersionTLS12
		}
	}
	if cfg.Guard != nil {
		d.Control = guarded(cfg.Guard)
	}
	return d
}

// guarded runs a guard on the address that is about to be connected to: names are resolved by then, so that a name that
// changes its mind between two look-ups gains nothing.
func guarded(guard func(netip.Addr) error) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || guard(at.Addr().Unmap().WithZone("")) != nil {
			return ErrAddressRefused
		}
		return nil
	}
}

func (d *dialer) plain(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.limit)
	defer cancel()
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return wrap(conn), nil
}

func (d *dialer) tls(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.limit)
	defer cancel()
	secure := tls.Dialer{NetDialer: &d.Dialer, Config: d.secure}
	conn, err := secure.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return wrap(conn), nil
}
