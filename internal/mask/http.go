package mask

import (
	"net/url"
	"strings"
)

// queryRule says how a query parameter of the voucher service is shown; others become one star.
func queryRule(name string) Algorithm {
	switch name {
	case "voucherSerialNumber", "channelName":
		return None
	case "provisionRequestId":
		return Text
	case "receiverInstId", "settlementEntityInstId":
		return Reference
	case "voucherCode":
		return Code
	default:
		return Full
	}
}

// Query masks a raw query string (without the question mark): voucherCode shows its last four
// characters, unknown parameters nothing. The result may be logged and stored.
func Query(raw string) string {
	if raw == "" {
		return ""
	}
	var b strings.Builder
	for pair := range strings.SplitSeq(raw, "&") {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		rawName, rawValue, hasValue := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(rawName)
		if err != nil || !plainName([]byte(name)) {
			b.WriteString("*")
			continue
		}
		b.WriteString(name)
		if !hasValue {
			continue
		}
		b.WriteByte('=')
		value, err := url.QueryUnescape(rawValue)
		switch rule := queryRule(name); {
		case err != nil:
			b.WriteByte('*')
		case rule.fits([]byte(value)):
			b.WriteString(url.QueryEscape(value))
		default:
			b.WriteString(strings.ReplaceAll(url.QueryEscape(apply(rule, value)), "%2A", "*"))
		}
	}
	return b.String()
}

// KeepHeader tells whether a header may be stored with a trace. Credentials, cookies and anything not
// listed are left out whole (spec/common.md 6).
func KeepHeader(name string) bool {
	switch strings.ToLower(name) {
	case "accept", "content-type", "content-length", "date", "location", "retry-after", "server", "user-agent",
		"x-request-id", "traceparent":
		return true
	default:
		return false
	}
}
