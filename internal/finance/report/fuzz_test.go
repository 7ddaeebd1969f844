package report

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzCSV: whatever stands in a cell, the file is read back as it was meant, and no cell begins like a formula (S5).
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"", "plain", "=1+1", "+27", "-5", "@x", "\ttab", "\rcr", "\x00nul", "a,b", `say "x"`, "two\nlines", "cr\r\nlf", "'=1", "\xff", "\ufeff=1"} {
		f.Add(s, int64(-12))
	}
	f.Fuzz(func(t *testing.T, s string, n int64) {
		var out bytes.Buffer
		count, err := writeCSV(&out, table{header: []string{"text", "number", "end"}, rows: few{{text(s), number(n), text("end")}}.each})
		require.NoError(t, err)
		require.Equal(t, 1, count)
		rows, err := csv.NewReader(&out).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 2)
		got := rows[1][0]
		require.False(t, got != "" && strings.ContainsRune("=+-@\t\r\n\x00", rune(got[0])), "%q", got)
		want := strings.ReplaceAll(s, "\r", "") // line ends are CR LF in the file and LF when read
		require.True(t, slices.Contains([]string{want, "'" + want}, got), "%q was written as %q", s, got)
		require.Equal(t, []string{number(n).text, "end"}, rows[1][1:])
	})
}
