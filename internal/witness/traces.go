package witness

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
			v.differ("W5", "%d messages %s on leg %s %s", n-have[d], d, leg, what)
		}
	}
}

// lostAnswers looks for answers that came through and have no row although their attempt counts as answered.
func (v *view) lostAnswers(rows, unanswered map[Digest]int) {
	rows, left := clone(rows), clone(unanswered)
	for _, x := range v.Wire {
		if x.Side != ProviderSide || x.Status == 0 {
			continue
		}
		if rows[x.Response] > 0 {
			rows[x.Response]--
			continue
		}
		if left[x.Request]--; left[x.Request] < 0 {
			v.differ("W5", "1 message %s on leg PS came and was not traced", x.Response)
		}
	}
}

func clone(m map[Digest]int) map[Digest]int {
	out := make(map[Digest]int, len(m))
	for d, n := range m {
		out[d] = n
	}
	return out
}

// settlementAgrees is W6: each principal line is what the provider holds for the transaction, and, once the cut-off is over,
// everything that the provider holds as confirmed has one.
func (v *view) settlementAgrees() {
	if v.Books == nil {
		return
	}
	byID := map[string]*Transaction{}
	for i := range v.Record.Transactions {
		byID[v.Record.Transactions[i].ID] = &v.Record.Transactions[i]
	}
	lines := map[string]int{}
	for _, l := range v.Record.Settled {
		lines[l.TransactionID]++
		t := byID[l.TransactionID]
		switch {
		case t == nil:
			v.differ("W6", "a line of %d settles a transaction that does not exist", l.Amount)
		case lines[l.TransactionID] > 1:
			v.differ("W6", "%s is settled %d times", t.RequestID, lines[l.TransactionID])
		case !t.ReconRequired && l.Amount != v.held(t):
			v.differ("W6", "%s is settled with %d, %s holds %d", t.RequestID, l.Amount, t.Provider, v.held(t))
		}
	}
	if !v.Record.CutOff {
		return
	}
	for _, t := range v.Record.Transactions {
		if t.Final == "CONFIRMED" && !t.ReconRequired && v.held(&t) > 0 && lines[t.ID] == 0 {
			v.differ("W6", "%s stands with %d at %s and is not settled", t.RequestID, v.held(&t), t.Provider)
		}
	}
}

// held is the sum that the provider holds for a transaction.
func (v *view) held(t *Transaction) (sum int64) {
	for _, r := range t.Refs {
		for _, l := range v.books[place{t.Provider, r.Wire}] {
			if l.stands() == 1 {
				sum += l.FinalAmount
			}
		}
	}
	return sum
}
