package console

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

func TestSaleWords(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "redemption", saleWords(transactions.Voucher, transactions.Redemption))
	assert.Equal(t, "gift card redemption", saleWords(transactions.GiftCard, transactions.Redemption))
	assert.Equal(t, "device key", saleWords(transactions.Humm, transactions.CreateKey))
	assert.Equal(t, "an authorisation", withArticle("authorisation"))
	assert.Equal(t, "a load", withArticle("load"))
	assert.Equal(t, "finance", shortService(transactions.Humm))
	assert.Equal(t, "gift card", shortService(transactions.GiftCard))
}

func TestServiceCounts(t *testing.T) {
	t.Parallel()
	list := []monitoring.ServiceCount{{Service: transactions.Voucher, Count: 690}, {Service: transactions.GiftCard, Count: 53}}
	assert.Equal(t, "690 voucher, 53 gift card", serviceCounts(list))
	assert.Empty(t, serviceCounts(list[:1]), "one service alone needs no telling")
}

func TestScheduleWords(t *testing.T) {
	t.Parallel()
	for schedule, want := range map[string]string{
		"every 1m0s": "every minute", "every 5s": "every 5\u00a0seconds", "every 1h0m0s": "every hour", "every 24h0m0s": "every day", "every 1m30s": "every 90\u00a0seconds",
		"every 250ms": "every 250ms", "daily 02:00 Africa/Johannesburg": "daily 02:00 Africa/Johannesburg", "every now and then": "every now and then",
	} {
		assert.Equal(t, want, scheduleWords(schedule))
	}
}
