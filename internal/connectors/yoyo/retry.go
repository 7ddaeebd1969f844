package yoyo

import (
	"net/http"
	"time"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/native"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

const (
	settled = 60 * time.Second // how long after the first send an empty list begins to mean something
	lookTwo = 5 * time.Second  // between the two lists of a retry
	several = "more than one item issued"
)

// listForRetry begins a retry: what the first request did is asked, not tried again.
func (c *Connector) listForRetry(call switchcore.Call) (switchcore.Message, error) {
	k, known := kindOf(call.Product)
	if !known || c.options.UserRefMode != refRecord {
		return switchcore.Message{}, native.Refuse(switchcore.ErrNotSupported, "Yoyo cannot tell what became of it")
	}
	return c.listOf(call.WireRef, k), nil
}

// readList reads the items of our reference: one is the provision's, of several the oldest, and none proves nothing until it
// was seen twice, late enough.
func (c *Connector) readList(call switchcore.Call, body *reply, said string) switchcore.Result {
	list, readable := live(call, body)
	switch {
	case !readable && stepOf(call) == stepDeclined && body.verdict == denied && said == "auth":
		return declined(body.result(switchcore.ClassUnknown), said) // refused twice, by the door
	case !readable:
		return body.result(switchcore.ClassUnknown)
	case len(list) > 1:
		return c.dropOne(body, list)
	case len(list) == 0:
		return c.nothingFound(call, body, said)
	}
	r := approved(list[0])
	if call.Step == stepListDropped {
		r.Break = several
	}
	return r
}

// live gives the items that stand under our reference, the oldest first; expired ones count no more. false: the answer
// does not tell.
func live(call switchcore.Call, body *reply) ([]item, bool) {
	all, listed := body.items()
	if body.verdict != yes || !listed {
		return nil, body.verdict == no && body.coded && !issuerTrouble(body.code)
	}
	var list []item
	for _, it := range all {
		if !it.gone() && fits(call, it) {
			list = append(list, it)
		}
	}
	oldestFirst(list)
	return list, true
}

// dropOne deletes the youngest of several items; the list is asked for again after each.
func (c *Connector) dropOne(body *reply, list []item) switchcore.Result {
	r := body.result(switchcore.ClassUnknown)
	youngest := list[len(list)-1]
	r.Detail, r.Break = detailSeveral, several
	r.Follow = &switchcore.Follow{Step: stepDrop, Kind: transactions.AttemptCleanup, Message: remove(youngest.kind, youngest.id)}
	return r
}

// readDrop reads the answer to the deletion of a double. One that cannot be deleted is left to people.
func (c *Connector) readDrop(call switchcore.Call, body *reply) switchcore.Result {
	r := body.result(switchcore.ClassUnknown)
	r.Break = several
	if body.verdict == yes || vanished(body) {
		r.Detail, r.Follow = family.DetailAck, c.look(call, stepListDropped)
	}
	return r
}

// nothingFound decides what an empty list means in its place.
func (c *Connector) nothingFound(call switchcore.Call, body *reply, said string) switchcore.Result {
	r := body.result(switchcore.ClassUnknown)
	r.Detail = detailNotFound
	retrying := call.Step == "" || call.Step == stepListAgain
	switch {
	case stepOf(call) == stepDeclined:
		return declined(r, said)
	case !retrying || call.Age < settled || call.Request == nil:
	case call.Step == "":
		r.Follow = c.look(call, stepListAgain)
		if r.Follow != nil {
			r.Follow.After = lookTwo
		}
	default:
		m, err := c.issue(call)
		if err == nil {
			r.Follow = &switchcore.Follow{Step: stepIssueAgain, Kind: transactions.AttemptRequest, Message: m}
		}
	}
	return r
}

// remove writes the deletion of an item, which expires it.
func remove(k kind, id string) switchcore.Message {
	return switchcore.Message{Method: http.MethodDelete, Path: k.item(id), Headers: headersRead}
}
