package giftcards

import (
	"encoding/json"
	"net/http"
	"sort"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// serveAdmin plays the test support: reset, data dump (giftcard-rules.md 13) and,
// ours alone, the administrative status of a card.
func (c *call) serveAdmin(segments []string) {
	what := ""
	if len(segments) > 0 {
		what = segments[0]
	}
	switch {
	case what == "reset" && len(segments) == 1:
		if c.enter(http.MethodPost) {
			c.serveReset()
		}
	case what == "data" && len(segments) == 3 && segments[1] == "card" && c.R.Method == http.MethodPut:
		if c.enter(http.MethodPut) {
			c.serveMark(segments[2])
		}
	case what == "data" && (len(segments) == 1 || len(segments) == 3 && (segments[1] == "card" || segments[1] == "product")):
		if c.enter(http.MethodGet) {
			c.serveData(segments[1:])
		}
	default:
		c.Send(refuse(http.StatusNotFound, errFunction, "No such resource").answer())
	}
}

// serveReset makes the data set of the user anew. The checks run in the order
// of the rules; a user without a data set is told so.
func (c *call) serveReset() {
	var order struct {
		Lost  string `json:"userDataWillBeLost"`
		Reset string `json:"resetUserData"`
	}
	say := func(status int, text string) { c.Send(stage.JSON(status, map[string]string{"outcome": text})) }
	switch err := json.Unmarshal(c.body.Bytes(), &order); {
	case c.body.Len() == 0 || err != nil:
		say(http.StatusBadRequest, "no reset request received")
	case order.Lost != "TRUE":
		say(http.StatusBadRequest, "the loss of data was not acknowledged")
	case order.Reset != "TRUE":
		say(http.StatusBadRequest, "the wish to reset was not declared")
	case !c.i.reset(c.user):
		say(http.StatusBadRequest, "the user has no data")
	default:
		say(http.StatusOK, "cards and products are as in the seed files")
	}
}

func (i *Issuer) reset(user string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.accounts[user].set == nil {
		return false
	}
	i.record(&event{Kind: setReset, User: user})
	return true
}

// dump is the answer of the data pages. Balance is the ledger.
type dump struct {
	Cards    []cardDump    `json:"cards"`
	Products []productDump `json:"products"`
}

type cardDump struct {
	Card struct {
		PAN          string `json:"pan"`
		Expiry       string `json:"expiryDate"`
		ClearPIN     string `json:"clearPin,omitempty"`
		EncryptedPIN string `json:"encryptedPin,omitempty"`
	} `json:"card"`
	Balance money        `json:"balance"`
	Status  status       `json:"status"`
	Product *productItem `json:"product,omitempty"`
}

type productDump struct {
	Product productItem `json:"product"`
	Start   money       `json:"startingBalance"`
}

// serveData shows everything, one card or one product; an unknown one is an
// empty list.
func (c *call) serveData(which []string) {
	wanted := func(kind, name string) bool { return len(which) == 0 || which[0] == kind && which[1] == name }
	out := dump{Cards: []cardDump{}, Products: []productDump{}}
	c.i.mu.Lock()
	s := c.i.open(c.user)
	for _, card := range s.cards {
		if wanted("card", card.PAN) {
			out.Cards = append(out.Cards, s.dumpCard(card))
		}
	}
	for _, p := range s.products {
		if wanted("product", p.ID) {
			out.Products = append(out.Products, productDump{productItem{p.ID, p.Barcode, p.Type}, in710(p.StartingBalance)})
		}
	}
	c.i.mu.Unlock()
	sort.Slice(out.Cards, func(a, b int) bool { return out.Cards[a].Card.PAN < out.Cards[b].Card.PAN })
	sort.Slice(out.Products, func(a, b int) bool { return out.Products[a].Product.ID < out.Products[b].Product.ID })
	c.Send(stage.JSON(http.StatusOK, out))
}

func (s *dataSet) dumpCard(c *card) cardDump {
	d := cardDump{Balance: in710(c.ledger), Status: c.status()}
	d.Card.PAN, d.Card.Expiry, d.Card.ClearPIN, d.Card.EncryptedPIN = c.PAN, c.Expiry, c.clearPIN, c.encryptedPIN
	if p, known := s.products[c.product]; known {
		d.Product = &productItem{p.ID, p.Barcode, p.Type}
	}
	return d
}

// serveMark blocks or deletes a card of the user, or takes the mark off again:
// PUT .../testServerAdmin/data/card/{pan} {"status": "BLOCKED", "DELETED" or ""}.
func (c *call) serveMark(pan string) {
	var order struct {
		Status status `json:"status"`
	}
	err := stage.DecodeStrict(c.body.Bytes(), &order)
	if err != nil || order.Status != "" && order.Status != blocked && order.Status != deleted {
		c.Send(stage.JSON(http.StatusBadRequest, map[string]string{"outcome": "want the status BLOCKED, DELETED or none"}))
		return
	}
	c.i.mu.Lock()
	known := c.i.open(c.user).cards[pan] != nil
	if known {
		c.i.record(&event{Kind: cardMarked, User: c.user, Admin: order.Status, secret: secret{PAN: pan}})
	}
	c.i.mu.Unlock()
	if !known {
		c.Send(stage.JSON(http.StatusNotFound, map[string]string{"outcome": "no such card"}))
		return
	}
	c.Send(stage.JSON(http.StatusOK, map[string]string{"outcome": "card marked"}))
}
