package transactions

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// noon is a Thursday in the sandbox's zone.
func noon() time.Time { return time.Date(2026, 3, 12, 12, 0, 0, 0, time.FixedZone("SAST", 2*60*60)) }

func parse(t *testing.T, query string) (Filter, error) {
	t.Helper()
	q, err := url.ParseQuery(query)
	require.NoError(t, err)
	return ParseFilter(q, noon())
}

func TestRanges(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, noon().Location()) }
	for query, want := range map[string][2]time.Time{
		"":                  {day(12)},
		"range=15m":         {noon().Add(-15 * time.Minute)},
		"range=1h":          {noon().Add(-time.Hour)},
		"range=yesterday":   {day(11), day(12)},
		"range=7d":          {day(6)},
		"range=31d":         {noon().Add(-31 * 24 * time.Hour)},
		"ref=x":             {noon().Add(-90 * 24 * time.Hour)},
		"ref=x&range=today": {day(12)},
		"from=2026-03-01":   {day(1)},
		"from=2026-03-01T00:00&to=2026-03-02T00:00:00": {day(1), day(2)},
		"range=today&from=2026-03-01":                  {day(1)}, // moments of its own win
		"ref=x&from=2025-12-20":                        {time.Date(2025, 12, 20, 0, 0, 0, 0, noon().Location())},
	} {
		f, err := parse(t, query)
		require.NoError(t, err, query)
		assert.True(t, f.From.Equal(want[0]), "%s: from %s", query, f.From)
		assert.True(t, f.To.Equal(want[1]), "%s: to %s", query, f.To)
	}
}

func TestWhatCannotBeAskedFor(t *testing.T) {
	t.Parallel()
	for query, field := range map[string]string{
		"range=custom": "from", "to=2026-03-12": "from", "from=2026-02-01": "from", "from=2026-03-02&to=2026-03-01": "to", "range=90d": "from", "range=ever": "range",
		"from=2025-01-01&ref=x": "from", "from=yesterday": "from", "basis=never": "basis", "status=odd": "status", "operation=steal": "operation", "min=1.005": "min", "min=-1": "min",
		"min=5&max=4": "max", "rows=26": "rows", "rows=x": "rows", "kind=odd&ref=x": "ref", "sealed=abc": "ref", "doubt=yes": "doubt", "advice=all": "advice", "before=1-2": "before",
		"product=%00": "product", "client=" + strings.Repeat("x", 201): "client", "error=a%0Ab": "error", "terminal=%ff": "terminal",
		"receiver=" + strings.Join(strings.Split(strings.Repeat("abcdefghijklmnopqrstuvwxyz0123456789", 1), ""), "&receiver="): "receiver",
	} {
		_, err := parse(t, query)
		assert.Equal(t, apperr.Invalid, apperr.CodeOf(err), query)
		assert.Equal(t, field, apperr.FieldOf(err), query)
	}
}

func TestAddressIsTheShortestThatMeansTheSame(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"": "", "range=today": "", "range=today&basis=&client=&rows=50&dir=&doubt=": "", "client=b&client=a&client=b": "client=b&client=a",
		"ref=+x+&range=90d": "ref=x", "ref=x&range=today": "range=today&ref=x", "min=5&max=5.5": "max=5.50&min=5.00",
		"status=in-doubt&operation=PROVISION": "operation=provision&status=in-doubt", "range=custom&from=2026-03-01T00:00": "from=2026-03-01T00%3A00%3A00", "before=x": "",
	} {
		f, err := parse(t, query)
		if query != "before=x" {
			require.NoError(t, err, query)
		}
		q := f.Query()
		assert.Equal(t, want, q.Encode(), query)
	}
}

