package switchcore

import (
	"bytes"

	"github.com/signalboxhq/signalbox/internal/money"
)

// longestCode bounds a voucher code, in bytes: no client could send a longer one back.
const longestCode = 512

// understand asks a connector what an answer means. What could not be stored, or would harm what it is stored beside, is as good as
// an answer that nobody can read (I16).
func understand(c Connector, call Call, a Answer) Result {
	if holdsNUL(a.Body) {
		a.Body = nil // the status still speaks
	}
	r := c.Read(call, a)
	if immense(r.ApprovedAmount) || immense(r.BalanceAmount) || r.Voucher != nil && len(r.Voucher.Code) > longestCode {
		return Result{Detail: "BAD_RESPONSE"}
	}
	return r
}

// holdsNUL tells whether a text of the body could hold a NUL, which no text of the database can, however deep it is quoted.
func holdsNUL(body []byte) bool {
	return bytes.IndexByte(body, 0) >= 0 || bytes.Contains(body, []byte(`\u0000`))
}

func immense(a *money.Amount) bool {
	return a != nil && (a.Minor > money.Largest || a.Minor < -money.Largest)
}
