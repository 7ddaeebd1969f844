package family

import (
	"strconv"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// AppendAmounts adds the member amounts for the client's answer (common.md 2) from what is known, unless that is nothing.
func AppendAmounts(members []switchcore.Member, approved, balance *money.Amount) []switchcore.Member {
	out := []byte{'{'}
	for _, part := range []struct {
		name   string
		amount *money.Amount
	}{{"approvedAmount", approved}, {"balanceAmount", balance}} {
		if part.amount == nil {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = jsonedit.AppendString(out, part.name)
		out = strconv.AppendInt(append(out, `:{"amount":`...), part.amount.Minor, 10)
		out = append(jsonedit.AppendString(append(out, `,"currency":`...), part.amount.Currency), '}')
	}
	if len(out) == 1 {
		return members
	}
	return append(members, switchcore.Member{Name: "amounts", Raw: append(out, '}')})
}
