package sandbox

import (
	"fmt"
	"reflect"
	"testing"
)

// requireSame compares two tellings of one story and shows the first difference, never both tellings.
func requireSame[T any](t *testing.T, one, two []T) {
	t.Helper()
	if i, a, b := firstDifference(one, two); i >= 0 {
		t.Fatalf("they part at %d:\n%.600s\n%.600s", i, a, b)
	}
}

// firstDifference is where two lists part; -1 when they are the same.
func firstDifference[T any](one, two []T) (at int, a, b string) {
	text := func(list []T, i int) string {
		if i >= len(list) {
			return "(no more)"
		}
		return fmt.Sprintf("%+v", list[i])
	}
	for i := range max(len(one), len(two)) {
		if i >= len(one) || i >= len(two) || !reflect.DeepEqual(one[i], two[i]) {
			return i, text(one, i), text(two, i)
		}
	}
	return -1, "", ""
}
