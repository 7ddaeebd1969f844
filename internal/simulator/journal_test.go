package simulator

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// liveThrough leaves a bit of everything in the books.
func liveThrough(k *kit) {
	k.expect("provision P1", "201")
	k.expect("confirm-provision A1 P1", "202")
	k.expect("redeem R1 P1", "201")
	k.expect("confirm-redeem A2 R1", "202")
	k.expect("refund F1 P1", "201")
	k.expect("reverse-refund A3 F1", "202")
	k.expect("provision P2", "201")
	k.expect("retry P2", "201")
	k.expect("reverse-provision A4 P2", "202")
	k.expect("reverse-provision A5 P3", "404 UNABLE_TO_LOCATE_RECORD P3")
	k.basket = "sim:decline"
	k.expect("provision P4", "400 DO_NOT_HONOR")
	k.basket = "sim:unavailable"
	k.expect("provision P5", "503 UPSTREAM_UNAVAILABLE")
	k.basket = "sim:advice-unavailable:2"
	k.expect("provision P6", "201")
	k.expect("confirm-provision A6 P6", "503 UPSTREAM_UNAVAILABLE P6")
	k.basket = ""
}

func TestRestartForgetsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k := newKit(t, "demo", Config{DataDir: dir})
	liveThrough(k)
	before, codes := k.books(""), k.codes
	// A killed process closes nothing; its lock ends with it.
	require.NoError(t, k.sim.lock.Close())
	k.sim.lock = nil

	k = newKit(t, "demo", Config{DataDir: dir})
	k.codes = codes
	require.Equal(t, before, k.books(""))
	k.expect("confirm-provision A6 P6", "503 UPSTREAM_UNAVAILABLE P6") // second of two
	k.expect("confirm-provision A6 P6", "202")
	k.expect("retry P4", "400 DO_NOT_HONOR")
	k.expect("provision P3", "400 VOUCHER_ALREADY_REVERSED A5")
	k.expect("refund F1 P1", "400 REFUND_ALREADY_REVERSED A3")
	k.expect("redeem R9 P1", "400 VOUCHER_ALREADY_REDEEMED")
	again := k.expect("retry P6", "201")
	require.Equal(t, codes["P6"], again.code())
	req, _ := http.NewRequest(http.MethodGet, k.url+"/demo/products", nil)
	req.SetBasicAuth("90000002", "wrong")
	require.Equal(t, http.StatusUnauthorized, k.exchange(req).status, "passwords outlive a restart")
}

func TestTornLastLineIsCutOff(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "demo.jsonl")
	k := newKit(t, "demo", Config{DataDir: dir})
	k.expect("provision P1", "201")
	require.NoError(t, k.sim.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)

	require.NoError(t, os.WriteFile(path, append(whole, `{"k":"request","t":17`...), 0o600))
	sim, err := New(Config{DataDir: dir})
	require.NoError(t, err)
	require.Len(t, sim.houses["demo"].entries, 1)
	require.NoError(t, sim.Close())
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(whole), string(after))

	require.NoError(t, os.WriteFile(path, append([]byte("{broken\n"), whole...), 0o600))
	_, err = New(Config{DataDir: dir})
	require.ErrorContains(t, err, "line 1")
	require.NoError(t, os.WriteFile(path, whole, 0o600))
	sim, err = New(Config{DataDir: dir})
	require.NoError(t, err, "a failed start leaves no lock behind")
	require.NoError(t, sim.Close())
}

