package message

import (
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// PartyEdits fills in the parties of an answer and appends one fresh reference of each behind the request's own list
// (spec/vouchers.md 2.1, giftcard-rules.md 5.1). A party that the request names stays; else it is the route's.
func PartyEdits(settlement, receiver switchcore.Institution, a *switchcore.Approval) []jsonedit.Edit {
	var edits []jsonedit.Edit
	var entries []byte
	party := func(name string, named, routed switchcore.Institution, ref string) {
		if named.ID == "" {
			named = routed
		}
		if named.ID == "" {
			return
		}
		edits = append(edits, jsonedit.Fill(name, InstitutionJSON(named)))
		if ref != "" {
			entries = appendIdentifier(entries, named.ID, ref)
		}
	}
	party("settlementEntity", settlement, a.SettlementEntity, a.SettlementRef)
	party("receiver", receiver, a.Receiver, a.ReceiverRef)
	return append(edits, jsonedit.Push("thirdPartyIdentifiers", entries))
}

// InstitutionJSON writes a party; clients rely on a name, so the id stands in for a missing one.
func InstitutionJSON(p switchcore.Institution) []byte {
	if p.Name == "" {
		p.Name = p.ID
	}
	out := jsonedit.AppendString([]byte(`{"id":`), p.ID)
	out = jsonedit.AppendString(append(out, `,"name":`...), p.Name)
	return append(out, '}')
}

func appendIdentifier(dst []byte, institution, ref string) []byte {
	if len(dst) > 0 {
		dst = append(dst, ',')
	}
	dst = jsonedit.AppendString(append(dst, `{"institutionId":`...), institution)
	dst = jsonedit.AppendString(append(dst, `,"transactionIdentifier":`...), ref)
	return append(dst, '}')
}

// MergeAmounts lays the provider's amounts of the given names over those of the request; the amount asked for stays the
// client's.
func MergeAmounts(asked, given []byte, names ...string) ([]byte, error) {
	if asked == nil {
		return given, nil
	}
	edits := []jsonedit.Edit{}
	if v := jsonedit.Member(given, "requestAmount"); v != nil {
		edits = append(edits, jsonedit.Fill("requestAmount", v))
	}
	for _, name := range names {
		if v := jsonedit.Member(given, name); v != nil {
			edits = append(edits, jsonedit.Set(name, v))
		}
	}
	return jsonedit.Apply(asked, edits...)
}
