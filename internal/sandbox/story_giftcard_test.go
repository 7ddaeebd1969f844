package sandbox

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

// cardPlan draws a gift card plan of the retailer and gives it its act.
func cardPlan(t *testing.T, seq, at int, a act) plan {
	t.Helper()
	for ; ; seq++ {
		if p := draw(1, seq, giftCard, ""); p.Client.ID == retailerID {
			return withCard(p, at, a)
		}
	}
}

// cardLines are the lines of a story without the parts that all have in common.
func cardLines(f *front) []string {
	lines := f.story()
	for i := range lines {
		lines[i] = strings.NewReplacer("POST "+cardBase+"/", "", "/-", "").Replace(lines[i])
	}
	return lines
}

func TestGiftCardStories(t *testing.T) {
	t.Parallel()
	sold := []string{"activations Created", "activations/confirmations Accepted"}
	for a, want := range map[act][]string{
		spend:    {"redemptions Created", "redemptions/confirmations Accepted"},
		load:     {"loads Created", "loads/confirmations Accepted"},
		unload:   {"loads Created", "loads/reversals Accepted"},
		balance:  {"lookupGiftcard Created"},
		suspend:  {"voids Created", "voids/reversals Accepted"},
		void:     {"voids Created", "voids/confirmations Accepted"},
		replace:  {"replaces Created", "replaces/confirmations Accepted"},
		transfer: {"activations Created", "activations/confirmations Accepted", "transfers Created", "transfers/confirmations Accepted"},
		wrongPIN: {"redemptions Bad Request", "redemptions Created", "redemptions/confirmations Accepted"},
	} {
		t.Run(string(a), func(t *testing.T) {
			t.Parallel()
			f := newFront(t)
			w := f.world(t)
			w.play(t.Context(), cardPlan(t, 0, 3, a))
			require.Equal(t, append(sold, want...), cardLines(f))
			require.Equal(t, a == void || a == replace, w.cards.know(retailerID, goodCards()[3]) == voided)
			// The next customer with a card of that place needs no new one, and never gets the voided one.
			f.seen = nil
			w.play(t.Context(), cardPlan(t, 50, 3, balance))
			require.Equal(t, a == void, len(cardLines(f)) == 3, "%v", cardLines(f))
			require.NotContains(t, cardLines(f), "lookupGiftcard Bad Request")
		})
	}
}

func TestGiftCardsThatAreNotSold(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	w := f.world(t)
	for range 3 { // for ever
		w.play(t.Context(), cardPlan(t, 0, 44, walkAway))
	}
	w.play(t.Context(), cardPlan(t, 0, 0, outdated))
	undone := []string{"activations Created", "activations/reversals Accepted"}
	require.Equal(t, append(append(append(undone, undone...), undone...), "activations Bad Request"), cardLines(f))
}

// A lost answer ends with a reversal; the card can be sold to the next customer.
func TestGiftCardWithoutOutcome(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	w := f.world(t)
	lost := cardPlan(t, 0, 7, load)
	lost.Fault = "lost-answer"
	w.play(t.Context(), lost)
	w.play(t.Context(), cardPlan(t, 9, 7, balance))
	require.Equal(t, []string{
		"activations Gateway Timeout", "activations/reversals Accepted",
		"activations Created", "activations/confirmations Accepted", "lookupGiftcard Created",
	}, cardLines(f))
}

// The tills of another day know nothing yet: they learn from what the issuer says.
func TestGiftCardsOfAnotherDay(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	before := f.world(t)
	before.play(t.Context(), cardPlan(t, 0, 5, load))
	before.play(t.Context(), cardPlan(t, 20, 6, void))
	f.seen = nil
	w := f.world(t)
	w.play(t.Context(), cardPlan(t, 40, 5, balance))
	w.play(t.Context(), cardPlan(t, 60, 6, balance))
	require.Equal(t, []string{"activations Bad Request", "lookupGiftcard Created", "activations Bad Request"}, cardLines(f))
	require.Equal(t, voided, w.cards.know(retailerID, goodCards()[6]))
}

// However long the traffic goes on, there are cards to sell and cards to spend.
func TestGiftCardsNeverRunOut(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	w := f.world(t)
	done := map[string]int{}
	for seq := range 600 {
		p := draw(2, seq, giftCard, "")
		require.Equal(t, transactions.Dual, p.Client.Mode)
		if p.Fault == "lost-answer" {
			continue // of these the front waits for each
		}
		w.play(t.Context(), p)
		if seq < 400 {
			f.seen = nil
		}
	}
	for _, s := range f.seen {
		require.NotEqual(t, http.StatusNotFound, s.Status, "%s %s", s.Path, s.Body)
	}
	for _, line := range cardLines(f) {
		done[line]++
	}
	for _, line := range []string{"activations/reversals Accepted", "redemptions/confirmations Accepted", "loads/confirmations Accepted", "voids/reversals Accepted"} {
		require.Greater(t, done[line], 5, "%s: %v", line, done)
	}
	require.Less(t, done["redemptions Bad Request"], done["redemptions Created"], "most customers can pay: %v", done)
}
