package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/postgres/postgrestest"
)

// TestFinanceChecksKnowEveryState compares the words of the domain with the CHECK constraints of the tables.
func TestFinanceChecksKnowEveryState(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	cases := map[string][]string{
		"settlement_cycles": {
			string(finance.CycleOpen), string(finance.CycleCalculating), string(finance.CycleAwaitingApproval), string(finance.CycleApproved),
			string(finance.CyclePosted), string(finance.CycleFinalized), string(finance.CycleRejected), string(finance.CycleVoid),
		},
		"recon_items": {
			string(finance.Matched), string(finance.PartiallyMatched), string(finance.Unmatched),
			string(finance.MissingA), string(finance.MissingB), string(finance.Ambiguous), string(finance.StateDiff), string(finance.AmountDiff),
			string(finance.CurrencyDiff), string(finance.KindDiff), string(finance.InDoubt), string(finance.ReasonOutstanding),
			string(finance.ReasonRefused), string(finance.ReasonConsumed), string(finance.SupersededOpen),
			string(finance.NotEligible), string(finance.Pending), string(finance.Ready), string(finance.Held),
			string(finance.HoldUndecided), string(finance.HoldConfirmation), string(finance.Declined), string(finance.Unknown), string(finance.Open),
		},
		"recon_exceptions": {
			string(finance.BadColumnCount), string(finance.BadType), string(finance.BadLength), string(finance.MissingRequired),
			string(finance.UnknownCode), string(finance.OutsidePeriod), string(finance.DuplicateInFile), string(finance.DuplicateInProcess),
			string(finance.BadCurrency),
		},
		"recon_files": {string(finance.FileLoaded), string(finance.FileError), string(finance.FileRolledBack), string(finance.FileFinalized)},
		"recon_runs":  {string(finance.RunOpen), string(finance.RunDone), string(finance.RunFailed), string(finance.RunSuperseded)},
	}
	for table, words := range cases {
		var checks string
		require.NoError(t, db.Pool.QueryRow(t.Context(), `select string_agg(pg_get_constraintdef(oid), ' ') from pg_constraint
			where conrelid = $1::text::regclass and contype = 'c'`, table).Scan(&checks))
		for _, w := range words {
			require.Contains(t, checks, "'"+w+"'", table)
		}
	}
}
