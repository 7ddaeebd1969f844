package finance

import (
	"bytes"
	"cmp"
)

// compareItems puts items in a stable order: the switch's records by time and then by id, after them the lines that it does
// not know as they stand in their files. It is the order in which a day of any size can be read without being sorted.
func compareItems(x, y *Item) int {
	switch {
	case x.A != nil && y.A != nil:
		return cmp.Or(x.A.At.Compare(y.A.At), bytes.Compare(x.A.TransactionID[:], y.A.TransactionID[:]))
	case x.A == nil && y.A == nil:
		return cmp.Or(cmp.Compare(x.B.Date, y.B.Date), cmp.Compare(x.B.LineNo, y.B.LineNo))
	case x.A == nil:
		return 1
	default:
		return -1
	}
}
