package money

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestString(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		minor    int64
		currency string
		want     string
		decimal  string
	}{
		{120450, "710", "R 1 204.50", "1204.50"},
		{-300, "710", "−R 3.00", "-3.00"},
		{0, "710", "R 0.00", "0.00"},
		{7, "710", "R 0.07", "0.07"},
		{1234567, "392", "¥ 1 234 567", "1234567"},
		{1500, "048", "BHD 1.500", "1.500"},
		{100, "999", "999 1.00", "1.00"},
		{math.MinInt64, "710", "−R 92 233 720 368 547 758.08", "-92233720368547758.08"},
	} {
		a := Amount{c.minor, c.currency}
		if got := strings.ReplaceAll(a.String(), nbsp, " "); got != c.want {
			t.Errorf("%v: got %q, want %q", c.minor, got, c.want)
		}
		if got := a.Decimal(); got != c.decimal {
			t.Errorf("%v: got decimal %q, want %q", c.minor, got, c.decimal)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"1204.50": 120450, "1 204.5": 120450, "0.07": 7, "-3": -300} {
		a, err := Parse(text, "710")
		if err != nil || a.Minor != want {
			t.Errorf("%q: got %v, %v, want %d", text, a, err, want)
		}
	}
	for _, text := range []string{"", ".", "1.234", "R 3", "1e3", "1.-2", "99999999999999999999"} {
		if a, err := Parse(text, "710"); err == nil {
			t.Errorf("%q: got %v, want an error", text, a)
		}
	}
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	if _, err := (Amount{1, "710"}).Add(Amount{1, "840"}); err == nil {
		t.Error("mixed currencies were added")
	}
	if _, err := (Amount{math.MaxInt64, "710"}).Add(Amount{1, "710"}); err == nil {
		t.Error("overflow was not refused")
	}
}

func TestDecimalRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(-1<<53, 1<<53).Draw(t, "minor")
		a, err := Parse(Amount{minor, "710"}.Decimal(), "710")
		if err != nil || a.Minor != minor {
			t.Fatalf("%s: got %v, %v", strconv.FormatInt(minor, 10), a, err)
		}
	})
}
