package flash

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// TestCodeTable reads every published code, and one that is not, in every place where it can be met: as the answer to a
// purchase, to its repeat, and to a reversal.
func TestCodeTable(t *testing.T) {
	t.Parallel()
	c := newConnector(t, "https://flash.example", options())
	buy := sent(t, c, asking(transactions.Provision, request(zar(5000)), nil))
	repeat := with(buy, func(c *switchcore.Call) { c.Kind, c.Step = transactions.AttemptRetry, stepRepeat })
	undo := sent(t, c, reversing(transactions.Provision, nil))
	said := func(call switchcore.Call, code int) string {
		r := c.Read(call, answered(400, fmt.Sprintf(`{"responseCode":%d}`, code)))
		words := []string{connectortest.ClassName(r.Class)}
		if r.ErrorType != "" {
			words = append(words, r.ErrorType)
		}
		if r.NotFound {
			words = append(words, "not-found")
		}
		if r.Alarm {
			words = append(words, "alarm")
		}
		if r.Follow != nil {
			words = append(words, "again")
		}
		return strings.Join(words, " ")
	}
	var b strings.Builder
	b.WriteString("code | purchase | its repeat | reversal\n")
	codes := slices.Sorted(maps.Keys(meanings()))
	for _, code := range append(codes, 9999) {
		fmt.Fprintf(&b, "%d | %s | %s | %s\n", code, said(buy, code), said(repeat, code), said(undo, code))
	}
	connectortest.Golden(t, *update, "codes", b.String())
}

// TestNoCodeTwice keeps the rows apart: a code in two of them would be read by whichever comes last.
func TestNoCodeTwice(t *testing.T) {
	t.Parallel()
	seen := map[int]string{}
	for _, row := range codeTable() {
		require.NotEmpty(t, row.why)
		for _, code := range unfold(row.codes) {
			require.GreaterOrEqual(t, code, 1000, row.why)
			require.Empty(t, seen[code], "%d is also: %s", code, row.why)
			seen[code] = row.why
		}
	}
	require.Len(t, seen, 240, "the published list")
	undone := map[int]bool{}
	for _, codes := range reversalTable() {
		for _, code := range unfold(codes) {
			require.False(t, undone[code], code)
			require.NotEmpty(t, seen[code], code)
			undone[code] = true
		}
	}
}
