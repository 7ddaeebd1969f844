package sandbox

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"github.com/signalboxhq/signalbox/internal/simulator/giftcards"
)

// act is what a customer does with a gift card that is in use.
type act string

// The acts.
const (
	spend    act = "spend"
	load     act = "load"
	balance  act = "balance"
	unload   act = "unload"    // a load that the customer takes back
	suspend  act = "suspend"   // a void that is taken back
	void     act = "void"      // for good
	transfer act = "transfer"  // money to another card of the customer
	replace  act = "replace"   // a lost card for a new one
	wrongPIN act = "wrong-pin" // the customer mistypes
	walkAway act = "walk-away" // nobody pays for the new card
	outdated act = "outdated"  // the card is older than it may be
)

// acts is one round of what is done, by how often.
func acts() []act {
	return slices.Concat(
		slices.Repeat([]act{spend}, 8), slices.Repeat([]act{load}, 6), []act{walkAway, walkAway, balance, balance},
		[]act{unload, suspend, transfer, transfer, wrongPIN, void, replace, outdated},
	)
}

// There are only so many cards. Some are never sold, customers walk away from them, so that there is always one to activate;
// and not many are voided for good, so that there are always some to spend.
const (
	neverSold  = 8
	mostVoided = 15
)

// goodCards are those that can be sold, in the order of the issuer's file; leftCards those that customers walk away from;
// outdatedCards those that nobody can sell.
func goodCards() []giftcards.Card     { list := issued().good; return list[:len(list)-neverSold] }
func leftCards() []giftcards.Card     { list := issued().good; return list[len(list)-neverSold:] }
func outdatedCards() []giftcards.Card { return issued().outdated }

// issued is the issuer's file, read once.
var issued = sync.OnceValue(func() (file struct{ good, outdated []giftcards.Card }) {
	for _, c := range giftcards.DefaultCards() {
		if strings.HasPrefix(c.Expiry, "15") {
			file.outdated = append(file.outdated, c)
		} else {
			file.good = append(file.good, c)
		}
	}
	return file
})

// dealt is what is drawn beforehand for a gift card: the place of the card in the rack and what becomes of it.
type dealt struct {
	At  int
	Act act
}

func dealCard(dice *rand.Rand) dealt {
	return dealt{At: dice.IntN(len(goodCards())), Act: pick(dice, acts())}
}

// condition is what the tills know of a card.
type condition int

const (
	unsold condition = iota // as far as the tills know
	active
	voided
)

// rack is the gift cards of a client: what was learned of each, and which ones a customer holds at this moment.
type rack struct {
	mu    sync.Mutex
	state map[string]condition // by client and card number
	held  map[string]bool
}

// take gives a card of the list into a customer's hand: the one at that place, else the next that is free and fits; false when
// there is none.
func (r *rack) take(clientID string, list []giftcards.Card, at int, fit ...condition) (giftcards.Card, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state == nil {
		r.state, r.held = map[string]condition{}, map[string]bool{}
	}
	for i := range list {
		c := list[(at+i)%len(list)]
		if k := clientID + c.PAN; !r.held[k] && slices.Contains(fit, r.state[k]) {
			r.held[k] = true
			return c, true
		}
	}
	return giftcards.Card{}, false
}

// putBack ends what take began.
func (r *rack) putBack(clientID string, c giftcards.Card) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.held, clientID+c.PAN)
}

func (r *rack) know(clientID string, c giftcards.Card) condition {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state[clientID+c.PAN]
}

func (r *rack) learn(clientID string, c giftcards.Card, now condition) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state[clientID+c.PAN] = now
}

// count tells how many cards are in a condition, as far as the tills know.
func (r *rack) count(clientID string, in condition) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k, c := range r.state {
		if c == in && strings.HasPrefix(k, clientID) {
			n++
		}
	}
	return n
}
