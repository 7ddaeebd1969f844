package sandbox

import (
	"math/rand/v2"
	"time"
)

// story names what happens around one sale.
type story string

// The stories. Most sales are dull; the others each teach one thing.
const (
	sale         story = "sale"          // voucher, tender, confirmation
	redemption   story = "redemption"    // a voucher bought and later spent
	refund       story = "refund"        // and the spending taken back
	catalogue    story = "catalogue"     // the product list
	lostAnswer   story = "lost-answer"   // a time-out, then the voucher on the repeat
	exhausted    story = "exhausted"     // three repeats in vain, then a reversal
	decline      story = "decline"       // the provider says no
	lateAnswer   story = "late-answer"   // the answer comes after the switch gave up
	refusedRetry story = "refused-retry" // a time-out at a provider without repeats: reversal
	cancel       story = "cancel"        // the customer walks away
	duplicate    story = "duplicate"     // the till sends one request twice
	early        story = "early"         // the reversal overtakes its request
	badFormat    story = "bad-format"    // a till with a fault in its software
	giftCard     story = "gift-card"     // a card activated, loaded, spent, voided
	finance      story = "finance"       // a purchase on consumer finance, receipts and refunds
)

// deck is one round of stories: 400 of them, one in twenty of the instructive kind, each kind at least once.
func deck() []story {
	counts := []struct {
		of story
		n  int
	}{
		{sale, 281},
		{giftCard, 24},
		{finance, 12},
		{redemption, 36},
		{refund, 8},
		{catalogue, 16},
		{lostAnswer, 3},
		{exhausted, 1},
		{decline, 6},
		{lateAnswer, 2},
		{refusedRetry, 2},
		{cancel, 5},
		{duplicate, 2},
		{early, 1},
		{badFormat, 1},
	}
	var cards []story
	for _, c := range counts {
		for range c.n {
			cards = append(cards, c.of)
		}
	}
	return cards
}

// plan is one story with everything that was drawn for it beforehand.
type plan struct {
	Seq      int
	Story    story
	Gap      time.Duration // since the arrival before
	Client   Client
	Redeemer Client // who spends the voucher
	Place    place
	Terminal string
	Offer    offer
	Fault    string // what the simulator is asked to do wrong; empty: nothing
	Trace    int    // audit number of the till
	Card     dealt  // of a gift card story
	Outage   string // provider that goes out of order when this story begins

	dice *rand.Rand // for what the story itself draws, think times above all
}

// When providers fail: the first soon enough for a newcomer to see, then four an hour.
const (
	firstOutage  = 3 * time.Minute
	outageEvery  = 15 * time.Minute
	outageLength = 2 * time.Minute
	outageRush   = 15 * time.Second // sales at the provider before it fails; their confirmations then wait
)

// script draws plans. The same seed and rate give the same plans for ever.
type script struct {
	seed  uint64
	rate  float64
	seq   int
	cards []story
}

func (s *script) next() plan {
	at := s.seq % len(deck())
	if at == 0 {
		s.cards = deck()
		round := rand.New(rand.NewPCG(s.seed, ^uint64(s.seq)))
		round.Shuffle(len(s.cards), func(i, j int) { s.cards[i], s.cards[j] = s.cards[j], s.cards[i] })
	}
	p := draw(s.seed, s.seq, s.cards[at], "")
	p.Gap = time.Duration(p.dice.ExpFloat64() * float64(time.Second) / s.rate)
	if failing, begins := s.outage(); failing != "" {
		if p.Story == sale && p.dice.IntN(2) == 0 {
			p.Offer = pickOffer(p.dice, failing)
		}
		if begins {
			p.Outage = failing
		}
	}
	s.seq++
	return p
}

// outage gives the provider that is out of order at this place of the script, or about to be.
func (s *script) outage() (providerID string, begins bool) {
	stories := func(d time.Duration) int { return max(1, int(d.Seconds()*s.rate)) }
	since := s.seq - stories(firstOutage) + stories(outageRush)
	if since < 0 {
		return "", false
	}
	every := stories(outageEvery)
	turn, at := since/every, since%every
	if at > stories(outageRush)+stories(outageLength) {
		return "", false
	}
	return bettingProviders()[turn%len(bettingProviders())], at == stories(outageRush)
}

// draw fills in one plan; providerID is drawn by its share when it is empty and the story leaves it open.
func draw(seed uint64, seq int, of story, providerID string) plan {
	dice := rand.New(rand.NewPCG(seed, uint64(seq)))
	p := plan{Seq: seq, Story: of, Trace: 1 + dice.IntN(999999), dice: dice}
	clients := Clients()
	p.Client = clients[[...]int{0, 0, 0, 0, 0, 1, 1, 2, 2, 2}[dice.IntN(10)]]
	p.Redeemer = pick(dice, clients)
	switch of {
	case cancel, duplicate, redemption, refund, giftCard:
		// Dual messaging: a single-message sale cannot be spent before the switch confirms it, a quarter of an hour later.
		p.Client = clients[2*dice.IntN(2)]
	}
	p.Place = pick(dice, placesOf(p.Client.ID))
	p.Terminal = p.Place.terminal(dice)
	p.Fault = faultOf(dice, of)
	if providerID == "" {
		providerID = providerFor(dice, of)
	}
	p.Offer = pickOffer(dice, providerID)
	if of == giftCard {
		p.Card = dealCard(dice)
	}
	if p.Fault != "" && speaksItsOwn(providerID) {
		p.Offer.asksFor(p.Fault)
		p.Fault = ""
	}
	return p
}

// declines are the ways in which a provider says no.
func declines() []string {
	return []string{"decline", "decline:LIMIT_EXCEEDED", "decline:OUT_OF_STOCK", "decline:TRANSACTION_DECLINED"}
}

func faultOf(dice *rand.Rand, of story) string {
	switch of {
	case lostAnswer, refusedRetry:
		return "lost-answer"
	case exhausted:
		return pick(dice, []string{"always-lost-answer", "always-unknown-state", "always-error-504"})
	case lateAnswer:
		return "late-answer:12000" // the switch waits 10 s
	case decline:
		return pick(dice, declines())
	case giftCard:
		if dice.IntN(15) == 0 {
			return pick(dice, []string{"lost-answer", "lost-answer", "advice-unavailable:2"})
		}
	case finance:
		if dice.IntN(6) == 0 {
			return pick(dice, []string{"lost-answer", "internal-error", "decline:FPRA04", "decline:FPRA21", "decline:FPRA09"})
		}
	}
	return ""
}

func providerFor(dice *rand.Rand, of story) string {
	switch of {
	case redemption:
		return pick(dice, redeeming())
	case refund:
		return pick(dice, refunding())
	case lostAnswer:
		return pick(dice, repeatable())
	case exhausted:
		return pick(dice, guessing())
	case lateAnswer: // of those that are told per message how late
		return pick(dice, []string{"hollywoodbets", "betway"})
	case refusedRetry:
		return pick(dice, []string{"stellr", "netcare", "blu"})
	}
	return pickProvider(dice)
}
