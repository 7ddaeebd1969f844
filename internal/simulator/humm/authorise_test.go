package humm

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

func TestAuthorisation(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	more := payment("R-1", "6199482913", 12500)
	more["x_finance_amount"] = 10000
	first := k.till.send("ProcessAuthorisation", more)
	require.True(t, verified(first, k.till.key))
	require.Equal(t, "Success", first.Body["x_status"])
	number := first.Body["x_purchase_number"]
	require.Regexp(t, `^H7[0-9]{6}$`, number)
	l := k.Line("R-1")
	require.Equal(t, []any{stage.Approved, number, seller, int64(10000), int64(10000), "036", stage.HashCode("482913")},
		[]any{l.State, l.ProviderRef, l.User, l.Amount, l.FinalAmount, l.Currency, l.CodeHash})

	more["tracking_data"], more["buyer_confirms"] = object{"n": "2"}, true
	again := k.till.send("ProcessAuthorisation", more)
	require.Equal(t, []any{"SPRA01", number, object{"n": "2"}}, []any{code(again), again.Body["x_purchase_number"], again.Body["tracking_data"]})
	require.Equal(t, []int{1, 1}, []int{k.Line("R-1").Received, k.Line("R-1").Retries})

	bare := payment("R-1", "482913", 12500)
	bare["x_finance_amount"] = 10000
	other := k.newTill(stranger, "x")
	for name, got := range map[string]string{
		"other form of the code": code(k.till.send("ProcessAuthorisation", bare)),
		"other amount":           code(k.till.pay("R-1", "6199482913", 12500)),
		"other reference":        code(k.till.pay("R-2", "6199482913", 12500)),
		"other chain":            code(other.pay("R-2", "482913", 12500)),
	} {
		require.Equal(t, "FPRA22", got, name)
	}
	require.Equal(t, "FPRA07", code(k.till.pay("R-1", "482914", 12500)), "reference already authorised")
	require.Equal(t, "FPRA22", code(k.till.pay("R-9", "482914", 12500)), "that used the code up as well")
	require.Equal(t, "FPRA07", code(k.newTill(sibling, "y").pay("R-1", "482915", 12500)), "in the whole chain")
	other.sell("R-1", "482916", 12500)
	k.till.sell("r-1", "482917", 12500)
	require.Equal(t, "SPRA01", code(k.till.pay("R-7", "6199ABCDEF", 12500)), "codes may look otherwise")
	require.Equal(t, "SPRA01", code(k.till.pay("R-8", "ABCDEF", 12500)), "and then the prefix is a part of them")
}

func TestADeclinedCodeStaysUsed(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	r := k.till.pay("R-1", "777004", 10000)
	require.Equal(t, []any{"FPRA04", "Failed", nil}, []any{code(r), r.Body["x_status"], r.Body["x_purchase_number"]})
	require.True(t, verified(r, k.till.key))
	require.Equal(t, "FPRA04", code(k.till.pay("R-1", "777004", 10000)))
	require.Equal(t, "FPRA22", code(k.till.pay("R-2", "777004", 10000)))
	require.Equal(t, "FPSA01", k.till.refund("RF-1", "R-1", 100), "nothing to give back")
	k.till.sell("R-1", "482913", 10000) // a new code may bear the old reference
	require.Equal(t, 2, k.books()["authorisation"].Declined)
	require.Equal(t, "FPRA04", k.Lines("R-1")[0].ErrorType)
}

func TestFiftyIdenticalAuthorisationsCreateOne(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	k.set(`{"script":[{"on":"authorise","fault":"deciding:30"}]}`)
	got := make([]string, 50)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() {
			r := k.till.pay("R-1", "482913", 10000)
			got[i] = fmt.Sprint(code(r), r.Body["x_purchase_number"])
		})
	}
	all.Wait()
	for _, one := range got {
		require.Equal(t, "SPRA01H7000001", one)
	}
	require.Equal(t, 49, k.Line("R-1").Retries)
	require.EqualValues(t, 10000, k.books()["authorisation"].NetAmount)
}

func TestDifferentMessagesRaceForACode(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	codes := make(chan string, 8)
	var all sync.WaitGroup
	for i := range cap(codes) {
		all.Go(func() { codes <- code(k.till.pay(fmt.Sprint("R-", i), "482913", 10000)) })
	}
	all.Wait()
	count := map[string]int{}
	for range cap(codes) {
		count[<-codes]++
	}
	require.Equal(t, map[string]int{"SPRA01": 1, "FPRA22": 7}, count)
}

func TestOpenAuthorisations(t *testing.T) {
	t.Parallel()
	k := newKit(t, "")
	ask := func(approval string, confirms any) string {
		m := payment("R-"+approval, approval, 10000)
		m["buyer_confirms"] = confirms
		r := k.till.send("ProcessAuthorisation", m)
		require.True(t, verified(r, k.till.key))
		if code(r) == "SPND01" {
			require.Equal(t, "Pending", r.Body["x_status"])
			require.Equal(t, "1", fmt.Sprint(r.Body["retry_duration"]))
		}
		return code(r)
	}
	for approval, want := range map[string][]string{
		"777030": {"SPND01", "SPRA01", "SPRA01"},
		"777131": {"SPND01", "SPND01", "SPRA01"},
		"777032": {"SPND01", "FCNL01", "FCNL01"},
		"777033": {"SPND01", "SPND01", "SPND01"},
		"777056": {"EISE01", "SPRA01", "SPRA01"},
		"777057": {"EISE01", "EISE01", "EISE01"},
		"777067": {"EISE01", "SPRA01", "SPRA01"},
	} {
		for n, code := range want {
			require.Equal(t, code, ask(approval, true), "%s ask %d", approval, n)
		}
	}
	require.Equal(t, "SPRA01", ask("777A30", nil), "tills that do not know the flow are not asked to wait")
	require.Equal(t, "SPND01", ask("777B31", true))
	require.Equal(t, "EISE01", ask("777B31", false), "nor told of it")
	require.Equal(t, "SPND01", ask("777C33", true))
	require.Equal(t, "FPRA07", code(k.till.pay("R-777C33", "482913", 10000)), "the reference of an open one is taken")
	require.Equal(t, "FPRA22", code(k.till.pay("R-x", "777C33", 10000)))
	require.Equal(t, "FSER01", k.till.receipt("R-777C33", "INV-1"))
	require.Equal(t, "FPSA01", k.till.refund("RF-1", "R-777C33", 100))
	require.Equal(t, stage.Unprocessed, k.Lines("R-777C33")[0].State)
	require.Equal(t, stage.Declined, k.Line("R-777032").State)
}
