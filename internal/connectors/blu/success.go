package blu

import (
	"time"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// instant is how the service writes dates (common.md 1).
const instant = "2006-01-02T15:04:05.000Z"

// voucher gives a voucher from the nodes of its members; nil when it has no code.
func (r *reply) voucher(token, serial, expiry int) *switchcore.Issued {
	v := &switchcore.Issued{Code: r.scalar(token)}
	if v.Code == "" {
		return nil
	}
	v.Expiry = moment(r.scalar(expiry))
	if s := r.scalar(serial); !mask.Reveals(s, v.Code) && len(s) <= longestTerm {
		v.Serial = s
	}
	return v
}

// voucherJSON writes the voucher member of an answer to a client (vouchers.md 2).
func voucherJSON(v *switchcore.Issued, instructions []string) []byte {
	o := &object{}
	o.optional("code", v.Code)
	if !v.Expiry.IsZero() {
		o.text("expiryDate", v.Expiry.UTC().Truncate(time.Millisecond).Format(instant))
	}
	o.optional("serialNumber", v.Serial)
	if len(instructions) > 0 {
		list := []byte{'['}
		for i, line := range instructions {
			if i > 0 {
				list = append(list, ',')
			}
			list = jsonedit.AppendString(list, line)
		}
		o.raw("redeemInstructions", append(list, ']'))
	}
	return o.bytes()
}

// member adds a member for the client's answer, unless there is nothing to say.
func member(list []switchcore.Member, name string, raw []byte) []switchcore.Member {
	if raw == nil {
		return list
	}
	return append(list, switchcore.Member{Name: name, Raw: raw})
}

func term(terms []switchcore.Term, kind transactions.TermKind, value string) []switchcore.Term {
	if value == "" || len(value) > longestTerm {
		return terms
	}
	return append(terms, switchcore.Term{Kind: kind, Value: value})
}
