package simulation

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"time"
)

var (
	timeType  = reflect.TypeFor[time.Time]()
	errorType = reflect.TypeFor[error]()
)

// unlike are the members that may differ: the order of traces is the store's own, and what was measured is real time.
var unlike = []string{"Seq", "Latency"}

// difference describes where two values of a type differ; empty: nowhere. Times are as exact as a database keeps them.
func difference(a, b reflect.Value, path string) string {
	apart := func() string { return fmt.Sprintf("%s: memory %v, store %v", path, a, b) }
	switch {
	case a.Type() == timeType:
		if x, y := a.Interface().(time.Time), b.Interface().(time.Time); x.UnixMicro() != y.UnixMicro() {
			return apart()
		}
		return ""
	case a.Type() == errorType:
		if a.IsNil() != b.IsNil() {
			return apart()
		}
		return ""
	}
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			f := a.Type().Field(i)
			if !f.IsExported() || slices.Contains(unlike, f.Name) {
				continue
			}
			if diff := difference(a.Field(i), b.Field(i), path+"."+f.Name); diff != "" {
				return diff
			}
		}
		return ""
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			if a.IsNil() != b.IsNil() {
				return apart()
			}
			return ""
		}
		return difference(a.Elem(), b.Elem(), path)
	case reflect.Slice:
		if a.Type().Elem().Kind() == reflect.Uint8 {
			if !bytes.Equal(a.Bytes(), b.Bytes()) {
				return fmt.Sprintf("%s: memory %q, store %q", path, a.Bytes(), b.Bytes())
			}
			return ""
		}
		if a.Len() != b.Len() {
			return fmt.Sprintf("%s: memory has %d, the store %d: %v, %v", path, a.Len(), b.Len(), a, b)
		}
		for i := range a.Len() {
			if diff := difference(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", path, i)); diff != "" {
				return diff
			}
		}
		return ""
	}
	if !a.Equal(b) {
		return apart()
	}
	return ""
}
