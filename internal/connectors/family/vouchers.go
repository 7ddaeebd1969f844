package family

import (
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// instant is how the service writes dates (common.md 1), in UTC.
const instant = "2006-01-02T15:04:05.000Z"

// AppendVoucher adds the member voucher for the client's answer (vouchers.md 2), unless nothing is known of it.
func AppendVoucher(members []switchcore.Member, v switchcore.Issued, instructions []string) []switchcore.Member {
	o := &jsonedit.Builder{}
	o.Optional("code", v.Code)
	if !v.Expiry.IsZero() {
		o.Text("expiryDate", v.Expiry.UTC().Format(instant))
	}
	o.Optional("serialNumber", v.Serial)
	if len(instructions) > 0 {
		o.Raw("redeemInstructions", texts(instructions))
	}
	return appendMember(members, "voucher", o.Bytes())
}

func texts(list []string) []byte {
	out := []byte{'['}
	for i, line := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = jsonedit.AppendString(out, line)
	}
	return append(out, ']')
}

// AppendSlip adds the member slipData for the client's answer, what the till prints, unless there is nothing to print.
func AppendSlip(members []switchcore.Member, lines []string) []switchcore.Member {
	if len(lines) == 0 {
		return members
	}
	out := []byte(`{"messageLines":[`)
	for i, line := range lines {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(jsonedit.AppendString(append(out, `{"text":`...), line), '}')
	}
	return append(members, switchcore.Member{Name: "slipData", Raw: append(out, "]}"...)})
}

// ChangeLines tell the till's customer of the voucher for what a redemption left, which is money; nil: there is none.
func ChangeLines(title string, v *switchcore.Issued, worth *money.Amount) []string {
	if v == nil {
		return nil
	}
	lines := []string{title, v.Code}
	if worth != nil {
		lines = append(lines, "Value R "+worth.Decimal())
	}
	if v.Serial != "" {
		lines = append(lines, "Serial "+v.Serial)
	}
	return lines
}
