package connectortest

import (
	"fmt"
	"io"
	"net"
	"net/http"
)

// scenarioAmounts are the amounts, in cents, by which a played provider that knows nothing but its messages is told how to
// behave.
func scenarioAmounts() map[int64]Scenario {
	return map[int64]Scenario{
		10001: Decline, 10002: UnknownCode, 10003: Silence, 10004: Late, 10005: DuplicateAnswer, 10006: Malformed,
		10007: OtherReference, 10008: NoVoucher, 10009: ServerError, 10010: Reset,
	}
}

// ScenarioOf gives the scenario that an amount asks for; empty for every other amount.
func ScenarioOf(amount int64) Scenario { return scenarioAmounts()[amount] }

// AmountOf gives an amount that asks for a scenario.
func AmountOf(s Scenario) int64 {
	for amount, name := range scenarioAmounts() {
		if name == s {
			return amount
		}
	}
	return 5000
}

// AnswerTwice writes a JSON answer two times on the connection.
func AnswerTwice(w http.ResponseWriter, body string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	one := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	_, _ = io.WriteString(conn, one+one)
}

// ResetInstead resets the connection instead of an answer.
func ResetInstead(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
