package witness

import (
	"encoding/hex"
	"slices"
	"strings"
)

// answersAreStored is W1: every 2xx a client holds exists in the database with the same outcome, amount and code.
func (v *view) answersAreStored() {
	for _, told := range v.Clients {
		if !told.ok() {
			continue
		}
		of := v.byRequest[request{told.ClientID, told.RequestID}]
		if len(of) == 0 {
			v.differ("W1", "%s was answered %d and is not stored", told.RequestID, told.Status)
			continue
		}
		if told.Advice == "" && !slices.ContainsFunc(of, func(t *Transaction) bool { return v.holds(t, told) }) {
			v.differ("W1", "%s was approved with %d; the record says otherwise: %+v", told.RequestID, told.Amount, *of[0])
		}
	}
}

// holds tells whether a transaction is what a client was told.
func (v *view) holds(t *Transaction, told Told) bool {
	return t.Outcome == "SUCCESS" && t.Approved == told.Amount && (told.Code == "" || v.HashCode == nil || t.Code == v.HashCode(told.Code))
}

// advicesArrived is W2: every acknowledged advice is decided, and reached the provider, or waits or ended as a rule says.
func (v *view) advicesArrived() {
	for _, told := range v.Clients {
		if told.Advice == "" || !told.ok() {
			continue
		}
		of := v.byRequest[request{told.ClientID, told.RequestID}]
		if len(of) == 0 {
			continue // W1 has said so
		}
		i := slices.IndexFunc(of, func(t *Transaction) bool { return t.Decision == string(told.Advice) || t.Outcome == "FAILED" })
		if i < 0 {
			v.differ("W2", "the %s of %s was acknowledged and is not decided", told.Advice, told.RequestID)
			continue
		}
		if t := of[i]; t.Decision != "" && !v.arrived(t) {
			v.differ("W2", "the %s of %s was acknowledged, is %q in the queue and unknown to %s", told.Advice, told.RequestID, t.AdviceState, t.Provider)
		}
	}
}

func (v *view) arrived(t *Transaction) bool {
	switch t.AdviceState {
	case "PARKED", "CONSUMED", "REFUSED":
		return true
	case "ACKED":
		return t.AdviceSettled != "" || slices.ContainsFunc(t.Refs, func(r Ref) bool {
			at := place{t.Provider, r.Wire}
			return v.strays[stray{at, strings.ToLower(t.Decision)}] || slices.ContainsFunc(v.books[at], func(l Line) bool { return l.Advices > 0 })
		})
	}
	return false
}

// providersAgree is W3: under a reference that went out, what the provider holds is nothing or one, and what the
// transaction's end says. A superseded one leaves nothing, and what is marked for reconciliation may differ. What a provider
// holds under a reference that nobody ever stored was sent without a record.
func (v *view) providersAgree() {
	if v.Books == nil {
		return
	}
	for at, lines := range v.books {
		if v.byWire[at] == nil {
			v.differ("W3", "%s holds %s, which no transaction sent", at.provider, at.ref)
		}
		stand := 0
		for _, l := range lines {
			stand += l.stands()
		}
		if stand > 1 {
			v.differ("W3", "%s provisioned %s %d times", at.provider, at.ref, stand)
		}
	}
	for _, t := range v.Record.Transactions {
		if !t.ReconRequired {
			v.endsAlike(t)
		}
	}
}

func (v *view) endsAlike(t Transaction) {
	stand := 0
	for _, r := range t.Refs {
		under := 0
		for _, l := range v.books[place{t.Provider, r.Wire}] {
			under += l.stands()
		}
		if r.Superseded && under > 0 {
			v.differ("W3", "%s holds the superseded %s of %s", t.Provider, r.Wire, t.RequestID)
			continue
		}
		stand += under
	}
	switch {
	case len(t.Refs) == 0 || t.Outcome == "UNKNOWN" && t.Decision == "" || t.Outcome == "PENDING" || t.Decision == string(Reverse) && t.Final == "":
	case t.Outcome == "SUCCESS" && t.Final != "REVERSED" && stand != 1, (t.Outcome != "SUCCESS" || t.Final == "REVERSED") && stand != 0:
		v.differ("W3", "%s holds %d of %s, which is %s %s", t.Provider, stand, t.RequestID, t.Outcome, t.Final)
	}
}

// codesBelongToOne is W4: no code that a provider issued belongs to two transactions, the client holds the one that was
// issued for it, and nobody was given the code of a transaction whose reversal had been decided before.
func (v *view) codesBelongToOne() {
	issued := map[string]place{}
	for _, l := range v.Books {
		if l.CodeHash == "" || l.Operation != "provision" || l.State != "APPROVED" {
			continue
		}
		at, other := place{l.Provider, l.Ref}, issued[l.CodeHash]
		if other != (place{}) && other != at {
			v.differ("W4", "the code of %s belongs to %s as well", l.Ref, other.ref)
		}
		issued[l.CodeHash] = at
	}
	given := map[string]request{}
	for _, told := range v.Clients {
		if told.Code == "" {
			continue
		}
		to, code := request{told.ClientID, told.RequestID}, hashCode(told.Code)
		if before, known := given[code]; known && before != to {
			v.differ("W4", "one code was given for %s and for %s", told.RequestID, before.id)
		}
		given[code] = to
		at, known := issued[code]
		if v.Books != nil && !known {
			v.differ("W4", "the code of %s was issued by nobody", told.RequestID)
		}
		if t := v.byWire[at]; known && t != nil && (t.RequestID != told.RequestID || t.ClientID != told.ClientID) {
			v.differ("W4", "%s was given the code of %s", told.RequestID, t.RequestID)
		}
		v.notAfterReversal(told)
	}
}

func (v *view) notAfterReversal(told Told) {
	for _, t := range v.byRequest[request{told.ClientID, told.RequestID}] {
		if t.Decision == string(Reverse) && !t.DecidedAt.IsZero() && told.Asked.After(t.DecidedAt) && !told.Duplicate {
			v.differ("W4", "%s was given its code after its reversal was decided", told.RequestID)
		}
	}
}

func hashCode(code string) string {
	sum := DigestOf([]byte(code))
	return hex.EncodeToString(sum[:])
}
