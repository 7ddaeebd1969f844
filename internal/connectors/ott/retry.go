package ott

import (
	"time"

	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const (
	settled = 60 * time.Second // how long after the first send a check that finds nothing begins to mean something
	lookTwo = 5 * time.Second  // between the two checks of a retry
)

// readRetry reads the checks of the retry operation. GetVoucher goes out again only when two of them, the first at least
// 60 s after the send, found nothing, and then under a new reference: the old one is rejected by a message of its own (I9).
func (c *Connector) readRetry(call switchcore.Call, body *reply) switchcore.Result {
	if body.verdict == yes {
		return issued(body)
	}
	r := unproved(body)
	if !absent(body) || call.Age < settled || call.Request == nil || call.NextWireRef == "" {
		return r
	}
	if call.Step != stepCheckAgain {
		r.Follow = &switchcore.Follow{
			Step: stepCheckAgain, Kind: transactions.AttemptLookup, Message: check(referenceOf(call)), After: lookTwo,
		}
		return r
	}
	m, err := c.issue(call, call.NextWireRef)
	if err != nil {
		return r // it could be written once; without that there is nothing to send
	}
	cleanup := reject(referenceOf(call))
	r.Follow = &switchcore.Follow{
		Step: stepIssueAnew, Kind: transactions.AttemptRequest, Message: m, NewWireRef: true, Cleanup: &cleanup,
	}
	return r
}
