package simulation

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/humm"
)

// rail is the consumer finance provider behind a bank's line (spec/humm.md): its devices, its contracts and what was
// given back of them. It is called by the names that tills use; of the switch's own references it knows none.
type rail struct {
	bank     *bank
	keys     map[string]string // signing keys by device
	tokens   map[string]bool   // true: used up
	sales    map[string]*contract
	refunds  map[string]*refund
	stones   map[string]bool // signatures of adjustments that were reversed before they came
	invited  map[string]bool
	numbered int
}

// contract is what became of a customer's code. Nothing but the identical message is ever answered about it again.
type contract struct {
	signature string
	number    string // empty: not approved
	names     []string
	amount    int64
	back      int64 // given back
	open      bool  // no result yet
	at        time.Time
}

// refund is what became of an adjustment, known by the till's reference.
type refund struct {
	signature string
	code      string // that answers it
	of        *contract
	amount    int64
	undoneBy  string
	at        time.Time
}

// stands tells whether the money was given back and still is.
func (r *refund) stands() bool { return r != nil && r.code == humm.Adjusted && r.undoneBy == "" }

func newRail(b *bank) *rail {
	return &rail{
		bank: b, keys: map[string]string{}, tokens: map[string]bool{}, sales: map[string]*contract{}, refunds: map[string]*refund{},
		stones: map[string]bool{}, invited: map[string]bool{},
	}
}

// handle does what a message asks. Every answer is 200: its code decides, and its signature proves it.
func (r *rail) handle(path string, body []byte, who string) (int, string) {
	m, err := humm.Parse(body)
	if err != nil {
		return 200, r.says("", humm.Invalid, humm.Error)
	}
	device := humm.DeviceName(m.Text(humm.MerchantID), m.Text(humm.DeviceID))
	op := humm.Operation(path)
	if op == humm.CreateKey {
		return 200, r.createKey(m, device)
	}
	key := r.keys[device]
	switch {
	case key == "":
		return 200, r.says("", humm.NotRecognised, humm.Error)
	case !m.Verify(key):
		return 200, r.says(key, humm.BadSignature, humm.Error)
	}
	code, more := r.do(op, m, who)
	meaning, _ := humm.MeaningOf(op, code)
	r.bank.world.log("%s answers %s %s: %s", r.bank.provider.ID, op, refIn(body), code)
	return 200, r.says(key, code, meaning.Status, more...)
}

func (r *rail) do(op humm.Operation, m *humm.Message, who string) (code string, more []humm.Field) {
	switch op {
	case humm.Invite:
		return r.invite(m), nil
	case humm.ProcessAuthorisation:
		return r.authorise(m, who)
	case humm.SendReceipt:
		return r.attach(m), nil
	case humm.ProcessAdjustment:
		return r.adjust(m, who), nil
	case humm.ReverseAdjustment:
		return r.undo(m, who), nil
	}
	return humm.Invalid, nil
}

// says writes an answer; without a key it is not signed.
func (r *rail) says(key, code, status string, more ...humm.Field) string {
	return string(humm.Compose(key, append([]humm.Field{{Name: humm.Status, Value: status}, {Name: humm.Code, Value: code}, {Name: humm.Text, Value: "words"}}, more...)...))
}

// createKey gives a device its key, once for each token.
func (r *rail) createKey(m *humm.Message, device string) string {
	token := m.Text(humm.DeviceToken)
	switch {
	case !m.Verify(token):
		return r.says(token, humm.BadSignature, humm.Error)
	case r.tokens[token]:
		r.bank.world.violated("I10", "a device token was sent to %s twice", r.bank.provider.ID)
		return r.says(token, humm.TokenSpent, humm.Failed)
	}
	r.tokens[token] = true
	r.numbered++
	r.keys[device] = fmt.Sprintf("%skey%d", canary, r.numbered)
	r.bank.world.log("%s gives a device its key no. %d", r.bank.provider.ID, r.numbered)
	return r.says(token, humm.KeyIssued, humm.Success, humm.Field{Name: humm.Key, Value: r.keys[device]})
}

// invite sends a person a message: never a second one for one wish of the till.
func (r *rail) invite(m *humm.Message) string {
	mobile := m.Text(humm.Mobile)
	if r.invited[mobile] {
		r.bank.world.violated("I10", "%s was told to invite %s twice", r.bank.provider.ID, mobile)
	}
	r.invited[mobile] = true
	return humm.Invited
}

