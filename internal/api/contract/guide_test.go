package contract

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// The guide for integrators holds the tables of refusals word for word.
func TestGuideHoldsTheTables(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../../docs/integrating.md")
	require.NoError(t, err)
	for _, s := range services() {
		require.Contains(t, string(guide), s.Errors.Markdown(), "docs/integrating.md: write the table of %s anew", s.Title)
	}
}
