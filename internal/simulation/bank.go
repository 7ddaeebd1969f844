package simulation

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// bank is a provider with books of its own, which the switch never sees. It follows its profile to the letter and does
// each message that reaches it, as often as it comes.
type bank struct {
	world    *world
	provider switchcore.Provider

	mu     sync.Mutex
	books  map[string]*account // by wire reference
	codes  int
	worth  map[string]int64     // of each code issued
	cards  map[string]*card     // of an issuer, by number
	flying map[string]time.Time // until when a message about a reference may still be answered
	rail   *rail                // of consumer finance
}

// account is what a bank did under one reference.
type account struct {
	ref       string
	what      string // the resource
	at        time.Time
	amount    int64
	code      string // of the voucher that was issued
	rest      int64  // left on the voucher that came with a redemption
	spent     string // the code that was redeemed or refunded
	done      int    // provisions, redemptions, refunds
	undone    int
	confirmed bool
	declined  bool
	stone     bool // reversed before it came
	movement       // of gift cards
}

func newBank(w *world, p switchcore.Provider) *bank {
	b := &bank{world: w, provider: p, books: map[string]*account{}, worth: map[string]int64{}, cards: map[string]*card{}, flying: map[string]time.Time{}}
	b.rail = newRail(b)
	return b
}

// order is what a bank reads of a message.
type order struct {
	ID        string  `json:"id"`
	RequestID string  `json:"requestId"`
	Card      plastic `json:"card"`
	Source    plastic `json:"sourceCard"`
	Target    plastic `json:"targetCard"`
	Old       plastic `json:"oldCard"`
	New       plastic `json:"newCard"`
	Code      string  `json:"x_pre_approval_code"`
	Undoes    string  `json:"x_adjustment_signature"`
	Refunds   string  `json:"x_purchase_ref"`
	Signature string  `json:"signature"`
	Receipt   string  `json:"x_receipt_number"`
	Voucher   struct {
		Code string `json:"code"`
	} `json:"voucher"`
	Amounts struct {
		Request struct {
			Amount int64 `json:"amount"`
		} `json:"requestAmount"`
	} `json:"amounts"`
}

// plastic is a gift card as a message names it.
type plastic struct {
	PAN string `json:"pan"`
	PIN string `json:"clearPin"`
}

// refIn gives the wire reference that a message is about, shortened for people.
func refIn(body []byte) string {
	var o order
	if json.Unmarshal(body, &o) != nil {
		return ""
	}
	if o.Refunds != "" { // an adjustment goes by its signature: so does what undoes it
		return short(o.Signature)
	}
	return short(cmp.Or(o.RequestID, o.ID, o.Code, o.Undoes, o.Receipt))
}

// handle does what a message asks and gives the answer.
func (b *bank) handle(m switchcore.Message, who string) (int, string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var o order
	path := strings.Split(strings.TrimPrefix(m.Path, "/"), "/")
	if m.Method != "GET" && json.Unmarshal(m.Body, &o) != nil {
		return 400, problem("", "FORMAT_ERROR")
	}
	switch {
	case b.provider.Profile.Finance:
		return b.rail.handle(path[0], m.Body, who)
	case b.provider.Profile.Cards:
		return b.issue(path, o, who)
	case m.Method == "GET":
		return 200, `{"voucher":{"code":"` + canary + `0","serialNumber":"S0"},"amounts":{"balanceAmount":{"amount":1,"currency":"710"}}}`
	case path[len(path)-1] == "confirmations":
		return b.confirm(path[0], o.RequestID, who)
	case path[len(path)-1] == "reversals":
		return b.reverse(path[0], o.RequestID, who)
	}
	return b.request(path[0], o, path[len(path)-1] == "retry", who)
}

// request provisions, redeems or refunds. A bank that takes repeats knows its references; any other does a message again.
func (b *bank) request(what string, o order, repeat bool, who string) (int, string) {
	a := b.books[o.ID]
	switch {
	case a == nil:
		a = &account{ref: o.ID, what: what, at: b.world.clock(), amount: o.Amounts.Request.Amount, spent: o.Voucher.Code, declined: b.world.strikes(Declined, "decline"+who)}
		b.books[o.ID] = a
	case a.stone:
		return 400, problem(o.ID, switchcore.ErrVoucherReversed)
	case a.declined:
	case b.provider.Profile.Retry && repeat && a.undone > 0:
		return 400, problem(o.ID, switchcore.ErrVoucherReversed)
	case b.provider.Profile.Retry && repeat:
		return 201, b.approval(what, a)
	case b.provider.Profile.Retry:
		return 400, problem(o.ID, switchcore.ErrDuplicate)
	}
	if a.declined {
		b.world.log("%s declines %s", b.provider.ID, short(o.ID))
		return 400, problem(o.ID, switchcore.ErrDoNotHonor)
	}
	a.done++
	if what == "vouchers" {
		a.code = b.newCode()
		b.worth[a.code] = a.amount
	} else {
		a.code, a.rest = b.change(a)
	}
	b.world.log("%s does %s %s, time %d", b.provider.ID, what, short(o.ID), a.done)
	if a.done > 1 {
		b.world.violated("W3", "%s did %s %s %d times", b.provider.ID, what, o.ID, a.done)
	}
	return 201, b.approval(what, a)
}

