package finance

import (
	"bytes"
	"cmp"
	"time"
)

// compareItems puts items in a stable order: by time, the switch's records before lines it does not know, then by
// reference.
func compareItems(x, y *Item) int {
	switch {
	case x.A != nil && y.A != nil:
		return cmp.Or(x.A.At.Compare(y.A.At), bytes.Compare(x.A.TransactionID[:], y.A.TransactionID[:]))
	case x.A == nil && y.A == nil:
		return cmp.Or(x.B.At.Compare(y.B.At), cmp.Compare(x.B.ProviderRef, y.B.ProviderRef), cmp.Compare(x.B.Kind, y.B.Kind),
			cmp.Compare(x.B.LineNo, y.B.LineNo))
	default:
		return cmp.Or(x.sortTime().Compare(y.sortTime()), cmp.Compare(missingSide(x), missingSide(y)))
	}
}

func (it *Item) sortTime() time.Time {
	if it.A != nil {
		return it.A.At
	}
	return it.B.At
}

func missingSide(it *Item) int {
	if it.A == nil {
		return 1
	}
	return 0
}
