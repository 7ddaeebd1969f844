package simulation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Fault is a row of the fault matrix (guarantees B5) as far as it can happen between the core and its surroundings.
type Fault string

// The faults. Files, connections and signals belong to the tests of the real program.
const (
	Killed        Fault = "F01" // a node dies between two steps and comes back empty
	Paused        Fault = "F02" // a node stops past its leases and goes on
	RequestLost   Fault = "F03"
	AnswerLost    Fault = "F04"
	AnswerLate    Fault = "F05"
	AnswerStale   Fault = "F06" // the answer to another message
	ServerError   Fault = "F07"
	Declined      Fault = "F08"
	Malformed     Fault = "F09"
	DialRefused   Fault = "F12"
	ClientGone    Fault = "F14"
	SameID        Fault = "F15"
	Contradiction Fault = "F16" // retry, reversal and confirmation of one sale at once
	EarlyReversal Fault = "F17"
	ChangedAmount Fault = "F18"
	ProviderDown  Fault = "F19"
	AdviceRefused Fault = "F20" // definitely refused, or poison for our own code
	UnknownCommit Fault = "F21"
	DatabaseDown  Fault = "F22"
	LockFailure   Fault = "F24" // the local step runs again
	NodeCutOff    Fault = "F25" // one node has no database
	ClockApart    Fault = "F26" // the program's clock is not the database's
)

// Faults lists every fault with the highest share of the occasions that a seed may give it.
func Faults() map[Fault]float64 {
	return map[Fault]float64{
		Killed: 0.03, Paused: 0.04, RequestLost: 0.3, AnswerLost: 0.3, AnswerLate: 0.3, AnswerStale: 0.15, ServerError: 0.4, Declined: 0.3, Malformed: 0.2,
		DialRefused: 0.3, ClientGone: 0.3, SameID: 0.4, Contradiction: 0.5, EarlyReversal: 0.3, ChangedAmount: 0.3, ProviderDown: 1, AdviceRefused: 0.2,
		UnknownCommit: 0.1, DatabaseDown: 1, LockFailure: 0.2, NodeCutOff: 1, ClockApart: 1,
	}
}

// Plan is everything that a seed decides before the first step. What happens on the way is drawn from seed, place and
// moment, so that taking a sale or a fault away leaves the rest much as it was: failing seeds can be made smaller.
type Plan struct {
	Seed      uint64
	Store     string // that plays along with the record in memory; empty: none
	Faults    map[Fault]float64
	Nodes     int
	Providers []switchcore.Provider
	Sales     []Sale
	// Trouble is how long faults happen; then everything heals.
	Trouble time.Duration
	// Skew is what the database's clock is ahead of the program's.
	Skew    time.Duration
	Step    ClockStep
	Outages []Outage
}

// Outage is a time in which something cannot be reached.
type Outage struct {
	Fault    Fault
	Who      string // provider or node; empty: the database
	From, To time.Duration
}

// Sale is what one customer wants, and how its till behaves.
type Sale struct {
	No       int
	At       time.Duration
	Client   switchcore.Client
	Provider string
	Amount   int64
	// Word is what the till says after an approval; Undecided: nothing ever.
	Word    transactions.Decision
	Retries int // before a till that knows nothing reverses
	Redeem  transactions.Decision
	Refund  transactions.Decision
	Spends  bool // redeems what it bought
	Change  bool // the bank gives what is left as a new voucher
	Hasty   bool // takes its redemption back while that still runs (F16)
	Returns bool // and has it refunded
	Again   bool // uses an id a second time where that is allowed: after a decline, and for a voucher that was refunded
	Copies  int  // the same request at once
	Odd     map[Fault]bool
	// Visit is what is done with a gift card instead, Purchase what is paid with consumer finance; both nil: a voucher is bought.
	Visit    *Visit
	Purchase *Purchase
}

// NewPlan draws the plan of a seed.
func NewPlan(seed uint64) Plan {
	r := rand.New(rand.NewPCG(seed, 0x5157c4))
	p := Plan{Seed: seed, Faults: map[Fault]float64{}, Nodes: 1 + r.IntN(3), Trouble: time.Duration(60+r.IntN(240)) * time.Second}
	all := Faults()
	names := make([]Fault, 0, len(all))
	for f := range all {
		names = append(names, f)
	}
	slices.Sort(names)
	share := []float64{0, 0.15, 0.3, 0.5, 0.8}[r.IntN(5)] // of all faults: some seeds are quiet, some have nearly everything
	for _, f := range names {
		if r.Float64() < share {
			p.Faults[f] = all[f] * (0.1 + 0.9*r.Float64())
		}
	}
	for i := range 1 + r.IntN(2) {
		p.Providers = append(p.Providers, drawProvider(r, fmt.Sprintf("bank%d", i+1)))
	}
	clients := drawClients(r)
	for i := range 2 + r.IntN(12) {
		p.Sales = append(p.Sales, p.drawSale(r, i+1, clients))
	}
	p.drawOutages(r)
	p.drawChange()
	p.drawCards(clients)
	p.drawFinance(clients)
	if p.Faults[ClockApart] > 0 {
		p.Skew = time.Duration(r.IntN(7201)-3600) * time.Second
	}
	p.drawClock()
	return p
}

