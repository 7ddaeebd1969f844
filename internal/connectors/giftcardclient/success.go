package giftcardclient

import (
	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// parse reads an answer. Issuers repeat cards, with PINs, in their answers and refusals: no text of theirs that is kept
// or shown may repeat one.
func parse(data []byte) *family.Reply {
	r := family.Parse(data)
	r.Hide = mask.Digits
	for _, parent := range [][]string{nil, {"detailMessage"}} {
		for _, card := range []string{"card", "sourceCard", "targetCard", "oldCard", "newCard"} {
			for _, member := range [][]string{{"pan"}, {"clearPin"}, {"encryptedPin"}, {"pin", "pin"}, {"pin", "pinBlock"}, {"pin", "hash"}} {
				path := append(append(append([]string{}, parent...), card), member...)
				if secret := r.Text(path...); secret != "" {
					r.Secrets = append(r.Secrets, secret)
				}
			}
		}
	}
	return r
}

// readSuccess reads a success answer: it counts only with our id and readable amounts.
func readSuccess(call switchcore.Call, id string, body *family.Reply) switchcore.Result {
	bad := switchcore.Result{Class: switchcore.ClassUnknown, Detail: family.DetailBadResponse}
	if body.Names("id", id) != family.Same {
		return bad
	}
	r := switchcore.Result{Class: switchcore.ClassApproved, Detail: family.DetailApproved}
	var ok bool
	if r.ApprovedAmount, r.BalanceAmount, ok = granted(call.Operation, body); !ok {
		return bad
	}
	r.Members = members(call.Operation, body)
	body.References(call, &r)
	return r
}

// granted gives what the issuer approved and the book balance of the card. An amount that is present must be readable:
// guessing at money is worse than not knowing.
func granted(op transactions.Operation, body *family.Reply) (approved, balance *money.Amount, ok bool) {
	all := map[string]*money.Amount{}
	for _, name := range []string{"requestAmount", "approvedAmount", "feeAmount", "balanceAmount", "availableBalance"} {
		a, readable := body.Amount("amounts", name)
		if !readable {
			return nil, nil, false
		}
		all[name] = a
	}
	switch op {
	case transactions.Void, transactions.Lookup, transactions.Replace: // nothing was asked for
		return nil, all["balanceAmount"], true
	}
	approved = all["approvedAmount"]
	if approved == nil {
		approved = all["requestAmount"]
	}
	return approved, all["balanceAmount"], approved == nil || approved.Minor >= 0
}
