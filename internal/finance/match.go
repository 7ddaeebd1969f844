package finance

import (
	"strconv"

	"github.com/google/uuid"
)

// The matching rules of 8.2 in order; the first that names exactly one counterpart wins.
const (
	ruleSwitchRef = iota + 1
	ruleProviderRef
	ruleOriginatorRef
	ruleSerial
	ruleCount = ruleSerial
)

// RuleByName is the rule of our own reference, RuleBySerial the one that looks at the neighbouring days only.
const (
	RuleByName   = ruleSwitchRef
	RuleBySerial = ruleSerial
)

// Match is how an item's sides were joined: by which rule, 0 when one is missing; Ambiguous when several counterparts came
// into question, so that none was taken.
type Match struct {
	Rule      int
	Ambiguous bool
}

// matchable is one record of either side reduced to its keys; an empty key takes no part in its rule.
type matchable struct {
	keys [ruleCount]string
	date Date
}

// matchResult tells for one record which counterpart it has: index of the other side, or none.
type matchResult struct {
	other     int
	rule      int
	ambiguous bool
}

const noOther = -1

// separator stands between the parts of a key. The database stores keys too, and no zero byte.
const separator = "\x1f"

// ref spells a reference one way only; a UUID may be written in any case and with or without dashes.
func switchRefKey(ref string) string {
	if id, err := uuid.Parse(ref); err == nil {
		return id.String()
	}
	return ""
}

func serialKey(serial string, amount int64, kind Operation) string {
	if serial == "" {
		return ""
	}
	// The operation is part of the key: a code sold and spent on one day for one sum would otherwise be ambiguous.
	return serial + separator + strconv.FormatInt(amount, 10) + separator + string(kind)
}

func originatorKey(ref, terminal string, date Date) string {
	if ref == "" || terminal == "" {
		return ""
	}
	return ref + separator + terminal + separator + string(date)
}

func (r *SwitchRecord) matchable() matchable {
	return matchable{date: r.BusinessDate, keys: [ruleCount]string{
		r.TransactionID.String(), r.ProviderRef,
		originatorKey(r.RequestID, r.TerminalID, r.BusinessDate),
		serialKey(r.Serial, r.AmountMinor, r.Operation),
	}}
}

func (l *StatementLine) matchable() matchable {
	return matchable{date: l.Date, keys: [ruleCount]string{
		switchRefKey(l.SwitchRef), l.ProviderRef,
		originatorKey(l.OriginatorRef, l.TerminalID, l.Date),
		serialKey(l.Serial, l.AmountMinor, l.Kind),
	}}
}

// match pairs the records of two sides. It treats both alike: swapping them gives the same pairs.
func match(a, b []matchable) (forA, forB []matchResult) {
	forA, forB = unpaired(len(a)), unpaired(len(b))
	for rule := range ruleCount {
		matchRule(rule, a, b, forA, forB)
	}
	return forA, forB
}

func unpaired(n int) []matchResult {
	out := make([]matchResult, n)
	for i := range out {
		out[i].other = noOther
	}
	return out
}

func (m matchResult) open() bool { return m.other == noOther && !m.ambiguous }

// matchRule joins what one rule can join. Groups of one key are small in practice; in a group where both sides have
// several records only the date can tell them apart.
func matchRule(rule int, a, b []matchable, forA, forB []matchResult) {
	groups := make(map[string][]int, len(b))
	for j := range b {
		if k := b[j].keys[rule]; k != "" && forB[j].open() {
			groups[k] = append(groups[k], j)
		}
	}
	links := map[int][]int{} // index of A -> candidates in B
	degree := map[int]int{}  // index of B -> number of A that could take it
	for i := range a {
		k := a[i].keys[rule]
		if k == "" || !forA[i].open() {
			continue
		}
		for _, j := range groups[k] {
			if rule+1 == ruleSerial && !near(a[i].date, b[j].date) {
				continue
			}
			links[i] = append(links[i], j)
			degree[j]++
		}
	}
	for i, candidates := range links {
		unique := len(candidates) == 1 && degree[candidates[0]] == 1
		for _, j := range candidates {
			if unique {
				forA[i] = matchResult{other: j, rule: rule + 1}
				forB[j] = matchResult{other: i, rule: rule + 1}
			} else {
				forA[i].ambiguous, forB[j].ambiguous = true, true
			}
		}
	}
}

// Keys gives what the record is found by, one key for each matching rule; an empty one takes no part.
func (r *SwitchRecord) Keys() [ruleCount]string { return r.matchable().keys }

// Keys gives what the line is found by, one key for each matching rule; an empty one takes no part.
func (l *StatementLine) Keys() [ruleCount]string { return l.matchable().keys }
