package postgres_test

import (
	"bytes"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/operators"
	"github.com/signalboxhq/signalbox/internal/postgres"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func newClients(t *testing.T, ids ...string) (*postgres.Clients, *postgres.DB) {
	t.Helper()
	db := postgrestest.New(t)
	clients := postgres.NewClients(db)
	for _, id := range ids {
		row := postgres.ClientRow{Client: switchcore.Client{ID: id, Name: id, Mode: transactions.Dual}, Hash: "h1"}
		require.NoError(t, clients.Add(t.Context(), row, operators.CLI()))
	}
	return clients, db
}

func pinned(b byte, until time.Time) postgres.ClientCertificate {
	return postgres.ClientCertificate{Fingerprint: bytes.Repeat([]byte{b}, 32), Name: "till", NotAfter: until}
}

func TestClientSecurityIsStoredAndAudited(t *testing.T) {
	t.Parallel()
	clients, db := newClients(t, "till")
	by, later := operators.CLI(), time.Now().Add(time.Hour)
	find := func() postgres.ClientRow {
		row, err := clients.Find(t.Context(), "till")
		require.NoError(t, err)
		return row
	}
	auth := func(methods, certificate string) apperr.Code {
		_, err := clients.SetAuth(t.Context(), "till", methods, certificate, by)
		if err == nil {
			return ""
		}
		return apperr.CodeOf(err)
	}
	fresh := find()
	require.Equal(t, []string{"EITHER", "NONE"}, []string{fresh.Methods, fresh.Certificate})
	require.Empty(t, fresh.AllowedFrom)
	require.Empty(t, fresh.Pins)

	require.Equal(t, apperr.Conflict, auth("EITHER", "ALONE"), "nobody could sign in")
	require.NoError(t, clients.AddCertificate(t.Context(), "till", pinned(1, later), by))
	require.Empty(t, auth("OAUTH2", "ALSO"))
	require.Empty(t, auth("", "")) // what is not named stays
	from := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::7/128")}
	require.NoError(t, clients.Allow(t.Context(), "till", from, by))
	require.NoError(t, clients.SetLimits(t.Context(), "till", 5, 10, 3, by))
	row := find()
	require.Equal(t, []string{"OAUTH2", "ALSO"}, []string{row.Methods, row.Certificate})
	require.Equal(t, from, row.AllowedFrom)
	require.Equal(t, [][]byte{bytes.Repeat([]byte{1}, 32)}, row.Pins)
	require.Equal(t, []int{5, 10, 3}, []int{row.Rate, row.Burst, row.InFlight})
	require.Greater(t, row.Version, fresh.Version)
	require.NoError(t, clients.Allow(t.Context(), "till", nil, by))
	require.Empty(t, find().AllowedFrom)

	var said string
	require.NoError(t, db.Pool.QueryRow(t.Context(), `select string_agg(action, ' ' order by seq) from audit_log`).Scan(&said))
	require.Equal(t, "client.add client.cert.add client.auth client.auth client.allow client.limits client.allow", said)
}

// TestAccessTokensEndWithTheirCredential: what ends tokens moves the version they are bound to, and nothing else does.
func TestAccessTokensEndWithTheirCredential(t *testing.T) {
	t.Parallel()
	clients, _ := newClients(t, "till")
	by := operators.CLI()
	version := func() int64 {
		row, err := clients.Find(t.Context(), "till")
		require.NoError(t, err)
		return row.CredentialVersion
	}
	before := version()
	require.NoError(t, clients.Allow(t.Context(), "till", nil, by))
	require.NoError(t, clients.SetLimits(t.Context(), "till", 1, 1, 1, by))
	require.Equal(t, before, version())
	require.NoError(t, clients.Rotate(t.Context(), "till", "h2", time.Hour, by))
	require.Equal(t, before+1, version())
	require.NoError(t, clients.Disable(t.Context(), "till", by))
	require.Equal(t, before+2, version())
	require.NoError(t, clients.Enable(t.Context(), "till", by))
	require.Equal(t, before+2, version())
	_, err := clients.SetAuth(t.Context(), "till", "BASIC", "NONE", by)
	require.NoError(t, err)
	require.Equal(t, before+3, version())
	row, err := clients.Find(t.Context(), "till")
	require.NoError(t, err)
	require.True(t, row.Enabled)
}

func TestTwoCertificatesAtATime(t *testing.T) {
	t.Parallel()
	clients, db := newClients(t, "till", "shop")
	by, later := operators.CLI(), time.Now().Add(time.Hour)
	add := func(id string, b byte) apperr.Code {
		err := clients.AddCertificate(t.Context(), id, pinned(b, later), by)
		if err == nil {
			return ""
		}
		return apperr.CodeOf(err)
	}
	require.Empty(t, add("till", 1))
	require.Equal(t, apperr.Conflict, add("shop", 1), "a certificate stands for one client")
	require.Empty(t, add("till", 2))
	require.Equal(t, apperr.Conflict, add("till", 3))
	require.Equal(t, apperr.NotFound, add("nobody", 4))
	require.NoError(t, clients.RemoveCertificate(t.Context(), "till", bytes.Repeat([]byte{1}, 32), by))
	require.Equal(t, apperr.NotFound, apperr.CodeOf(clients.RemoveCertificate(t.Context(), "shop", bytes.Repeat([]byte{2}, 32), by)))
	require.Empty(t, add("till", 3))
	list, err := clients.Certificates(t.Context(), "till")
	require.NoError(t, err)
	require.Len(t, list, 2)
	owner, err := clients.OwnerOfCertificate(t.Context(), bytes.Repeat([]byte{3}, 32))
	require.NoError(t, err)
	require.Equal(t, "till", owner)

	_, err = db.Pool.Exec(t.Context(), `update client_certificates set not_after = clock_timestamp() - interval '1 s' where slot = 1`)
	require.NoError(t, err)
	row, err := clients.Find(t.Context(), "till")
	require.NoError(t, err)
	require.Equal(t, [][]byte{bytes.Repeat([]byte{2}, 32)}, row.Pins, "an expired one is worth nothing")
	_, err = clients.OwnerOfCertificate(t.Context(), bytes.Repeat([]byte{3}, 32))
	require.Equal(t, apperr.NotFound, apperr.CodeOf(err))
}

// TestManyPinAtOnce: the limit of two holds whoever is first.
func TestManyPinAtOnce(t *testing.T) {
	t.Parallel()
	clients, _ := newClients(t, "till")
	var all sync.WaitGroup
	for b := range byte(6) {
		all.Go(func() {
			_ = clients.AddCertificate(t.Context(), "till", pinned(b+1, time.Now().Add(time.Hour)), operators.CLI()) // two of them win
		})
	}
	all.Wait()
	list, err := clients.Certificates(t.Context(), "till")
	require.NoError(t, err)
	require.Len(t, list, 2)
}

func TestSecurityOfNobody(t *testing.T) {
	t.Parallel()
	clients, _ := newClients(t)
	by := operators.CLI()
	_, unknown := clients.SetAuth(t.Context(), "nobody", "BASIC", "NONE", by)
	for name, err := range map[string]error{
		"enable": clients.Enable(t.Context(), "nobody", by),
		"allow":  clients.Allow(t.Context(), "nobody", nil, by),
		"auth":   unknown,
		"limits": clients.SetLimits(t.Context(), "nobody", 1, 1, 1, by),
		"remove": clients.RemoveCertificate(t.Context(), "nobody", []byte{1}, by),
	} {
		require.Equal(t, apperr.NotFound, apperr.CodeOf(err), name)
	}
}
