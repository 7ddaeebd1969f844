package family

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

func TestAppendAmounts(t *testing.T) {
	t.Parallel()
	five, one := &money.Amount{Minor: 500, Currency: "710"}, &money.Amount{Minor: 100, Currency: "710"}
	for _, tt := range []struct {
		approved, balance *money.Amount
		want              string
	}{
		{nil, nil, ""},
		{five, nil, `{"approvedAmount":{"amount":500,"currency":"710"}}`},
		{nil, one, `{"balanceAmount":{"amount":100,"currency":"710"}}`},
		{five, one, `{"approvedAmount":{"amount":500,"currency":"710"},"balanceAmount":{"amount":100,"currency":"710"}}`},
	} {
		before := []switchcore.Member{{Name: "voucher"}}
		got := AppendAmounts(before, tt.approved, tt.balance)
		if tt.want == "" {
			require.Equal(t, before, got)
			continue
		}
		require.Equal(t, "amounts", got[1].Name)
		require.Equal(t, tt.want, string(got[1].Raw))
	}
}
