package stage

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func openLedger(t *testing.T, dir string) *Ledger {
	t.Helper()
	v, err := OpenVault(filepath.Join(dir, "key"))
	require.NoError(t, err)
	l := NewLedger(slog.New(slog.DiscardHandler), func() time.Time { return time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC) })
	require.NoError(t, l.Open(filepath.Join(dir, "books"), v))
	return l
}

func linesOf(l *Ledger, w Window) (list []Line) {
	l.Lines(w, func(part []Line) { list = append(list, part...) })
	return list
}

func TestLedgerOutlivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := openLedger(t, dir)
	require.True(t, l.SignIn("till", "hunter2hunter2"))
	require.False(t, l.SignIn("till", "other"))
	require.False(t, l.SignIn("", "x"))
	l.Lock()
	for _, ref := range []string{"A", "B", "a"} {
		e := l.Add("provision", ref, "till")
		e.State, e.Amount, e.FinalAmount, e.Code = Approved, 500, 500, "1234123412341234"
		l.Keep(e)
		l.Commit()
	}
	l.Decide(l.Find("B", "refund", "provision"), Reversed, "R1", 0)
	l.Stray("provision", "reverse", "C", "till", "R2", "2249")
	l.Stray("provision", "reverse", "C", "till", "R2", "2249")
	l.Commit()
	l.Unlock()
	l.Plant([]Break{{Date: "2031-05-06", Kind: plantMissing}, {Date: "2031-05-07", Kind: plantExtra}})
	l.Unplant("2031-05-06")
	before := linesOf(l, Window{})
	require.NoError(t, l.Close())
	raw, err := os.ReadFile(filepath.Join(dir, "books"))
	require.NoError(t, err)
	for _, secret := range []string{"1234123412341234", "hunter2", "provision"} {
		require.NotContains(t, string(raw), secret)
	}

	l = openLedger(t, dir)
	require.Equal(t, before, linesOf(l, Window{}))
	require.Len(t, before, 3)
	require.Equal(t, HashCode("1234123412341234"), before[0].CodeHash)
	require.False(t, l.SignIn("till", "other"))
	require.Len(t, l.Uses("provision", "a"), 2)
	require.EqualValues(t, 3, l.Find("A", "provision").Seq)
	require.Same(t, l.Entries()[1], l.Find("B", "provision"))
	require.Equal(t, 2, l.Strays(Window{Ref: "C"})[0].Received)
	require.Empty(t, l.Strays(Window{User: "other"}))
	require.Len(t, l.Planted(), 1)
	require.Empty(t, linesOf(l, Window{From: before[0].At.Add(time.Second)}))
	require.Empty(t, linesOf(l, Window{To: before[0].At}))
	l.Lock()
	l.Clear()
	l.Unlock()
	require.NoError(t, l.Close())

	l = openLedger(t, dir)
	require.Empty(t, linesOf(l, Window{}))
	require.True(t, l.SignIn("till", "other"))
	require.NoError(t, l.Close())
}

func TestStoreNamesADamagedLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := openLedger(t, dir)
	require.True(t, l.SignIn("till", "x"))
	require.NoError(t, l.Close())
	require.NoError(t, os.Remove(filepath.Join(dir, "key")))
	v, err := OpenVault(filepath.Join(dir, "key"))
	require.NoError(t, err)
	again := NewLedger(slog.New(slog.DiscardHandler), time.Now)
	require.ErrorContains(t, again.Open(filepath.Join(dir, "books"), v), "line 1")
}

func TestTriggers(t *testing.T) {
	t.Parallel()
	seen := map[int]bool{}
	for _, tr := range Triggers() {
		want, err := NativeFaults().Parse(tr.Fault)
		require.NoError(t, err, tr.Fault)
		require.False(t, seen[tr.Digits])
		seen[tr.Digits] = true
		f, always := ByAmount(int64(17700 + tr.Digits))
		require.Equal(t, want, f)
		require.False(t, always)
		f, always = ByAmount(int64(7750 + tr.Digits))
		require.Equal(t, want, f)
		require.True(t, always)
	}
	for _, quiet := range []int64{7700, 5002, 7802, 0, 7749, -7702} {
		f, _ := ByAmount(quiet)
		require.Empty(t, f.Name, quiet)
	}
	f, _ := ByPIN("777700000002")
	require.Equal(t, "lost-answer", f.Name)
	f, _ = ByPIN("123400000002")
	require.Empty(t, f.Name)
	require.False(t, TestPIN("777702"))
}