func TestJournalShowsNoSecret(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k := newKit(t, "demo", Config{DataDir: dir})
	liveThrough(k)
	raw, err := os.ReadFile(filepath.Join(dir, "demo.jsonl"))
	require.NoError(t, err)
	require.Contains(t, string(raw), uuidOf("P1"))
	for _, secret := range []string{k.codes["P1"], k.codes["P2"], "secret-"} {
		require.NotContains(t, string(raw), secret)
		require.NotContains(t, k.send(http.MethodGet, "/books/demo", nil).text, secret)
	}
	info, err := os.Stat(filepath.Join(dir, "vault.key"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestDirectoryInUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := lockDir(dir, 0)
	require.NoError(t, err)
	_, err = lockDir(dir, 0)
	require.ErrorContains(t, err, "in use")
	require.NoError(t, first.Close())
	second, err := lockDir(dir, 0)
	require.NoError(t, err)
	require.NoError(t, second.Close())
}

func TestReset(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k := newKit(t, "demo", Config{DataDir: dir})
	order := object{"userDataWillBeLost": "TRUE", "resetUserData": "TRUE"}
	r := k.post("testServerAdmin/reset", order)
	require.Equal(t, http.StatusBadRequest, r.status, "nothing to forget yet")
	liveThrough(k)
	k.user = "90000099"
	k.expect("provision P1", "201")
	k.user = "90000002"
	require.Equal(t, http.StatusBadRequest, k.post("testServerAdmin/reset", object{"userDataWillBeLost": "TRUE"}).status)
	r = k.send(http.MethodPost, "/demo/testServerAdmin/reset/", order)
	require.Equal(t, http.StatusOK, r.status, r.text)
	require.NotEmpty(t, r.body["outcome"])
	b := k.books("")
	require.Len(t, b.Entries, 1, "the other user's books stay")
	require.Equal(t, "90000099", b.Entries[0].User)
	require.Empty(t, b.Unmatched)
	k.expect("provision P3", "201") // its tombstone is gone

	require.Equal(t, http.StatusOK, k.send(http.MethodPost, "/testServerAdmin/reset", order).status)
	require.Equal(t, http.StatusBadRequest, k.send(http.MethodPost, "/testServerAdmin/reset", order).status)
	k.user = "nobody"
	require.Equal(t, http.StatusUnauthorized, k.send(http.MethodPost, "/testServerAdmin/reset", order).status)

	require.NoError(t, k.sim.Close())
	sim, err := New(Config{DataDir: dir})
	require.NoError(t, err)
	require.Len(t, sim.houses["demo"].entries, 1)
	require.NoError(t, sim.Close())
}

func TestBooksCountAndFilter(t *testing.T) {
	t.Parallel()
	k := newKit(t, "demo", Config{})
	liveThrough(k)
	k.expect("provision P1", "400 DUPLICATE_RECORD")
	b := k.books("")
	require.Equal(t, "demo", b.Provider)
	byRef := map[string]stage.Line{}
	for _, e := range b.Entries {
		byRef[e.Ref+string(e.Operation)] = e
	}
	p1 := byRef[uuidOf("P1")+"provision"]
	require.Equal(t, []int{2, 0, 1}, []int{p1.Received, p1.Retries, p1.Advices})
	require.Equal(t, confirmed, p1.Advice)
	require.Equal(t, uuidOf("A1"), p1.AdviceID)
	require.Len(t, p1.CodeHash, 64)
	p2 := byRef[uuidOf("P2")+"provision"]
	require.Equal(t, []int{1, 1, 1}, []int{p2.Received, p2.Retries, p2.Advices})
	require.Zero(t, p2.FinalAmount)
	require.Equal(t, declined, byRef[uuidOf("P4")+"provision"].State)
	require.Equal(t, unprocessed, byRef[uuidOf("P5")+"provision"].State)
	require.Len(t, b.Unmatched, 1)
	require.Equal(t, uuidOf("P3"), b.Unmatched[0].Ref)

	sales := b.Totals["provision"]
	require.Equal(t, stage.Tally{
		Entries: 5, Approved: 3, ApprovedAmount: 15000, Declined: 1, Unprocessed: 1, Confirmed: 1, ConfirmedAmount: 5000,
		Reversed: 1, ReversedAmount: 5000, Open: 1, OpenAmount: 5000, NetAmount: 10000,
	}, sales)
	require.Len(t, k.books("?ref="+uuidOf("P2")).Entries, 1)
	require.Empty(t, k.books("?user=other").Entries)
	require.Empty(t, k.books("?to=2020-01-01T00:00:00Z").Entries)
	require.Len(t, k.books("?from=2020-01-01T00:00:00Z").Entries, len(b.Entries))
	require.Equal(t, http.StatusBadRequest, k.send(http.MethodGet, "/books/demo?from=yesterday", nil).status)
	require.False(t, strings.Contains(k.send(http.MethodGet, "/books/demo", nil).text, k.codes["P1"]))
}
