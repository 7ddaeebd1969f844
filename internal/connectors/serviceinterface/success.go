package serviceinterface

import (
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// longestTerm bounds what is kept as a search term, in bytes.
const longestTerm = 128

// readSuccess reads a success answer: it counts only with our id, readable amounts and, for a provision, a code.
func readSuccess(call switchcore.Call, body *reply) switchcore.Result {
	bad := switchcore.Result{Class: switchcore.ClassUnknown, Detail: detailBadResponse}
	if body.names("id", call.WireRef) != same {
		return bad
	}
	r := switchcore.Result{Class: switchcore.ClassApproved, Detail: detailApproved}
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
	references(call, body, &r)
	return r
}

// readFound reads the success answer of a look-up.
func readFound(call switchcore.Call, body *reply) switchcore.Result {
	voucher := body.find("voucher")
	if voucher < 0 || body.doc.Nodes[voucher].Kind != jsonedit.Object {
		return switchcore.Result{Class: switchcore.ClassUnknown, Detail: detailBadResponse}
	}
	r := switchcore.Result{Class: switchcore.ClassApproved, Detail: detailApproved, Members: membersOf(body, body.voucher("voucher"))}
	r.BalanceAmount, _ = body.amount("amounts", "balanceAmount")
	r.Words.Ref = referenceOf(call, body.identifiers(), body.text("receiver", "id"))
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
		raw := body.raw(name)
		if name == "voucher" && voucher != nil {
			raw = voucher.raw
		}
		if raw != nil {
			members = append(members, switchcore.Member{Name: name, Raw: raw})
		}
	}
	return members
}

// references keeps the provider's list for our advices and its references for the search.
func references(call switchcore.Call, body *reply, r *switchcore.Result) {
	list := body.identifiers()
	if len(list) == 0 {
		return
	}
	r.Identifiers = string(body.raw("thirdPartyIdentifiers"))
	r.Words.Ref = referenceOf(call, list, body.text("receiver", "id"))
	own := -1
	for i, e := range list {
		if e.institution == call.Provider.UserOf(call.ClientID) && e.reference == call.WireRef {
			own = i
		}
	}
	if own < 0 {
		r.Terms = appendTerm(r.Terms, transactions.TermProviderRef, r.Words.Ref)
		return
	}
	for _, e := range list[own+1 : min(len(list), own+9)] { // the provider's entries stand behind ours
		r.Terms = appendTerm(r.Terms, transactions.TermProviderRef, e.reference)
	}
}

// referenceOf picks the provider's own reference: the receiver's entry, else the last one that is not ours.
func referenceOf(call switchcore.Call, list []identifier, receiver string) string {
	last := ""
	for i := len(list) - 1; i >= 0; i-- {
		e := list[i]
		switch {
		case e.reference == "" || len(e.reference) > longestTerm || e.institution == call.Provider.UserOf(call.ClientID) && e.reference == call.WireRef:
		case e.institution == receiver || e.institution == call.Provider.Receiver.ID:
			return e.reference
		case last == "":
			last = e.reference
		}
	}
	return last
}

func voucherTerms(v *voucher) []switchcore.Term {
	terms := appendTerm(nil, transactions.TermCode, v.Code)
	return appendTerm(terms, transactions.TermSerial, v.Serial)
}

func appendTerm(terms []switchcore.Term, kind transactions.TermKind, value string) []switchcore.Term {
	if value == "" || len(value) > longestTerm {
		return terms
	}
	return append(terms, switchcore.Term{Kind: kind, Value: value})
}