// drawProvider draws a profile: with or without advices, retries, redemptions, and the meanings of 404 and 503.
func drawProvider(r *rand.Rand, id string) switchcore.Provider {
	yes := func() bool { return r.IntN(4) > 0 }
	return switchcore.Provider{
		ID: id, Name: id, Enabled: true, Connector: "serviceinterface", User: "90000001",
		Receiver: switchcore.Institution{ID: "9" + id, Name: id}, Settlement: switchcore.Institution{ID: "8" + id, Name: "S"},
		Profile: switchcore.Profile{
			ConfirmProvision: yes(), ReverseProvision: yes(), Retry: yes(), Lookup: yes(), Redeem: true, ConfirmRedeem: yes(), ReverseRedeem: yes(),
			Refund: true, ConfirmRefund: yes(), ReverseRefund: yes(), RecordsEarlyReversals: r.IntN(2) == 0, Status503Failed: r.IntN(3) == 0, FIFO: r.IntN(4) == 0,
			Timeout: switchcore.Duration(time.Duration(5+r.IntN(41)) * time.Second), MaxInFlight: []int{2, 8, 64}[r.IntN(3)], SAFParallel: 1 + r.IntN(8),
		},
	}
}

// givesChange is the connector of a bank whose redemptions and refunds come with a voucher of their own.
const givesChange = "serviceinterface-change"

// drawChange lets some banks give what is left of a redeemed voucher as a new one, and refunds too (providers.md 4.7).
func (p *Plan) drawChange() {
	r := rand.New(rand.NewPCG(p.Seed, 0xc4a6e))
	for i := range p.Providers {
		if r.IntN(3) == 0 {
			p.Providers[i].Connector, p.Providers[i].Profile.RefundIssuesNew = givesChange, true
		}
	}
	for i := range p.Sales {
		p.Sales[i].Hasty = r.Float64() < p.Faults[Contradiction]
		p.Sales[i].Change = slices.ContainsFunc(p.Providers, func(b switchcore.Provider) bool { return b.ID == p.Sales[i].Provider && b.Connector == givesChange })
	}
}

func drawClients(r *rand.Rand) []switchcore.Client {
	list := []switchcore.Client{{ID: "dual", Name: "Dual", Mode: transactions.Dual}, {ID: "single", Name: "Single", Mode: transactions.Single}}
	if r.IntN(3) == 0 {
		list[1].SettleRequiresConfirmation = true
	}
	return list
}

func (p *Plan) drawSale(r *rand.Rand, no int, clients []switchcore.Client) Sale {
	words := []transactions.Decision{transactions.Confirm, transactions.Confirm, transactions.Confirm, transactions.Reverse, transactions.Undecided}
	word := func() transactions.Decision { return words[r.IntN(len(words))] }
	s := Sale{
		No: no, At: time.Duration(r.Int64N(int64(p.Trouble) * 3 / 4)), Client: clients[min(r.IntN(4), 3)/3], Provider: p.Providers[r.IntN(len(p.Providers))].ID,
		Amount: 100 + r.Int64N(100_000), Word: word(), Retries: r.IntN(4), Redeem: word(), Refund: word(), Spends: r.IntN(3) == 0, Returns: r.IntN(2) == 0, Again: r.IntN(2) == 0,
		Odd: map[Fault]bool{},
	}
	for _, f := range []Fault{SameID, Contradiction, EarlyReversal, ChangedAmount} {
		s.Odd[f] = r.Float64() < p.Faults[f]
	}
	if s.Odd[SameID] {
		s.Copies = 1 + r.IntN(6)
	}
	return s
}

func (p *Plan) drawOutages(r *rand.Rand) {
	if p.Faults[ProviderDown] > 0 {
		p.drawOutage(r, ProviderDown, p.Providers[0].ID, p.Trouble)
	}
	if p.Faults[DatabaseDown] > 0 {
		p.drawOutage(r, DatabaseDown, "", 90*time.Second)
	}
	if p.Faults[NodeCutOff] > 0 {
		p.drawOutage(r, NodeCutOff, "n1", 2*time.Minute)
	}
}

func (p *Plan) drawOutage(r *rand.Rand, f Fault, who string, longest time.Duration) {
	from := time.Duration(r.Int64N(int64(p.Trouble)))
	p.Outages = append(p.Outages, Outage{Fault: f, Who: who, From: from, To: min(from+time.Duration(r.Int64N(int64(longest))), p.Trouble)})
}
