package serviceinterface

import (
	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// readSuccess reads a success answer: it counts only with our id, readable amounts and, for a provision, a code.
func readSuccess(call switchcore.Call, id string, body *reply) switchcore.Result {
	bad := switchcore.Result{Class: switchcore.ClassUnknown, Detail: family.DetailBadResponse}
	if body.Names("id", id) != family.Same {
		return bad
	}
	r := switchcore.Result{Class: switchcore.ClassApproved, Detail: family.DetailApproved}
	var ok bool
	if r.ApprovedAmount, r.BalanceAmount, ok = granted(body); !ok {
		return bad
	}
	voucher := body.voucher("voucher")
	if call.Operation == transactions.Provision {
		if voucher == nil {
			return bad
		}
		r.Voucher, r.Terms = &voucher.Issued, voucherTerms(voucher)
	}
	r.Members = membersOf(body, voucher)
	body.References(call, &r)
	return r
}

// readFound reads the success answer of a look-up.
func readFound(call switchcore.Call, body *reply) switchcore.Result {
	voucher := body.Find("voucher")
	if voucher < 0 || body.Doc.Nodes[voucher].Kind != jsonedit.Object {
		return switchcore.Result{Class: switchcore.ClassUnknown, Detail: family.DetailBadResponse}
	}
	r := switchcore.Result{Class: switchcore.ClassApproved, Detail: family.DetailApproved, Members: membersOf(body, body.voucher("voucher"))}
	r.BalanceAmount, _ = body.amount("amounts", "balanceAmount")
	r.Words.Ref = body.Reference(call)
	return r
}

// granted gives what the provider approved and what is left. An amount that is present must be readable: guessing
// at money is worse than not knowing.
func granted(body *reply) (approved, balance *money.Amount, ok bool) {
	for _, path := range [][]string{{"amounts", "approvedAmount"}, {"amounts", "requestAmount"}, {"product", "amount"}} {
		a, readable := body.amount(path...)
		if !readable {
			return nil, nil, false
		}
		if approved == nil {
			approved = a
		}
	}
	balance, ok = body.amount("amounts", "balanceAmount")
	return approved, balance, ok
}

// membersOf lists the members a client may be given; the renderer keeps what the client itself sent.
func membersOf(body *reply, voucher *voucher) []switchcore.Member {
	var members []switchcore.Member
	for _, name := range []string{"voucher", "slipData", "amounts", "product", "posInfo", "stan", "rrn"} {
		raw := body.Raw(name)
		if name == "voucher" && voucher != nil {
			raw = voucher.raw
		}
		if raw != nil {
			members = append(members, switchcore.Member{Name: name, Raw: raw})
		}
	}
	return members
}

func voucherTerms(v *voucher) []switchcore.Term {
	terms := family.AppendTerm(nil, transactions.TermCode, v.Code)
	return family.AppendTerm(terms, transactions.TermSerial, v.Serial)
}
