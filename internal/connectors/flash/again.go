package flash

import (
	"time"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Steps of a call after its first message.
const (
	stepToken       = "token"        // the same bytes under a new token: nothing was done before
	stepRepeat      = "repeat"       // the same bytes, to learn what became of the first
	stepRepeatToken = "repeat-token" // both: a new token was asked for at some point, and something may have been done
)

// Pauses before the same message goes out again.
const (
	busyPause    = time.Second     // 4.6: throughput
	longestPause = 5 * time.Second // a longer one is not waited for
)

// repeat asks for the same bytes once more, which Flash answers as it answered them first (4.5, I10). A client's own retry
// is such a repeat already.
func repeat(call switchcore.Call, r switchcore.Result, after time.Duration) switchcore.Result {
	if call.Sent.Method == "" || mayBeDone(call) || after > longestPause {
		return r
	}
	step := stepRepeat
	if call.Step == stepToken {
		step = stepRepeatToken
	}
	r.Follow = &switchcore.Follow{Step: step, Kind: transactions.AttemptRetry, Message: again(call.Sent), After: after}
	return r
}

// renewed asks for the same bytes under a new token, once in a call; the token that was refused is forgotten by Send. A
// second refusal is a decline and for people; where something may have been done before it leaves that open.
func renewed(call switchcore.Call, r switchcore.Result) switchcore.Result {
	r.Detail = family.DetailAuthFail
	fresh := call.Step == "" || call.Step == stepRepeat
	switch {
	case fresh && call.Sent.Method != "":
		r.Follow = &switchcore.Follow{Step: stepToken, Kind: transactions.AttemptRetry, Message: again(call.Sent)}
		switch {
		case mayBeDone(call):
			r.Follow.Step = stepRepeatToken
		case call.Operation == transactions.Lookup:
			r.Follow.Kind = transactions.AttemptLookup
		}
		return r
	case !mayBeDone(call):
		r.Class, r.ErrorType = switchcore.ClassDeclined, switchcore.ErrGeneral
	}
	r.Alarm = true
	return r
}

// mayBeDone tells whether a message before this one may have taken effect: then only an answer about the sale itself
// settles it.
func mayBeDone(call switchcore.Call) bool {
	return call.Step == stepRepeat || call.Step == stepRepeatToken || call.Step == "" && call.Kind == transactions.AttemptRetry
}

// again gives a message as it went out, with what its trace needs: of a stored one only the bytes are there.
func again(m switchcore.Message) switchcore.Message {
	m.Masked, m.Headers, m.Kind = string(masked(m.Body)), headers, ""
	return m
}

// pause is how long to wait before the same message goes out again.
func pause(a switchcore.Answer, busy bool) time.Duration {
	if a.RetryAfter > 0 {
		return a.RetryAfter
	}
	if busy {
		return busyPause
	}
	return 0
}
