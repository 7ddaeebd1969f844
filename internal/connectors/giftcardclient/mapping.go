package giftcardclient

import (
	"net/http"
	"net/url"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Prepare writes the message of a call (providers.md 3). It fails with apperr.Invalid for what the interface has no words
// for, a retry for one, and with a switchcore.Refusal for an amount below zero (giftcard-rules.md 4.3); nothing is sent then.
func (c *Connector) Prepare(call switchcore.Call) (switchcore.Message, error) {
	m, err := prepare(call, c.client.IDOf(call))
	if err == nil {
		m.User = call.Provider.UserOf(call.ClientID)
	}
	return m, err
}

func prepare(call switchcore.Call, id string) (switchcore.Message, error) {
	path := collection(call.Operation)
	lookup := call.Operation == transactions.Lookup
	switch {
	case path == "":
		return switchcore.Message{}, family.Unsupported(call)
	case id == "":
		return switchcore.Message{}, apperr.Errorf(apperr.Invalid, "issuer %s knows the request by an id that is not on record", call.Provider.ID)
	case call.Kind == transactions.AttemptRequest && !lookup, call.Kind == transactions.AttemptLookup && lookup:
		return prepareRequest(call, path, id)
	case family.IsAdvice(call.Kind) && !lookup:
		return prepareAdvice(call, path, id)
	}
	return switchcore.Message{}, family.Unsupported(call)
}

// collection is the path of an operation's requests; empty: none of gift cards.
func collection(op transactions.Operation) string {
	switch op {
	case transactions.Activation:
		return "/activations"
	case transactions.Load:
		return "/loads"
	case transactions.Redemption:
		return "/redemptions"
	case transactions.Void:
		return "/voids"
	case transactions.Transfer:
		return "/transfers"
	case transactions.Replace:
		return "/replaces"
	case transactions.Lookup:
		return "/lookupGiftcard"
	}
	return ""
}

// prepareRequest forwards the client's message, its PINs included: they are in memory only, here and nowhere else.
func prepareRequest(call switchcore.Call, path, id string) (switchcore.Message, error) {
	switch {
	case call.Request == nil:
		return switchcore.Message{}, family.Unsupported(call)
	case call.Request.Amount != nil && call.Request.Amount.Minor < 0: // it would turn a redemption into a load
		return switchcore.Message{}, &switchcore.Refusal{ErrorType: switchcore.ErrAmount, Message: "Invalid amount"}
	}
	body, err := family.Forward(call, id)
	if err != nil {
		return switchcore.Message{}, err
	}
	return post(path+"/"+url.PathEscape(id), body), nil
}

// prepareAdvice writes a confirmation or reversal, which every issuer takes (providers.md 3); the confirmations of an activation and a load say how the customer paid.
func prepareAdvice(call switchcore.Call, path, id string) (switchcore.Message, error) {
	kind := transactions.Decision(call.Kind)
	if call.Advice == nil {
		return switchcore.Message{}, family.Unsupported(call)
	}
	segment := "/reversals/"
	paid := false
	if kind == transactions.Confirm {
		segment = "/confirmations/"
		paid = call.Operation == transactions.Activation || call.Operation == transactions.Load
	}
	return post(path+"/"+url.PathEscape(id)+segment+url.PathEscape(call.Advice.ID), family.AdviceBody(call, id, paid)), nil
}

func post(path string, body []byte) switchcore.Message {
	return switchcore.Message{
		Method: http.MethodPost, Path: path, Body: body, Masked: string(mask.GiftCard().Body(body)), Headers: family.HeadersWrite,
	}
}