// canary stands in every code: it may be in no trace (V25).
const canary = "73CANARY"

// canaryPIN begins every PIN of a gift card: it may be nowhere at all, sealed or not (V25).
const canaryPIN = "7739155191"

func (b *bank) newCode() string {
	b.codes++
	return fmt.Sprintf("%s%s%d", canary, b.provider.ID, b.codes)
}

func (b *bank) approval(what string, a *account) string {
	voucher, balance := "", ""
	if a.code != "" {
		voucher = fmt.Sprintf(`"voucher":{"code":%q,"serialNumber":"S%s"},`, a.code, short(a.ref))
	}
	if a.code != "" && what == redemptions {
		balance = fmt.Sprintf(`,"balanceAmount":{"amount":%d,"currency":"710"}`, a.rest)
	}
	return fmt.Sprintf(`{"id":%q,%s"amounts":{"approvedAmount":{"amount":%d,"currency":"710"}%s},"thirdPartyIdentifiers":[{"institutionId":%q,"transactionIdentifier":"P-%s-%d"}]}`,
		a.ref, voucher, a.amount, balance, b.provider.Receiver.ID, a.ref, a.done)
}

func (b *bank) confirm(what, ref, who string) (int, string) {
	a := b.books[ref]
	switch {
	case b.refuses(who):
		return 400, problem(ref, switchcore.ErrDoNotHonor)
	case a == nil || a.done == 0:
		return 404, problem(ref, switchcore.ErrNotLocated)
	case a.undone > 0:
		return 400, problem(ref, already(what, "REVERSED"))
	case a.confirmed && b.world.draw("again", who) < 0.5:
		return 400, problem(ref, already(what, "CONFIRMED"))
	}
	a.confirmed = true
	b.world.log("%s confirms %s", b.provider.ID, short(ref))
	return 202, fmt.Sprintf(`{"requestId":%q}`, ref)
}

func (b *bank) reverse(what, ref, who string) (int, string) {
	a := b.books[ref]
	switch {
	case b.refuses(who):
		return 400, problem(ref, switchcore.ErrDoNotHonor)
	case a == nil && b.provider.Profile.RecordsEarlyReversals:
		b.books[ref] = &account{ref: ref, stone: true}
		return 404, problem(ref, switchcore.ErrNotLocated)
	case a == nil || a.done == 0:
		return 404, problem(ref, switchcore.ErrNotLocated)
	case a.confirmed:
		return 400, problem(ref, already(what, "CONFIRMED"))
	case a.undone > 0 && b.world.draw("again", who) < 0.5:
		return 400, problem(ref, already(what, "REVERSED"))
	case a.undone == 0:
		a.undone++
		b.world.log("%s reverses %s", b.provider.ID, short(ref))
	}
	return 202, fmt.Sprintf(`{"requestId":%q}`, ref)
}

// refuses tells whether the bank definitely refuses this advice (F20).
func (b *bank) refuses(who string) bool {
	return b.world.strikes(AdviceRefused, "refuse"+who) && b.world.draw("refuse", who) < 0.3
}

// stale is the answer to another message (F06).
func (b *bank) stale(status int) string {
	other := "00000000-0000-4000-8000-" + fmt.Sprintf("%012d", time.Since(b.world.start).Milliseconds())
	if b.provider.Profile.Finance { // nothing but the signature tells whose answer it is
		return b.rail.says("a stranger's key", humm.AuthApproved, humm.Success, humm.Field{Name: humm.PurchaseNumber, Value: "H0"})
	}
	if status >= 300 {
		return problem(other, switchcore.ErrDoNotHonor)
	}
	return fmt.Sprintf(`{"id":%q,"requestId":%q,"voucher":{"code":"%sother"}}`, other, other, canary)
}

func problem(ref, kind string) string {
	return fmt.Sprintf(`{"id":%q,"originalId":%q,"errorType":%q,"errorMessage":"no"}`, ref, ref, kind)
}

// already is the word for an advice that has been carried out before.
func already(what, how string) string {
	return map[string]string{"vouchers": "VOUCHER", "redemptions": "REDEMPTION", "refunds": "REFUND"}[what] + "_ALREADY_" + how
}