// authorise uses a code up (spec/humm.md 6.1). Sometimes there is no result before the message is sent again.
func (r *rail) authorise(m *humm.Message, who string) (string, []humm.Field) {
	w, code := r.bank.world, humm.NormalCode(m.Text(humm.ApprovalCode))
	c := r.sales[code]
	switch {
	case c == nil:
		amount := wholeNumber(m.Text(humm.FinanceAmount))
		c = &contract{signature: m.Signature(), amount: amount, open: true, names: []string{m.Text(humm.Reference)}, at: w.clock()}
		r.sales[code] = c
		if w.strikes(ServerError, "no result yet"+who) {
			return humm.InternalFailure, nil
		}
	case c.signature != m.Signature():
		return humm.CodeUsed, nil
	}
	if c.open {
		c.open = false
		if !w.strikes(Declined, "decline"+who) {
			r.numbered++
			c.number = fmt.Sprintf("H%07d", r.numbered)
		}
	}
	if c.number == "" {
		return "FPRA01", nil
	}
	return humm.AuthApproved, []humm.Field{{Name: humm.PurchaseNumber, Value: c.number}}
}

// attach gives a sale one more name.
func (r *rail) attach(m *humm.Message) string {
	name := m.Text(humm.ReceiptNumber)
	of, _ := r.named(m.Text(humm.Reference))
	holder, _ := r.named(name)
	switch {
	case of == nil:
		return humm.SaleNotFound
	case holder != nil && holder != of:
		return humm.ReceiptInUse
	case holder == nil:
		of.names = append(of.names, name)
	}
	return humm.ReceiptAttached
}

// named finds the approved sale of a name: its number, or a reference of the till's (spec/humm.md 6.4).
func (r *rail) named(name string) (found *contract, several bool) {
	for _, c := range r.sales {
		if c.number == "" {
			continue
		}
		if c.number == name {
			return c, false
		}
		for _, n := range c.names {
			if n == name {
				several = found != nil && found != c
				found = c
			}
		}
	}
	return found, several
}

// adjust gives money back, once for each reference (spec/humm.md 6.3 and 6.5).
func (r *rail) adjust(m *humm.Message, who string) string {
	w, reference, amount := r.bank.world, m.Text(humm.Reference), wholeNumber(m.Text(humm.Amount))
	sale, several := r.named(m.Text(humm.PurchaseRef))
	if known := r.refunds[reference]; known != nil {
		if known.of != sale || known.amount != amount {
			return humm.AdjustDuplicate
		}
		return known.code
	}
	f := &refund{signature: m.Signature(), of: sale, amount: amount, at: w.clock()}
	r.refunds[reference] = f
	switch {
	case sale == nil:
		f.code = "FPSA01"
	case several:
		f.code = humm.AdjustDuplicate
	case r.stones[m.Signature()]:
		f.code = "FPSA07"
	case sale.back == sale.amount:
		f.code = humm.FullyRefunded
	case sale.back+amount > sale.amount:
		f.code = "FPSA04"
	case w.strikes(Declined, "decline"+who):
		f.code = "FPSA05"
	default:
		f.code = humm.Adjusted
		sale.back += amount
		w.log("%s gives %d of %s back", r.bank.provider.ID, amount, sale.number)
	}
	return f.code
}

// undo takes an adjustment back, found by the signature that it came with (spec/humm.md 6.6).
func (r *rail) undo(m *humm.Message, who string) string {
	signature, reference := strings.ToLower(m.Text(humm.AdjustmentSign)), m.Text(humm.Reference)
	for _, f := range r.refunds {
		if f.signature != signature || f.code != humm.Adjusted {
			continue
		}
		switch {
		case f.undoneBy == reference:
			return humm.AdjustReversed
		case f.undoneBy != "":
			return humm.UndoneBefore
		case r.bank.refuses(who):
			return "FPAR05"
		}
		f.undoneBy = reference
		f.of.back -= f.amount
		r.bank.world.log("%s takes %d of %s again", r.bank.provider.ID, f.amount, f.of.number)
		return humm.AdjustReversed
	}
	if r.bank.provider.Profile.RecordsEarlyReversals {
		r.stones[signature] = true
	}
	return humm.NothingToUndo
}

// wholeNumber reads an amount that the switch has checked.
func wholeNumber(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err) // tills write numbers
	}
	return n
}
