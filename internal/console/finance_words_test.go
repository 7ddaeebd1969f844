package console

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func TestTheLedgerSpeaksOfItsService(t *testing.T) {
	t.Parallel()
	for operations, want := range map[[2]finance.Operation][3]string{
		{finance.Provision, finance.Redemption}:     {"Sales", "Redemptions", "Refunds of redemptions"},
		{finance.Redemption, finance.Load}:          {"Activations and loads", "Redemptions", "Refunds of redemptions"},
		{finance.Activation, finance.Redemption}:    {"Activations and loads", "Redemptions", "Refunds of redemptions"},
		{finance.Authorisation, finance.Adjustment}: {"Sales", "Authorisations", "Adjustments"},
	} {
		var service transactions.Service
		for _, o := range operations {
			service = railOf(o, service)
		}
		sales, redemptions, refunds := principalWords(service)
		assert.Equal(t, want, [3]string{sales, redemptions, refunds}, operations)
	}
}
