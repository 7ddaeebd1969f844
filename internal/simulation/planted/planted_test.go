package planted

import (
	"flag"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/reliability"
)

var (
	run  = flag.Bool("planted", false, "plant the bugs and run the tests that must catch them")
	only = flag.String("bug", "", "plant only the bug with this name")
)

// Every bug still fits the code it is planted in.
func TestEveryBugFits(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	bugs := Bugs()
	require.Len(t, bugs, 19)
	for _, b := range append(bugs, Found()...) {
		_, err := b.Plant(root, t.TempDir())
		require.NoError(t, err)
		require.NotEmpty(t, b.Tests, b.Name)
	}
}

// TestBugsAreCaught is `make planted`.
func TestBugsAreCaught(t *testing.T) {
	if !*run {
		t.Skip("make planted runs it: it takes minutes")
	}
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	caught, planted := plantAll(t, root, Bugs())
	again, found := plantAll(t, root, Found())
	t.Logf("planted bugs caught: %d of %d; faults once found and found again: %d of %d", caught, planted, again, found)
	if *only == "" {
		require.NoError(t, reliability.Record(
			root, "Planted bugs", reliability.Text("planted bugs caught", fmt.Sprintf("%d of %d", caught, planted)),
			reliability.Text("faults found once and found again when put back", fmt.Sprintf("%d of %d", again, found)),
		))
	}
}

// plantAll plants one bug after the other and counts those that were caught.
func plantAll(t *testing.T, root string, bugs []Bug) (caught, planted int) {
	for _, b := range bugs {
		if *only != "" && *only != b.Name {
			continue
		}
		planted++
		by, err := b.Caught(t.Context(), root, t.TempDir())
		switch {
		case err != nil:
			t.Error(err)
		case by == "":
			t.Errorf("NOT CAUGHT  %s", b.Name)
		default:
			caught++
			t.Logf("caught  %s: by %s", b.Name, by)
		}
	}
	return caught, planted
}