func TestSecretReferences(t *testing.T) {
	t.Parallel()
	hash := func(kind, value string) []byte { return []byte(strings.Repeat(string(kind[0]), 31) + string(value[0])) }
	for _, r := range []Reference{{Kind: RefCode, Value: "AB12"}, {Value: "7300 1188-2245"}, {Kind: RefMSISDN, Value: "0821234567"}} {
		f := Filter{Preset: Today, Reference: r}
		f.Reference.Hash(hash)
		assert.True(t, f.Reference.Hidden)
		assert.NotContains(t, f.Query().Encode(), r.Value)
		q := f.Query()
		again, err := ParseFilter(q, noon())
		require.NoError(t, err)
		assert.Equal(t, f.Reference, again.Reference, "the address finds the same")
	}
	for _, r := range []Reference{{Value: "KF-0007-4471"}, {Kind: RefRRN, Value: "607114027731"}, {Value: "5e0c7a14-3f5b-4c8e-9d27-61b0a4f2c983"}, {Value: "12345"}} {
		assert.False(t, r.Secret(), r.Value)
	}
	assert.Equal(t, "27821234567", NormalTerm(TermMSISDN, "+27 (82) 123-4567"))
	assert.Equal(t, "AB12CD", NormalTerm(TermCode, " ab12 cd "))
	assert.Equal(t, "A B", NormalTerm(TermRRN, " a b "))
	r := Reference{Kind: RefCode, Value: "x"}
	r.Hash(nil)
	assert.Empty(t, r.Hashes)
}

func TestEarlyReversalsFitOnlyBareFilters(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]bool{
		"": true, "client=a&operation=provision": true, "ref=x": true, "status=reversal-without-request": true, "status=in-doubt": false, "receiver=a": false, "min=1": false, "max=1": false,
		"error=X": false, "product=x": false, "terminal=x": false, "doubt=1": false, "advice=outstanding": false, "basis=responded": false, "status=reversal-without-request&receiver=a": false,
	} {
		f, err := parse(t, query)
		require.NoError(t, err)
		assert.Equal(t, want, f.EarlyReversals(), query)
	}
	f, _ := parse(t, "status=reversal-without-request")
	assert.True(t, f.OnlyEarlyReversals())
	f, _ = parse(t, "status=reversal-without-request&status=declined")
	assert.False(t, f.OnlyEarlyReversals())
}

func TestNarrowerNamesAFilterThatIsNotSet(t *testing.T) {
	t.Parallel()
	for query, word := range map[string]string{"range=31d": "last hour", "range=1h": "provider", "range=1h&receiver=a": "reference", "ref=x": "which kind"} {
		f, err := parse(t, query)
		require.NoError(t, err)
		assert.Contains(t, f.Narrower(), word, query)
	}
}

// FuzzFilter: whatever an address holds, reading it never panics, and what it was read as is written and read again as the same.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{"", "range=7d&status=in-doubt&min=1.5", "from=2026-03-01T10:00&to=2026-03-02", "kind=rrn&ref=607", "sealed=AAAA.BBBB", "before=1-00", "client=%00&rows=25&dir=asc"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		first, err := ParseFilter(q, noon())
		if err != nil {
			assert.Equal(t, apperr.Invalid, apperr.CodeOf(err))
			assert.NotEmpty(t, apperr.FieldOf(err))
			return
		}
		second, err := ParseFilter(first.Query(), noon())
		require.NoError(t, err, "%q was written as %q", query, first.Query().Encode())
		second.Cursor = first.Cursor
		assert.Equal(t, first, second)
		end := first.To
		if end.IsZero() {
			end = noon()
		}
		assert.LessOrEqual(t, end.Sub(first.From), WidestReference)
	})
}

// FuzzCursor: a place in a list is read as it was written, and nothing else is a place.
func FuzzCursor(f *testing.F) {
	id := uuid.MustParse("a94f1d62-7c0e-4b1f-8a55-2f6e90d3b7c1")
	f.Add(Cursor{At: noon(), ID: id}.String())
	f.Add("-")
	f.Add("ffffffffffffffff-00")
	f.Add("-5-a94f1d627c0e4b1f8a552f6e90d3b7c1")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ReadCursor(text, "")
		if err != nil {
			assert.Equal(t, apperr.Invalid, apperr.CodeOf(err))
			return
		}
		if text == "" {
			assert.True(t, c.IsZero())
			return
		}
		again, err := ReadCursor("", c.String())
		require.NoError(t, err)
		assert.True(t, again.Back)
		assert.Equal(t, c.ID, again.ID)
		assert.True(t, c.At.Equal(again.At))
	})
}

func TestSlugs(t *testing.T) {
	t.Parallel()
	for _, s := range append(Statuses(), EarlyReversal) {
		got, ok := StatusOfSlug(s.Slug())
		assert.True(t, ok)
		assert.Equal(t, s, got)
	}
	_, ok := StatusOfSlug("")
	assert.False(t, ok)
}
