package components

import (
	"strings"
	"testing"
	"time"
)

// plain replaces no-break spaces so that expectations can be read.
func plain(s string) string { return strings.ReplaceAll(s, nbsp, " ") }

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 0: "0 s", 300 * time.Microsecond: "<1 ms", 212 * time.Millisecond: "212 ms", 9 * time.Second: "9 s", 86 * time.Second: "1 min 26 s", 2 * time.Minute: "2 min",
		26*time.Hour + 11*time.Minute: "26 h 11 min", 75*time.Hour + 40*time.Minute: "3 d 3 h", 72 * time.Hour: "3 d",
	} {
		if got := plain(Duration(d)); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1 000", 41862: "41 862", 1234567: "1 234 567", -1500: "−1 500"} {
		if got := plain(Number(n)); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
	if got := plain(Percent(986)); got != "98.6 %" {
		t.Errorf("got %q", got)
	}
	if got := plain(Plural(1, "entry", "entries")) + ", " + plain(Plural(1200, "entry", "entries")); got != "1 entry, 1 200 entries" {
		t.Errorf("got %q", got)
	}
}

func TestTimesAreShownInTheViewersZone(t *testing.T) {
	t.Parallel()
	v := Viewer{Zone: time.FixedZone("SAST", 7200), Now: time.Date(2026, 3, 12, 12, 4, 31, 0, time.UTC)}
	for at, want := range map[time.Time]string{
		time.Date(2026, 3, 12, 12, 2, 11, 0, time.UTC):   "14:02:11",
		time.Date(2026, 3, 11, 22, 30, 0, 0, time.UTC):   "00:30:00",
		time.Date(2026, 3, 11, 21, 30, 0, 0, time.UTC):   "11 Mar 23:30:00",
		time.Date(2025, 12, 31, 21, 59, 59, 0, time.UTC): "31 Dec 2025 23:59:59",
	} {
		if got := v.Clock(at); got != want {
			t.Errorf("%v: got %q, want %q", at, got, want)
		}
	}
	if got := v.ZoneOffset(); got != "SAST (UTC+02:00)" {
		t.Errorf("got %q", got)
	}
	if got := UTC(v.Now); got != "2026-03-12 12:04:31.000 UTC" {
		t.Errorf("got %q", got)
	}
	if got := (Viewer{Now: v.Now}).Clock(v.Now); got != "12:04:31" {
		t.Errorf("without a zone: got %q", got)
	}
}

func TestEveryStatusHasItsSymbolAndOneMeaning(t *testing.T) {
	t.Parallel()
	drawn, seen := map[string]bool{}, map[string]bool{}
	for _, s := range symbols() {
		if drawn[s.name] {
			t.Errorf("symbol %s is drawn twice", s.name)
		}
		drawn[s.name] = true
	}
	for _, s := range Vocabulary() {
		if !drawn[s.Icon] {
			t.Errorf("%s: there is no symbol %s", s.Word, s.Icon)
		}
		if seen[s.Word] {
			t.Errorf("%s stands twice in the vocabulary", s.Word)
		}
		seen[s.Word] = true
	}
	if got := StatusOf("Brand new"); got.Word != "Brand new" || got.Tone != Still || !drawn[got.Icon] {
		t.Errorf("an unknown word is lost: %+v", got)
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	s := Say("", "12 breaks", " are open")
	if len(s) != 2 || !s[0].Strong || s[1].Strong || s.String() != "12 breaks are open" {
		t.Errorf("got %+v", s)
	}
}
