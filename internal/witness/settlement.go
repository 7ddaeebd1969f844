package witness

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
		if t.Final == "CONFIRMED" && !t.ReconRequired && !t.Broken && v.held(&t) > 0 && lines[t.ID] == 0 {
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
