package humm

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Details of results, as shown with an attempt.
const (
	detailClient  = "REFUSED_MESSAGE"
	detailPending = "PENDING"
	detailBadSign = "BAD_SIGNATURE"
)

// Read maps an answer by the rail's code table (spec/humm.md 5), whatever its HTTP status: a good signature takes the place of
// an echoed reference. Without one nothing is believed, neither yes nor no. It changes nothing, never fails and takes any
// bytes.
func (c *Connector) Read(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	s := c.hear(call, a)
	if isAdvice(call.Kind) {
		return c.readAdvice(call, s)
	}
	return c.readRequest(call, s)
}

// isAdvice tells whether a message comes from the queue.
func isAdvice(kind transactions.AttemptKind) bool {
	switch kind {
	case transactions.AttemptReverse, transactions.AttemptConfirm, transactions.AttemptReceipt, transactions.AttemptResolve:
		return true
	}
	return false
}

// said is an answer after its signature was checked.
type said struct {
	op     rail.Operation // of the message that was answered
	sent   *rail.Message
	answer *rail.Message // nil: none that could be believed
	class  rail.Class
	code   string
	detail string // why there is no answer
	unsent bool
	fault  bool
	alarm  bool
}

// hear reads the answer and proves it.
func (c *Connector) hear(call switchcore.Call, a switchcore.Answer) said {
	s := said{op: rail.Operation(strings.TrimPrefix(call.Sent.Path, "/"))}
	if !s.op.Known() { // a call that was never sent names no message
		s.op = operationOf(call.Operation)
	}
	switch {
	case !a.Sent:
		s.unsent, s.fault, s.detail = true, errors.Is(a.Err, wire.ErrNotWritten), family.DetailConnectFail
	case a.Timeout:
		s.detail = family.DetailTimeout
	case errors.Is(a.Err, wire.ErrTooLarge), errors.Is(a.Err, wire.ErrIncomplete):
		s.detail = family.DetailBadResponse
	case a.Err != nil || a.Status == 0:
		s.detail = family.DetailNoAnswer
	default:
		c.prove(&s, call.Sent.Body, a.Body)
	}
	return s
}

// prove believes an answer that the shared key signed. The one answer that may come unsigned says that there is no shared
// key; it is never taken for an approval.
func (c *Connector) prove(s *said, sent, body []byte) {
	answer, err := rail.Parse(body)
	if err != nil || answer.Text(rail.Code) == "" {
		s.detail = family.DetailBadResponse
		return
	}
	if s.sent, err = rail.Parse(sent); err != nil {
		s.detail, s.alarm = detailBadSign, true
		return
	}
	code, status := rail.ListedCode(s.op, answer.Text(rail.Code)), answer.Text(rail.Status)
	strangers := code == rail.NotRecognised && status == rail.Error && answer.Signature() == ""
	if !strangers && !c.verifies(s, answer) {
		s.detail, s.alarm = detailBadSign, true
		return
	}
	s.answer, s.code, s.class = answer, code, rail.Read(s.op, code, status)
	s.alarm = code == rail.NotRecognised || code == rail.BadSignature
}

func (c *Connector) verifies(s *said, answer *rail.Message) bool {
	if s.op == rail.CreateKey {
		return answer.Verify(s.sent.Text(rail.DeviceToken))
	}
	key, err := c.deviceKey(s.sent)
	return err == nil && answer.Verify(key)
}

// keyWithin bounds the read of a key; mostly it is in memory.
const keyWithin = 2 * time.Second

// deviceKey gives the key of the device that sent a message.
func (c *Connector) deviceKey(sent *rail.Message) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), keyWithin)
	defer cancel()
	return c.keys.DeviceKey(ctx, sent.Text(rail.MerchantID), sent.Text(rail.DeviceID))
}

// keyTrouble tells whether the rail did not even look at the message, because it does not know the device or its key. Of a
// repeat that proves nothing: the first may have gone through under the key of its time.
func (s said) keyTrouble() bool { return s.code == rail.NotRecognised || s.code == rail.BadSignature }

// words keeps what the rail said. The text goes to the till as it is and is stored sealed only.
func (s said) words() switchcore.ProviderWords {
	if s.answer == nil {
		return switchcore.ProviderWords{}
	}
	return switchcore.ProviderWords{
		Code: mask.MaskText(short(s.code, longestCode)), Message: short(s.answer.Text(rail.Text), longestText), Ref: short(s.answer.Text(rail.PurchaseNumber), longestRef),
	}
}

// Longest words kept, in characters.
const (
	longestCode = 20
	longestText = 255
	longestRef  = 64
)

func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

func sameSignature(quoted string, original *rail.Message) bool {
	return quoted != "" && strings.EqualFold(quoted, original.Signature())
}
