package sandbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The consumer finance tills: one seller with a few devices, each with a signing key that it fetches once (humm.md 3.1).
const (
	sellerID   = "30477001"
	sellerTill = 4

	financeBase = "/humm/webapi/v1/"
)

// device is one till of the seller.
type device struct {
	id  string
	key string
}

// financeMessage is a flat message; every member that begins with x_ is signed.
type financeMessage map[string]any

// sign writes the canonical text of the signed members and its HMAC (humm.md 4), independently of the product's own.
func (m financeMessage) sign(key string) {
	var names []string
	for name := range m {
		if strings.HasPrefix(name, "x_") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	mac := hmac.New(sha256.New, []byte(key))
	for _, name := range names {
		fmt.Fprintf(mac, "%s%v", name, m[name])
	}
	m["signature"] = hex.EncodeToString(mac.Sum(nil))
}

// ask sends a signed message, again while its outcome is open, and gives the code of the answer; empty when none came. An
// invitation goes out once: each is a text message to the customer.
func (w *world) ask(ctx context.Context, operation, key string, m financeMessage) (code string, answer map[string]any) {
	m["x_merchant_id"], m["x_operator_id"], m["x_firmware_version"] = sellerID, "op-17", "sandbox-1.0"
	m.sign(key)
	for n := 0; n < maxRetries && ctx.Err() == nil && (n == 0 || operation != "Invite"); n++ {
		r := w.call(ctx, Client{}, http.MethodPost, financeBase+operation, encode(m))
		if json.Unmarshal(r.body, &answer) == nil {
			if code, _ = answer["x_code"].(string); code != "EISE01" {
				return code, answer
			}
		}
		w.pause(ctx, retryPause) // the same message again is safe
	}
	return code, answer
}

// device gives a till of the seller with its key; nil when it has none yet and gets none.
func (w *world) device(ctx context.Context, dice *rand.Rand) *device {
	w.devices.Lock()
	defer w.devices.Unlock()
	d := &w.seller[dice.IntN(sellerTill)]
	if d.key != "" {
		return d
	}
	token := "GUDID-" + w.newID()
	d.id = "lane-" + w.newID()[:8]
	code, answer := w.ask(ctx, "CreateKey", token, financeMessage{"x_device_id": d.id, "x_device_token": token, "x_pos_vendor": "Sandbox Tills"})
	if d.key, _ = answer["x_key"].(string); code != "SCRK01" || d.key == "" {
		d.key = ""
		return nil
	}
	return d
}

// playFinance is a purchase on finance: a code scanned, now and then a receipt attached, a refund, or a refund undone. Some
// customers only ask for an invitation.
func (w *world) playFinance(ctx context.Context, p plan) {
	d := w.device(ctx, p.dice)
	if d == nil {
		return
	}
	if p.dice.IntN(10) == 0 {
		w.ask(ctx, "Invite", d.key, financeMessage{"x_device_id": d.id, "x_mobile": fmt.Sprintf("04%08d", p.dice.IntN(1e8)), "x_purchase_amount": 25000})
		return
	}
	sale := "S-" + w.newID()[:13]
	if p.Fault != "" {
		sale = "sim:" + p.Fault + "#" + sale
	}
	amount := 5000 + 500*p.dice.IntN(200)
	code, _ := w.ask(ctx, "ProcessAuthorisation", d.key, financeMessage{
		"x_device_id": d.id, "x_pos_transaction_ref": sale, "x_pre_approval_code": w.approvalCode(),
		"x_purchase_amount": amount, "x_finance_amount": amount, "tracking_data": map[string]string{"lane": d.id},
	})
	if code != "SPRA01" {
		return
	}
	w.think(ctx, between(p, 2*time.Second, 6*time.Second))
	if p.dice.IntN(3) == 0 {
		w.ask(ctx, "SendReceipt", d.key, financeMessage{"x_device_id": d.id, "x_pos_transaction_ref": sale, "x_receipt_number": "INV-" + w.newID()[:13]})
	}
	if p.dice.IntN(4) > 0 {
		return
	}
	refund := financeMessage{"x_device_id": d.id, "x_pos_transaction_ref": "R-" + w.newID()[:13], "x_purchase_ref": sale, "x_amount": amount / 2}
	if code, _ = w.ask(ctx, "ProcessSalesAdjustment", d.key, refund); code == "SPSA01" && p.dice.IntN(3) == 0 {
		w.ask(ctx, "ProcessSalesAdjustmentReversal", d.key, financeMessage{
			"x_device_id": d.id, "x_pos_transaction_ref": "V-" + w.newID()[:13], "x_adjustment_signature": refund["signature"],
		})
	}
}

// approvalCode is what the customer's phone shows: six digits behind the prefix that marks the scheme. A code is good for one
// purchase for ever, and six digits drawn at random meet again within a thousand purchases, so codes are counted, from the second
// of the start: customers buy more slowly than the clock runs, and the next start begins where nobody has been.
func (w *world) approvalCode() string {
	w.approvals.CompareAndSwap(0, w.now().Unix())
	return fmt.Sprintf("6199%06d", w.approvals.Add(1)%777000) // from 777000 on they ask the stand-in for something
}
