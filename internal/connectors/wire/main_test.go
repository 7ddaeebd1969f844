package wire

import (
	"context"
	"errors"
	"net"
	"testing"

	"go.uber.org/goleak"
)

// TestMain keeps the tests off the machine's name servers: where these do not answer, a look-up outlives its test.
func TestMain(m *testing.M) {
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("tests ask no name server")
	}}
	goleak.VerifyTestMain(m)
}
