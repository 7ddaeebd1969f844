package flash

import (
	"net/http"
	"strconv"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// response codes this Flash uses
const (
	codeProduct      = 2101
	codeAccount      = 2200
	codeAmount       = 2204
	codeAgain        = 2211
	codeHeaders      = 2231
	codeNoOriginal   = 2249
	codeOtherContent = 2256
	codeGroup        = 2267
	codeNoReversal   = 2273
	codeMobile       = 2279
	codeReversed     = 2280
	codeTooLate      = 2281
	codeNotUndone    = 2282
	codeFormat       = 2301
	codeStock        = 2351
	codeMetadata     = 2360
	codeRedeemed     = 2401
	codeNoVoucher    = 2402
	codeNotActive    = 2403
	codeExpired      = 2405
	codeTooMuch      = 2406
	codeCancelled    = 2409
	codeUsedNow      = 2412
	codeChangeUsed   = 2414
)

// answer is what a write leads to, before it is encoded.
type answer struct {
	code    int // 0 is success
	text    string
	entry   *stage.Entry
	voucher map[string]any
	keep    bool // a repeat of the reference gets the same answer
}

func refuse(code int, text string) *answer { return &answer{code: code, text: text} }

// encode renders the answer. Some answers use what the interface leaves open: numbers as text, further members,
// HTTP 200 for a refusal.
func (a answer) encode(m *write, now time.Time) stage.Answer {
	body := map[string]any{
		"responseCode": a.code, "responseMessage": a.text, "reference": m.Reference, "accountNumber": m.AccountNumber,
	}
	seq := int64(0)
	if a.entry != nil {
		seq = a.entry.Seq
		body["transactionId"] = transactionID(seq)
	}
	if a.code != 0 {
		body["path"] = "/aggregation/4.0/" + m.op.path
		body["transactionId"] = strconv.FormatInt(transactionID(seq), 10)
		status := http.StatusBadRequest
		if m.op.kind == "redeem" || m.op.kind == "reverse" {
			status = http.StatusOK
		}
		return stage.JSON(status, body)
	}
	body["responseMessage"] = "Success"
	body["transactionDate"] = local(now)
	if a.entry != nil {
		body["amount"] = a.entry.Amount
	}
	if a.voucher != nil {
		body["voucher"] = a.voucher
	}
	m.echo(body)
	if seq%4 == 3 {
		body["responseCode"], body["amount"] = "0", strconv.FormatInt(a.entry.Amount, 10)
	}
	if seq%3 == 2 {
		body["loyalty"] = map[string]any{"points": 3, "tier": nil}
	}
	return stage.JSON(http.StatusOK, body)
}

func (m *write) echo(body map[string]any) {
	for name, v := range map[string]string{"storeId": m.StoreID, "terminalId": m.TerminalID} {
		if v != "" {
			body[name] = v
		}
	}
	if len(m.Metadata) > 0 {
		body["metadata"] = m.Metadata
	}
}

func transactionID(seq int64) int64 { return 4_100_000_000 + seq }

// local writes a time as Flash does: South African time without a zone.
func local(t time.Time) string {
	return t.In(time.FixedZone("SAST", 2*60*60)).Format("2006-01-02T15:04:05")
}

// instead is the answer of a fault that replaces the right one.
func instead(f stage.Fault) stage.Answer {
	status, header := f.Instead()
	switch {
	case f.Name == "soft-error":
		return stage.JSON(http.StatusOK, map[string]any{"responseCode": codeAgain, "responseMessage": "Please submit the request again"})
	case f.Name == "unknown-code":
		return stage.JSON(http.StatusOK, map[string]any{"responseCode": 9321, "responseMessage": "Condition red"})
	case f.Name == "token-expired":
		return unauthorised()
	case status == 0:
		return stage.Answer{Status: http.StatusOK}
	}
	a := stage.JSON(status, map[string]string{"message": "fault of the provider"})
	a.Header = header
	return a
}

// deliver sends the right answer a as the fault wants it.
func deliver(x *stage.Exchange, f stage.Fault, a stage.Answer) {
	status, _ := f.Instead()
	switch {
	case f.Name == "soft-error", f.Name == "unknown-code", status != 0:
		a = instead(f)
	case f.Name == "no-code":
		a = a.Edit(func(body map[string]any) {
			if v, ok := body["voucher"].(map[string]any); ok {
				delete(v, "pin")
			}
		})
	case f.Name == "other-id":
		a = a.Edit(func(body map[string]any) { body["reference"] = "someone-elses" })
	}
	x.Deliver(f, a)
}
