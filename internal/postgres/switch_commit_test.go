package postgres_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
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

// A server that crashed gives the numbers of what it lost out again. Whose number now belongs to somebody else's commit, or to
// nobody yet, is lost all the same: to send what it should have recorded would be a message without an intent (I2).
func TestSwitchDoesNotTakeAnothersCommitForItsOwn(t *testing.T) {
	t.Parallel()
	b := newSwitchBench(t, everything())
	b.process(transactions.Provision, "1", "")
	b.process(transactions.Provision, "2", "")
	somebodys, err := strconv.ParseUint(b.one(`select xmin::text from transactions where request_id = '2'`), 10, 64)
	require.NoError(t, err)
	id := func(sql string) uuid.UUID { return uuid.MustParse(b.one(sql)) }
	ended := switchcore.AttemptEnd{ID: id(`select id::text from attempts where ended_at is not null order by ended_at limit 1`)}
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `select ended_at from attempts where id = $1`, ended.ID).Scan(&ended.At))
	noted := transactions.Change{TransactionID: id(`select transaction_id::text from transaction_events order by seq limit 1`)}
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `select field, at from transaction_events order by seq limit 1`).Scan(&noted.Field, &noted.At))

	for what, c := range map[string]struct{ lost, kept switchcore.Changes }{
		"client's trace": {
			switchcore.Changes{Traces: []*transactions.Trace{{ExchangeID: uuid.New(), Leg: transactions.ClientToSwitch}}},
			switchcore.Changes{Traces: []*transactions.Trace{{ExchangeID: id(`select exchange_id::text from traces where leg = 'CS' limit 1`), Leg: transactions.ClientToSwitch}}},
		},
		"provider's trace": {
			switchcore.Changes{Traces: []*transactions.Trace{{AttemptID: uuid.New(), Leg: transactions.SwitchToProvider}}},
			switchcore.Changes{Traces: []*transactions.Trace{{AttemptID: ended.ID, Leg: transactions.SwitchToProvider}}},
		},
		"begun attempt": {
			switchcore.Changes{NewAttempts: []*transactions.Attempt{{ID: uuid.New()}}},
			switchcore.Changes{NewAttempts: []*transactions.Attempt{{ID: ended.ID}}},
		},
		"ended attempt": {
			switchcore.Changes{EndedAttempts: []switchcore.AttemptEnd{{ID: ended.ID, At: ended.At.Add(time.Microsecond)}}},
			switchcore.Changes{EndedAttempts: []switchcore.AttemptEnd{ended}},
		},
		"noted change": {
			switchcore.Changes{Timeline: []*transactions.Change{{TransactionID: noted.TransactionID, Field: noted.Field, At: noted.At.Add(time.Microsecond)}}},
			switchcore.Changes{Timeline: []*transactions.Change{&noted}},
		},
	} {
		require.NoError(t, postgres.Resolve(b.db, somebodys, &c.kept), what)
		require.ErrorIs(t, postgres.Resolve(b.db, somebodys, &c.lost), io.ErrUnexpectedEOF, what)
		began := time.Now()
		require.ErrorIs(t, postgres.Resolve(b.db, somebodys+1_000_000_000, &c.lost), io.ErrUnexpectedEOF, what)
		require.Less(t, time.Since(began), 10*time.Second, "a number that was not given out needs no waiting")
	}
}
