package postgres

import "fmt"

// RowTypes gives the columns of each row type as they are sent, each with the number of its type.
func RowTypes() map[string][]string {
	all := map[string][]string{}
	describe(all, insertTxns.typ, insertTxns.cols)
	describe(all, updateTxns.typ, updateTxns.cols)
	describe(all, insertVouchers.typ, insertVouchers.cols)
	describe(all, updateVouchers.typ, updateVouchers.cols)
	describe(all, linkVouchers.typ, linkVouchers.cols)
	describe(all, insertEntries.typ, insertEntries.cols)
	describe(all, updateEntries.typ, updateEntries.cols)
	describe(all, insertMessage.typ, insertMessage.cols)
	describe(all, insertAttempts.typ, insertAttempts.cols)
	describe(all, endAttempts.typ, endAttempts.cols)
	describe(all, upsertAdvices.typ, upsertAdvices.cols)
	describe(all, insertTombstones.typ, insertTombstones.cols)
	describe(all, insertMessages.typ, insertMessages.cols)
	describe(all, upsertReferences.typ, upsertReferences.cols)
	describe(all, upsertDevices.typ, upsertDevices.cols)
	describe(all, insertTraces.typ, insertTraces.cols)
	describe(all, insertTerms.typ, insertTerms.cols)
	describe(all, insertTimeline.typ, insertTimeline.cols)
	describe(all, requestKeyType, keyColumns)
	describe(all, claimType, claimColumns)
	for _, name := range rowTypes {
		if all[name] == nil {
			all[name] = []string{"a row type that is not described"}
		}
	}
	return all
}

func describe[T any](all map[string][]string, name string, cols columns[T]) {
	for _, c := range cols {
		all[name] = append(all[name], fmt.Sprint(c.name, " ", c.oid))
	}
}
