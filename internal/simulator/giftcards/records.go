package giftcards

import "github.com/signalboxhq/signalbox/internal/simulator/stage"

// operation is the kind of a request.
type operation string

const (
	activation operation = "activation"
	load       operation = "load"
	redemption operation = "redemption"
	void       operation = "void"
	transfer   operation = "transfer"
	replace    operation = "replace"
	lookup     operation = "lookup"
)

// operations are the ones that carry advices, in the order of the totals.
func operations() []operation {
	return []operation{activation, load, redemption, void, transfer, replace}
}

// cards names the members of a request that hold its one or two cards.
func (op operation) cards() []string {
	switch op {
	case transfer:
		return []string{"sourceCard", "targetCard"}
	case replace:
		return []string{"oldCard", "newCard"}
	case lookup:
		return nil // the schema decides
	}
	return []string{"card"}
}

// action is what an advice asks for.
type action string

const (
	confirm action = "confirm"
	reverse action = "reverse"
)

func (do action) decision() string {
	if do == confirm {
		return stage.Confirmed
	}
	return stage.Reversed
}

// request is one request as the issuer saw it.
type request struct {
	id, user  string
	op        operation
	seq       int64 // position in the issuer's books; references derive from it
	at        int64 // Unix microseconds of the answer
	time      string
	state     string
	errorType string
	product   string
	amount    int64 // minor units asked for
	final     int64 // what stands: amount, 0 once reversed, less for a smaller confirmed load

	card   *card // the one card, the source, the old card
	target *card // the card money goes to: target, new card
	held   int64 // replace: available balance of the old card while undecided
	pan    string

	advice     string
	adviceID   string
	adviceTime string
	adviceAt   int64
	hint       string // fault script for advices about this request

	received, advices int
}

// status is where a card is in its life (giftcards.md 4.2).
type status string

const (
	fresh              status = "NEW"
	activated          status = "ACTIVATED"
	activatedConfirmed status = "ACTIVATED_CONFIRMED"
	voided             status = "VOIDED"
	voidedConfirmed    status = "VOIDED_CONFIRMED"
	blocked, deleted   status = "BLOCKED", "DELETED" // set by the control side, over the status below
	currency                  = "710"
)

// card is one card of a data set. Amounts are minor units.
type card struct {
	Card
	clearPIN, encryptedPIN string
	life                   status
	admin                  status // empty, blocked or deleted
	ledger, available      int64
	product                string
	activation             *request // latest activation, also when reversed
	void                   *request // latest void or replace that voided it
	successor              *card    // where the money went with a confirmed replace
}

// status is what requests see.
func (c *card) status() status {
	if c.admin != "" {
		return c.admin
	}
	return c.life
}

func newCard(seed Card) *card {
	return &card{Card: seed, clearPIN: seed.ClearPIN, encryptedPIN: seed.EncryptedPIN, life: fresh}
}

// key finds requests of one data set; ids are one space over all messages, but
// an advice looks only among requests of its own kind.
type key struct {
	op operation
	id string
}

// used is what a message id stands for: an accepted advice has a print, by which
// its exact repeat is known.
type used struct{ print string }

// stray is an advice that found no request. A reversal among them refuses the
// request when it comes late.
type stray struct {
	request, adviceID, errorType string
	op                           operation
	do                           action
	at                           int64
	received                     int
}

// dataSet is everything one user has: cards, products and messages.
type dataSet struct {
	user       string
	cards      map[string]*card
	products   map[string]Product
	ids        map[string]used
	requests   map[key]*request
	tombstones map[key]string // reversal id
	strays     map[string]*stray
}

func newDataSet(user string, seed *seed) *dataSet {
	s := &dataSet{
		user: user, cards: make(map[string]*card, len(seed.Cards)), products: make(map[string]Product, len(seed.Products)),
		ids: map[string]used{}, requests: map[key]*request{}, tombstones: map[key]string{}, strays: map[string]*stray{},
	}
	for _, c := range seed.Cards {
		s.cards[c.PAN] = newCard(c)
	}
	for _, p := range seed.Products {
		s.products[p.ID] = p
	}
	return s
}

// account is a Basic user: its password proof and, once needed, its data set.
type account struct {
	salt, hash []byte
	set        *dataSet
}

// seed is what new data sets are made from.
type seed struct {
	Cards    []Card    `json:"c"`
	Products []Product `json:"p"`
}
