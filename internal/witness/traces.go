package witness

import "fmt"

// messagesAreTraced is W5: every message that the proxies saw has one trace row, and no trace row stands for more than one
// message, or for any when its attempt is proved unsent. Messages are told apart by digest and counted. What was begun when
// a node died may lack the row that its commit would have written: a client's message that got no answer, and a provider's
// answer whose attempt was closed as unanswered. 503 and 504 may be given while the database cannot be asked, 401 and 413
// before a message is read: they are exempt (I13).
func (v *view) messagesAreTraced() {
	if v.Wire == nil {
		return
	}
	rows := map[string]map[Digest]int{"CS": {}, "SP": {}, "PS": {}, "SC": {}}
	unanswered := map[Digest]int{} // open or closed without an answer, by what was sent
	for _, t := range v.Record.Traces {
		if t.Leg == "SP" && t.State == "NOT_SENT" {
			continue
		}
		rows[t.Leg][t.Digest]++
		if t.Leg == "SP" && t.State != "ANSWERED" {
			unanswered[t.Digest]++
		}
	}
	seen := map[string]map[Digest]int{"CS": {}, "SP": {}, "PS": {}, "SC": {}}
	needed := map[string]map[Digest]int{"CS": {}, "SC": {}}
	for _, x := range v.Wire {
		if x.Side == ProviderSide {
			seen["SP"][x.Request]++
			if x.Status != 0 {
				seen["PS"][x.Response]++
			}
			continue
		}
		seen["CS"][x.Request]++
		switch x.Status {
		case 0, 401, 413, 503, 504:
		default:
			needed["CS"][x.Request]++
			needed["SC"][x.Response]++
		}
	}
	v.fewer("CS", "were answered and not traced", rows["CS"], needed["CS"])
	v.fewer("CS", "are traced and were never sent", seen["CS"], rows["CS"])
	v.fewer("SC", "were given and not traced", rows["SC"], needed["SC"])
	v.fewer("SP", "were sent and not traced", rows["SP"], seen["SP"])
	v.fewer("PS", "are traced and never came", seen["PS"], rows["PS"])
	v.lostAnswers(rows["PS"], unanswered)
}

// fewer tells which messages there are fewer of than there must be.
func (v *view) fewer(leg, what string, have, want map[Digest]int) {
	for d, n := range want {
		if have[d] < n {
			v.differ("W5", "%d messages %s on leg %s %s %s", n-have[d], d, leg, what, v.pathOf(d))
		}
	}
}

// pathOf tells where a message went, for people.
func (v *view) pathOf(d Digest) string {
	for _, x := range v.Wire {
		if x.Request == d || x.Response == d {
			return fmt.Sprintf("%s (answered %d)", x.Path, x.Status)
		}
	}
	return ""
}

// lostAnswers looks for answers that came through and have no row although their attempt counts as answered. As many
// exchanges of one message may lack their row as it has attempts that ended without an answer; each of the others needs a
// row of its own. Answers to different messages may be alike, so rows are given out as a matching.
func (v *view) lostAnswers(rows, unanswered map[Digest]int) {
	alike := map[Digest][]Exchange{}
	for _, x := range v.Wire {
		if x.Side == ProviderSide && x.Status != 0 {
			alike[x.Request] = append(alike[x.Request], x)
		}
	}
	m := matching{rows: rows, holders: map[Digest][]Digest{}, alike: alike}
	for sent, exchanges := range alike {
		lost := 0
		for range len(exchanges) - unanswered[sent] {
			if !m.place(sent, map[Digest]bool{}) {
				lost++
			}
		}
		if lost > 0 {
			v.differ("W5", "%d answers on leg PS came and were not traced %s", lost, exchanges[0].Path)
		}
	}
}

// matching gives rows to messages, by the digests of answers and of requests.
type matching struct {
	rows    map[Digest]int
	holders map[Digest][]Digest // of a row: the messages it was given to
	alike   map[Digest][]Exchange
}

// place finds a row for a message, moving others to another row of theirs where that helps.
func (m *matching) place(sent Digest, tried map[Digest]bool) bool {
	for _, x := range m.alike[sent] {
		row := x.Response
		if tried[row] {
			continue
		}
		tried[row] = true
		if len(m.holders[row]) < m.rows[row] {
			m.holders[row] = append(m.holders[row], sent)
			return true
		}
		for i, other := range m.holders[row] {
			if other != sent && m.place(other, tried) {
				m.holders[row][i] = sent
				return true
			}
		}
	}
	return false
}
