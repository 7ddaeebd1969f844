package console

import (
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/monitoring"
	"github.com/signalboxhq/signalbox/internal/transactions"
	"github.com/signalboxhq/signalbox/web/templates/components"
)

// saleWords names what a transaction is within a sentence: "provision", "gift card redemption", "authorisation". Vouchers and
// gift cards share names, so a gift card says so.
func saleWords(s transactions.Service, op transactions.Operation) string {
	word := strings.ToLower(op.Word())
	if s == transactions.GiftCard {
		return strings.ToLower(s.Word()) + " " + word
	}
	return word
}

// tillWords names the till that a transaction came from; a consumer finance device has a name of its own.
func tillWords(t *transactions.Transaction) string {
	if t.Key.Service == transactions.Humm {
		return t.TerminalID
	}
	return prefixed("till ", t.TerminalID)
}

// shortService names a service where there is little room.
func shortService(s transactions.Service) string {
	if s == transactions.Humm {
		return "finance"
	}
	return strings.ToLower(s.Word())
}

// withArticle puts "a" or "an" before a word.
func withArticle(word string) string {
	if word != "" && strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

// serviceCounts says how many transactions each service had: "690 voucher, 53 gift card"; nothing for a single service.
func serviceCounts(list []monitoring.ServiceCount) string {
	if len(list) < 2 {
		return ""
	}
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = components.Number(s.Count) + " " + strings.ToLower(s.Service.Word())
	}
	return strings.Join(parts, ", ")
}

// scheduleWords says a schedule as people do: "every 1m0s" is every minute.
func scheduleWords(schedule string) string {
	text, found := strings.CutPrefix(schedule, "every ")
	d, err := time.ParseDuration(text)
	if !found || err != nil || d <= 0 {
		return schedule
	}
	for _, u := range []struct {
		unit     time.Duration
		one, all string
	}{{24 * time.Hour, "day", "days"}, {time.Hour, "hour", "hours"}, {time.Minute, "minute", "minutes"}, {time.Second, "second", "seconds"}} {
		switch n := int(d / u.unit); {
		case d == u.unit:
			return "every " + u.one
		case d%u.unit == 0:
			return "every " + components.Plural(n, u.one, u.all)
		}
	}
	return "every " + d.String()
}
