package family

import (
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// identifier is one entry of the third party identifiers.
type identifier struct{ institution, reference string }

// identifiers reads the list; nil when it is missing or holds anything but objects.
func (r *Reply) identifiers() []identifier {
	i := r.Find("thirdPartyIdentifiers")
	if i < 0 || r.Doc.Nodes[i].Kind != jsonedit.Array {
		return nil
	}
	var list []identifier
	for c := range r.Doc.Children(i) {
		if r.Doc.Nodes[c].Kind != jsonedit.Object {
			return nil
		}
		e := identifier{r.member(c, "institutionId"), r.member(c, "transactionIdentifier")}
		if r.Reveals(e.reference) {
			e.reference = "" // no reference, whatever it is called
		}
		list = append(list, e)
	}
	return list
}

func (r *Reply) member(node int, name string) string { return r.scalar(r.Doc.Find(node, name)) }

// References keeps the provider's list for our advices and its references for the search.
func (r *Reply) References(call switchcore.Call, result *switchcore.Result) {
	list := r.identifiers()
	if len(list) == 0 {
		return
	}
	result.Identifiers = string(identifiersJSON(list))
	result.Words.Ref = r.Reference(call)
	own := -1
	for i, e := range list {
		if e.ours(call) {
			own = i
		}
	}
	if own < 0 {
		result.Terms = AppendTerm(result.Terms, transactions.TermProviderRef, result.Words.Ref)
		return
	}
	for _, e := range list[own+1 : min(len(list), own+9)] { // the provider's entries stand behind ours
		result.Terms = AppendTerm(result.Terms, transactions.TermProviderRef, e.reference)
	}
}

// identifiersJSON writes the list as it is kept, and repeated in advices: the two members of an entry and nothing else.
func identifiersJSON(entries []identifier) []byte {
	out := []byte{'['}
	for i, e := range entries {
		if i > 0 {
			out = append(out, ',')
		}
		out = jsonedit.AppendString(append(out, `{"institutionId":`...), e.institution)
		if e.reference != "" {
			out = jsonedit.AppendString(append(out, `,"transactionIdentifier":`...), e.reference)
		}
		out = append(out, '}')
	}
	return append(out, ']')
}

func (e identifier) ours(call switchcore.Call) bool {
	return e.institution == call.Provider.UserOf(call.ClientID) && e.reference == call.WireRef
}

// Reference gives the provider's own reference in an answer; empty when there is none.
func (r *Reply) Reference(call switchcore.Call) string {
	return referenceOf(call, r.identifiers(), r.Text("receiver", "id"))
}

// referenceOf picks the provider's own reference: the receiver's entry, else the last one that is not ours.
func referenceOf(call switchcore.Call, list []identifier, receiver string) string {
	last := ""
	for i := len(list) - 1; i >= 0; i-- {
		e := list[i]
		switch {
		case e.reference == "" || len(e.reference) > LongestTerm || e.ours(call):
		case e.institution == receiver || e.institution == call.Provider.Receiver.ID:
			return e.reference
		case last == "":
			last = e.reference
		}
	}
	return last
}

// AppendTerm adds a search term unless it is empty or too long to be a reference.
func AppendTerm(terms []switchcore.Term, kind transactions.TermKind, value string) []switchcore.Term {
	if value == "" || len(value) > LongestTerm {
		return terms
	}
	return append(terms, switchcore.Term{Kind: kind, Value: value})
}
