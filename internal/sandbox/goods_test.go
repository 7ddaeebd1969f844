package sandbox

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/simulator"
	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// A basket reference does not reach a provider with an API of its own: what the others are asked for there, it is asked for by
// the price.
func TestFaultsThatArriveByPrice(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	for _, of := range []story{lostAnswer, refusedRetry, exhausted, decline} {
		for _, id := range []string{"flash", "ott", "yoyo", "blu", "betway"} {
			for seq := range 40 {
				p := draw(1, seq, of, id)
				fault, always := stage.ByAmount(p.Offer.Amount)
				if !speaksItsOwn(id) {
					require.NotEmpty(t, p.Fault)
					require.Empty(t, fault.Name, "no price of an ordinary sale asks for anything")
					continue
				}
				require.Empty(t, p.Fault)
				require.NotEmpty(t, p.Offer.ProductID)
				require.NotEmpty(t, p.Offer.Receiver.ID)
				asked[string(of)+" "+fault.Name] = always
				requireSells(t, p.Offer)
			}
		}
	}
	require.Equal(t, map[string]bool{
		"lost-answer lost-answer": false, "refused-retry lost-answer": false, "exhausted lost-answer": true, "exhausted error-500": true, "decline decline": false,
	}, asked)
}

// requireSells asserts that the provider sells the product at that price.
func requireSells(t *testing.T, o offer) {
	t.Helper()
	for _, p := range simulator.Providers() {
		for _, sold := range p.Products {
			if p.ID == o.ProviderID && sold.ID == o.ProductID {
				require.True(t, sold.Price == o.Amount || sold.Min <= o.Amount && o.Amount <= sold.Max, "%+v", o)
				return
			}
		}
	}
	t.Fatalf("nobody sells %+v", o)
}

// Ordinary sales are at prices that ask for nothing.
func TestOrdinaryPricesAskForNothing(t *testing.T) {
	t.Parallel()
	for seq := range 3000 {
		p := draw(4, seq, sale, "")
		fault, _ := stage.ByAmount(p.Offer.Amount)
		require.Empty(t, fault.Name, "%+v", p.Offer)
		require.False(t, strings.HasPrefix(p.Fault, "sim"))
	}
}
