package giftcards

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

const wireTime = "2006-01-02T15:04:05.000Z"

// message is a request or advice after its shape was found right: the members
// the rules look at, and all known members for the echo.
type message struct {
	ID        string       `json:"id"`
	RequestID string       `json:"requestId"`
	Time      string       `json:"time"`
	BasketRef string       `json:"basketRef"`
	Card      *cardField   `json:"card"`
	Source    *cardField   `json:"sourceCard"`
	Target    *cardField   `json:"targetCard"`
	Old       *cardField   `json:"oldCard"`
	New       *cardField   `json:"newCard"`
	Product   *productItem `json:"product"`
	Amounts   *struct {
		Request  *money `json:"requestAmount"`
		Approved *money `json:"approvedAmount"`
	} `json:"amounts"`

	known object
}

type cardField struct {
	PAN          string `json:"pan"`
	Expiry       string `json:"expiryDate"`
	ClearPIN     string `json:"clearPin"`
	EncryptedPIN string `json:"encryptedPin"`
	PIN          *struct {
		Type     string `json:"type"`
		PIN      string `json:"pin"`
		PINBlock string `json:"pinBlock"`
		Hash     string `json:"hash"`
	} `json:"pin"`
}

type productItem struct {
	ID      string `json:"id"`
	Barcode string `json:"barcode,omitempty"`
	Type    string `json:"type,omitempty"`
}

type money struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

func in710(amount int64) money { return money{amount, currency} }

// newMessage reads the checked members.
func newMessage(known object) *message {
	m := &message{known: known}
	raw, _ := json.Marshal(known) // plain values: cannot fail
	_ = json.Unmarshal(raw, m)    // checked by the schema
	return m
}

// first is the card of the request: the only one, the source, the old one.
func (m *message) first() *cardField {
	for _, c := range []*cardField{m.Card, m.Source, m.Old} {
		if c != nil {
			return c
		}
	}
	return nil
}

// second is the card money goes to: target or new card; nil for one-card messages.
func (m *message) second() *cardField {
	if m.Target != nil {
		return m.Target
	}
	return m.New
}

// amount is the amount asked for; activations may do without.
func (m *message) amount() (money, bool) {
	if m.Amounts == nil || m.Amounts.Request == nil {
		return money{}, false
	}
	return *m.Amounts.Request, true
}

// pins are the clear and the encrypted PIN; the newer member outranks the older
// two. A hashed PIN is one that fits no card.
func (c *cardField) pins() (clear, encrypted string) {
	switch {
	case c.PIN == nil:
		return c.ClearPIN, c.EncryptedPIN
	case c.PIN.Type == "CLEAR_PIN":
		return c.PIN.PIN, ""
	case c.PIN.Type == "ENCRYPTED_PIN":
		return "", c.PIN.PINBlock
	}
	return "", "hashed:" + c.PIN.Hash
}

// print tells a repeat of an advice from another advice under its id.
func (m *message) print(op operation, do action) string {
	raw, _ := json.Marshal(m.known) // plain values: cannot fail; members come sorted
	sum := sha256.Sum256(append([]byte(string(op)+" "+string(do)+" "), raw...))
	return hex.EncodeToString(sum[:12])
}

// withoutPINs is a card for an answer: no PIN ever goes back.
func withoutPINs(v any) any {
	c, ok := v.(object)
	if !ok {
		return nil
	}
	out := object{}
	for _, name := range []string{"pan", "expiryDate", "rank"} {
		if v, present := c[name]; present {
			out[name] = v
		}
	}
	return out
}

func micros(us int64) time.Time { return time.UnixMicro(us).UTC() }
