// Package statesdoc writes docs/states.md from the lifecycle tables, so that the page can never tell another story than
// the code.
package statesdoc

import (
	"strings"

	"github.com/signalboxhq/signalbox/internal/saf"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/internal/vouchers"
)

// Render gives the whole page.
func Render() string {
	var b strings.Builder
	b.WriteString("# Lifecycles\n\nGenerated from the tables in internal/transactions/state.go, internal/vouchers/voucher.go and\n" +
		"internal/saf/state.go by `make generate`. A pair that is not listed is refused, by the code and by a database trigger.\n")
	section(&b, "Transaction", "Outcome, decision and final read as one word. A waiting stage survives a restart: InFlight ends by the lapse of its\n"+
		"lease (AttemptUnknown), InDoubt by the age limit (ReverseAccepted by the switch), stages with a decision by their SAF entry,\n"+
		"Approved by its client or its cut-off.", transactions.Transitions())
	section(&b, "Voucher", "A code in state NONE cannot be redeemed; it is also the state of a code that nobody issued through us.", three(vouchers.Transitions()))
	section(&b, "SAF entry", "No state means dropped. A lapsed lease makes a leased entry claimable again.", three(saf.Transitions()))
	return b.String()
}

func section(b *strings.Builder, title, words string, rows [][4]string) {
	b.WriteString("\n## " + title + "\n\n" + words + "\n\n```mermaid\nstateDiagram-v2\n")
	for _, r := range rows {
		b.WriteString("    " + r[0] + " --> " + r[2] + " : " + r[1] + "\n")
	}
	b.WriteString("```\n\n| from | event | to | in the same commit |\n|---|---|---|---|\n")
	for _, r := range rows {
		b.WriteString("| " + r[0] + " | " + r[1] + " | " + r[2] + " | " + r[3] + " |\n")
	}
}

func three(rows [][3]string) [][4]string {
	out := make([][4]string, len(rows))
	for i, r := range rows {
		out[i] = [4]string{r[0], r[1], r[2], ""}
	}
	return out
}
