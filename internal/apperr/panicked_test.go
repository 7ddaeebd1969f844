package apperr_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

func TestPanickedShowsNoValue(t *testing.T) {
	t.Parallel()
	recovered := func(do func()) (text string) {
		defer func() { text = apperr.Panicked(recover()) }()
		do()
		return ""
	}
	list := []int{1}
	require.Equal(t, "panic: runtime error: index out of range [1] with length 1", recovered(func() { list[len(list)]++ }))
	for _, value := range []any{"PIN 4711", errors.New("PIN 4711"), struct{ PIN string }{"4711"}} {
		require.Equal(t, "panic: a value that is not shown", recovered(func() { panic(value) }))
	}
}
