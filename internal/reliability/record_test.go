package reliability

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRecordReplacesItsOwnSection(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "docs"), 0o755))
	page := filepath.Join(root, pageFile)
	require.NoError(t, os.WriteFile(page, []byte("# Words\n"+string(begin)+"old\n"+string(end)+"more words\n"), 0o644))
	require.NoError(t, Record(root, "Simulation", Count("seeds", 1)))
	require.NoError(t, Record(root, "Fuzzing", Text("targets", "a|b"), Count("crashes", 0)))
	require.NoError(t, Record(root, "Simulation", Count("seeds", 1234567)))
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(text), "# Words\n"))
	require.True(t, strings.HasSuffix(string(text), "more words\n"))
	require.NotContains(t, string(text), "old")
	require.Equal(t, 1, strings.Count(string(text), "### Simulation"))
	require.Less(t, strings.Index(string(text), "### Simulation"), strings.Index(string(text), "### Fuzzing"))
	require.Contains(t, string(text), "| seeds | 1,234,567 |\n")
	require.Contains(t, string(text), `| targets | a\|b |`)
}

func TestRecordRefusesAPageWithoutMarks(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "docs"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, pageFile), []byte("# Words\n"), 0o644))
	require.ErrorContains(t, Record(root, "Simulation"), "marks")
}

// TestThePageShowsWhatWasRecorded: nobody typed a figure.
func TestThePageShowsWhatWasRecorded(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	list, err := read(filepath.Join(root, dataFile))
	require.NoError(t, err)
	page, err := os.ReadFile(filepath.Join(root, pageFile))
	require.NoError(t, err)
	fresh, err := withTables(page, list)
	require.NoError(t, err)
	require.Equal(t, string(fresh), string(page))
}
