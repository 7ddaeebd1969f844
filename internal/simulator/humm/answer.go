package humm

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// Codes that the rules answer with (humm.md 5).
const (
	keyIssued, tokenUnknown, tokenSpent           = "SCRK01", "FCRK01", "FCRK02"
	invited                                       = "SINV01"
	approved, pending, cancelled                  = "SPRA01", "SPND01", "FCNL01"
	refTaken, codeUsed, noReason                  = "FPRA07", "FPRA22", "FPRA99"
	attached, noSale, receiptTaken                = "SSER01", "FSER01", "FSER02"
	refunded, saleUnknown, completed, allRefunded = "SPSA01", "FPSA01", "FPSA02", "FPSA03"
	overRefund, notPossible                       = "FPSA04", "FPSA05"
	duplicateRef, notPositive                     = "FPSA08", "FPSA09"
	undone, noAdjustment, notUndone, undoneBefore = "SPAR01", "FPAR01", "FPAR05", "FPAR08"
	invalid, belowMinimum                         = "EVAL01", "EVAL02"
	unknownDevice, badSignature, internalFailure  = "EAUT01", "ESIG01", "EISE01"
)

// statusOf is the word that goes with a code.
func statusOf(code string) string {
	switch {
	case code == pending:
		return "Pending"
	case code == cancelled:
		return "Cancelled"
	case strings.HasPrefix(code, "S"):
		return "Success"
	case strings.HasPrefix(code, "F"):
		return "Failed"
	}
	return "Error"
}

// answer is what comes back. Members without a value are neither sent nor signed.
type answer struct {
	code    string
	status  string // empty: the one of the code
	message string // empty: one of the status
	issued  string // x_key
	number  string // x_purchase_number
	wait    int    // seconds before the next ask; not signed
}

func say(code string) answer { return answer{code: code} }

// encode signs the answer; without a key the signature is empty. tracking is echoed as it came.
func (a answer) encode(key string, tracking json.RawMessage) stage.Answer {
	if a.status == "" {
		a.status = statusOf(a.code)
	}
	if a.message == "" {
		a.message = map[string]string{"Success": "Approved", "Failed": "Declined", "Pending": "Waiting for the buyer", "Cancelled": "Cancelled", "Error": "Error"}[a.status]
	}
	members := []pair{
		{"x_status", a.status}, {"x_code", a.code}, {"x_message", a.message}, {"x_key", a.issued}, {"x_purchase_number", a.number},
	}
	var buf bytes.Buffer
	for _, p := range members {
		if p.value != "" {
			put(&buf, p.name, quoted(p.value))
		}
	}
	if a.wait > 0 {
		put(&buf, "retry_duration", []byte(strconv.Itoa(a.wait)))
	}
	if tracking != nil {
		put(&buf, "tracking_data", tracking)
	}
	signature := ""
	if key != "" {
		signature = sign(key, members)
	}
	put(&buf, "signature", quoted(signature))
	buf.WriteString("}\n")
	return stage.Answer{Status: http.StatusOK, Body: buf.Bytes()}
}

func put(buf *bytes.Buffer, name string, value []byte) {
	if buf.Len() == 0 {
		buf.WriteByte('{')
	} else {
		buf.WriteByte(',')
	}
	buf.Write(quoted(name))
	buf.WriteByte(':')
	buf.Write(value)
}

func quoted(s string) []byte { return bytes.TrimSpace(stage.Encode(s)) }
