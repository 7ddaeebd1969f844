package simulation

import (
	"math/rand/v2"
	"time"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Visit is what a customer does with a gift card, one thing after the other. A few cards are used by everybody, so that
// visits get into each other's way.
type Visit struct {
	Card  int
	Steps []Step
}

// cardsInUse is how many cards visits begin with; the cards that replace them come after these.
const cardsInUse = 3

// other is the second card of a step about two: the next one in use gets what is transferred, a new one replaces the old.
func (s Step) other(card int) int {
	switch s.Operation {
	case transactions.Transfer:
		return card%cardsInUse + 1
	case transactions.Replace:
		return card + cardsInUse
	}
	return 0
}

// Step is one request about the card, and what the till says after its approval.
type Step struct {
	Operation transactions.Operation
	Amount    int64
	Word      transactions.Decision
	WrongPIN  bool
}

// drawCards gives every second seed an issuer of gift cards and visits to it. They are drawn apart from the rest, so that
// a seed's vouchers do not depend on them.
func (p *Plan) drawCards(clients []switchcore.Client) {
	r := rand.New(rand.NewPCG(p.Seed, 0xca4d5))
	if r.IntN(2) == 0 {
		return
	}
	issuer := drawProvider(r, "cards")
	issuer.Connector, issuer.Receiver.ID = "giftcardclient", "9cards"
	issuer.Profile = switchcore.Profile{
		Cards: true, RecordsEarlyReversals: issuer.Profile.RecordsEarlyReversals, Status503Failed: issuer.Profile.Status503Failed, FIFO: issuer.Profile.FIFO,
		Timeout: issuer.Profile.Timeout, MaxInFlight: issuer.Profile.MaxInFlight, SAFParallel: issuer.Profile.SAFParallel,
	}
	p.Providers = append(p.Providers, issuer)
	no := len(p.Sales)
	for i := range 2 + r.IntN(5) {
		s := Sale{
			No: no + i + 1, At: time.Duration(r.Int64N(int64(p.Trouble) * 3 / 4)), Client: clients[min(r.IntN(4), 3)/3], Provider: issuer.ID,
			Odd: map[Fault]bool{}, Visit: drawVisit(r),
		}
		for _, f := range []Fault{SameID, Contradiction, EarlyReversal} {
			s.Odd[f] = r.Float64() < p.Faults[f]
		}
		if s.Odd[SameID] {
			s.Copies = 1 + r.IntN(4)
		}
		p.Sales = append(p.Sales, s)
	}
}

// drawVisit draws an activation in most cases, and a few other things afterwards.
func drawVisit(r *rand.Rand) *Visit {
	words := []transactions.Decision{transactions.Confirm, transactions.Confirm, transactions.Confirm, transactions.Confirm, transactions.Reverse, transactions.Undecided}
	later := []transactions.Operation{
		transactions.Load, transactions.Load, transactions.Redemption, transactions.Redemption, transactions.Redemption, transactions.Lookup, transactions.Void,
		transactions.Transfer, transactions.Transfer, transactions.Transfer, transactions.Transfer, transactions.Replace,
	}
	v := &Visit{Card: 1 + r.IntN(cardsInUse)}
	add := func(op transactions.Operation, most int64) {
		s := Step{Operation: op, Word: words[r.IntN(len(words))], WrongPIN: op == transactions.Redemption && r.IntN(10) == 0}
		if most > 0 {
			s.Amount = 100 + r.Int64N(most)
		}
		v.Steps = append(v.Steps, s)
	}
	if r.IntN(5) > 0 {
		add(transactions.Activation, 50_000)
		v.Steps[0].Word = words[r.IntN(len(words)-1)] // mostly confirmed: nothing can be done with a card before
	}
	for range 1 + r.IntN(4) {
		op := later[r.IntN(len(later))]
		most := map[transactions.Operation]int64{transactions.Load: 50_000, transactions.Redemption: 5_000, transactions.Transfer: 10_000}[op]
		add(op, most)
	}
	return v
}
