package dataset

import (
	"io"
	"testing"
	"time"
)

// TestRowsAreWhatTheSchemaTakes holds the checks of the transactions' table and the order of the numbers against many rows.
func TestRowsAreWhatTheSchemaTakes(t *testing.T) {
	t.Parallel()
	l := Life{Rows: 50_000, End: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
	ends := map[string]int{}
	before := l.End.AddDate(0, 0, -Days-1)
	for n := range l.Rows {
		row := l.Row(n)
		if row.ReceivedAt.Before(before) || row.ReceivedAt.After(l.End) {
			t.Fatalf("row %d was received at %s, after %s", n, row.ReceivedAt, before)
		}
		before = row.ReceivedAt
		if row.Decision == "CONFIRM" && row.Outcome != "SUCCESS" || row.Final != "" && row.ClosedAt.IsZero() || (row.Decision == "") != (row.DecisionOrigin == "") {
			t.Fatalf("row %d breaks a check: %+v", n, row.Transaction)
		}
		ends[string(row.Final)]++
	}
	for _, end := range []string{"CONFIRMED", "COMPLETED", "DECLINED", "REVERSED"} {
		if ends[end] < l.Rows/500 {
			t.Errorf("%d rows of %d are %s", ends[end], l.Rows, end)
		}
	}
}

// TestANumberIsAlwaysTheSameRow holds what lets the bench know a row without asking.
func TestANumberIsAlwaysTheSameRow(t *testing.T) {
	t.Parallel()
	l := Life{Rows: 1000, End: time.Now().UTC()}
	for n := range l.Rows {
		if a, b := l.Row(n), l.Row(n); a.ID != b.ID || a.RRN != b.RRN || len(a.References) != len(b.References) {
			t.Fatalf("row %d differs from itself", n)
		}
		if at := l.From(l.At(n)); at > n {
			t.Fatalf("row %d is looked for from %d", n, at)
		}
	}
}

// TestStreamIsOneBinaryCopy reads the stream in small bites: signature, every row, trailer.
func TestStreamIsOneBinaryCopy(t *testing.T) {
	t.Parallel()
	left := 5
	s := newStream(func(to *record) bool {
		if left == 0 {
			return false
		}
		left--
		to.begin(1)
		to.word("abc")
		return true
	})
	got, err := io.ReadAll(io.LimitReader(struct{ io.Reader }{s}, 1<<20))
	if want := len(signature) + 5*(2+4+3) + 2; err != nil || len(got) != want {
		t.Fatalf("%d bytes, %v; want %d", len(got), err, want)
	}
}
