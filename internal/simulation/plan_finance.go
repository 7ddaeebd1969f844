package simulation

import (
	"math/rand/v2"
	"time"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Purchase is what a customer pays with consumer finance, and what is given back of it later.
type Purchase struct {
	Repeats int  // of the identical message, before a till that knows nothing leaves it to the switch
	Invited bool // the customer is sent a link first
	Receipt bool // the sale gets a second reference
	Returns []Return
}

// Return is a part of a purchase that is given back.
type Return struct {
	Amount  int64
	By      int  // which of its names the sale is called by
	Undone  bool // the cashier takes it back again
	Repeats int
	Another bool // repeats come from another cashier, so that their signature is another (humm.md 6.3)
}

// drawFinance gives every second seed a consumer finance rail and purchases over it, drawn apart from the rest as gift cards are.
func (p *Plan) drawFinance(clients []switchcore.Client) {
	r := rand.New(rand.NewPCG(p.Seed, 0xf14a9ce))
	if r.IntN(2) == 0 {
		return
	}
	rail := drawProvider(r, "rail")
	rail.Connector, rail.Receiver.ID = "humm", "" // tills name no receiver
	rail.Profile = switchcore.Profile{
		Finance: true, RecordsEarlyReversals: rail.Profile.RecordsEarlyReversals, FIFO: rail.Profile.FIFO,
		Timeout: rail.Profile.Timeout, MaxInFlight: rail.Profile.MaxInFlight, SAFParallel: rail.Profile.SAFParallel,
	}
	if r.IntN(2) == 0 { // as slow as a rail may be: no time is left to ask again, and answers come when nobody waits
		rail.Profile.Timeout = switchcore.Duration(45 * time.Second)
	}
	p.Providers = append(p.Providers, rail)
	no := len(p.Sales)
	for i := range 1 + r.IntN(4) {
		s := Sale{
			No: no + i + 1, At: time.Duration(r.Int64N(int64(p.Trouble) * 3 / 4)), Client: clients[r.IntN(2)], Provider: rail.ID, Amount: 1000 + r.Int64N(100_000),
			Odd: map[Fault]bool{}, Purchase: drawPurchase(r),
		}
		for _, f := range []Fault{SameID, Contradiction, EarlyReversal, ChangedAmount} {
			s.Odd[f] = r.Float64() < p.Faults[f]
		}
		if s.Odd[SameID] {
			s.Copies = 1 + r.IntN(4)
		}
		p.Sales = append(p.Sales, s)
	}
	if p.Faults[ProviderDown] > 0 {
		p.drawOutage(r, ProviderDown, rail.ID, p.Trouble)
	}
}

func drawPurchase(r *rand.Rand) *Purchase {
	b := &Purchase{Repeats: max(0, r.IntN(6)-1), Invited: r.IntN(3) == 0, Receipt: r.IntN(2) == 0}
	for range r.IntN(4) {
		b.Returns = append(b.Returns, Return{
			Amount: 1 + r.Int64N(60_000), By: r.IntN(3), Undone: r.IntN(3) == 0, Repeats: r.IntN(4), Another: r.IntN(2) == 0,
		})
	}
	return b
}
