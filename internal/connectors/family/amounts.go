package family

import (
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// AppendAmounts adds the member amounts for the client's answer (common.md 2) from what is known, unless that is nothing.
func AppendAmounts(members []switchcore.Member, approved, balance *money.Amount) []switchcore.Member {
	o := &jsonedit.Builder{}
	o.Raw("approvedAmount", ledgerAmount(approved))
	o.Raw("balanceAmount", ledgerAmount(balance))
	return appendMember(members, "amounts", o.Bytes())
}

// ledgerAmount writes a LedgerAmount; nil for none.
func ledgerAmount(a *money.Amount) []byte {
	if a == nil {
		return nil
	}
	o := &jsonedit.Builder{}
	o.Number("amount", a.Minor)
	o.Text("currency", a.Currency)
	return o.Bytes()
}

// appendMember adds a member for the client's answer, unless there is nothing to say.
func appendMember(members []switchcore.Member, name string, raw []byte) []switchcore.Member {
	if raw == nil {
		return members
	}
	return append(members, switchcore.Member{Name: name, Raw: raw})
}
