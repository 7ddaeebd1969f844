package postgres_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// cutter stands between pool and server; once armed, it closes the next connection whose commit the server confirms,
// before the confirmation gets through.
type cutter struct {
	server *pgx.ConnConfig
	armed  atomic.Bool
	cuts   atomic.Int64
}

func newCutter(t *testing.T) (c *cutter, url string) {
	t.Helper()
	config, err := pgx.ParseConfig(postgrestest.URL(t))
	require.NoError(t, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	c = &cutter{server: config}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go c.serve(conn)
		}
	}()
	return c, fmt.Sprintf("postgres://%s:%s@%s/%s?sslmode=disable", config.User, config.Password, ln.Addr(), config.Database)
}

func (c *cutter) serve(client net.Conn) {
	defer func() { _ = client.Close() }()
	network, address := addressOf(c.server)
	server, err := net.Dial(network, address)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() { _, _ = io.Copy(server, client); _ = server.Close() }()
	chunk := make([]byte, 64<<10)
	for {
		n, err := server.Read(chunk)
		if err != nil {
			return
		}
		if bytes.Contains(chunk[:n], []byte("COMMIT\x00")) && c.armed.CompareAndSwap(true, false) {
			c.cuts.Add(1)
			return
		}
		if _, err := client.Write(chunk[:n]); err != nil {
			return
		}
	}
}

func addressOf(c *pgx.ConnConfig) (network, address string) {
	if len(c.Host) > 0 && c.Host[0] == '/' {
		return "unix", fmt.Sprintf("%s/.s.PGSQL.%d", c.Host, c.Port)
	}
	return "tcp", net.JoinHostPort(c.Host, fmt.Sprint(c.Port))
}

// A commit whose confirmation is lost has happened: its fate is looked up, and the journey goes on as if nothing had
// been (A3, unknown commit).
func TestSwitchFindsOutWhatBecameOfALostCommit(t *testing.T) {
	t.Parallel()
	c, url := newCutter(t)
	b := newSwitchBenchOn(t, postgrestest.Open(t, url), everything())
	c.armed.Store(true)
	id := uuid.NewString()
	require.Equal(t, 201, b.process(transactions.Provision, id, "").Status)
	c.armed.Store(true)
	require.Equal(t, 202, b.advise(transactions.Confirm, transactions.Provision, id, uuid.NewString()).Status)
	require.Equal(t, int64(2), c.cuts.Load())
	require.Equal(t, 1, b.provider.sends)
	require.Equal(t, 1, b.deliver())
	b.clean()
}
