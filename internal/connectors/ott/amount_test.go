package ott

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestCents(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		minor int64
		state sum
	}{
		"10.0000": {1000, readable}, "100,000.00": {10000000, readable}, "0.01": {1, readable}, "100.00": {10000, readable},
		"10": {1000, readable}, "10.5": {1050, readable}, "0": {0, readable}, "1,234,567.8900": {123456789, readable},
		"999999999.99": {99999999999, readable}, "": {0, missing},
		"10.005": {0, finer}, "0.0001": {0, finer},
		"-1.00": {0, garbled}, "1e3": {0, garbled}, "1,00.00": {0, garbled}, ",100.00": {0, garbled}, "1000,000.00": {0, garbled},
		"10.0x": {0, garbled}, "10.00x": {0, garbled}, "R10": {0, garbled}, ".50": {0, garbled}, "1.2.3": {0, garbled},
		"99999999999999999999": {0, garbled}, "1000000000000": {0, garbled}, "10.00,000": {0, garbled},
	} {
		minor, state := cents(text)
		require.Equal(t, want.state, state, text)
		require.Equal(t, want.minor, minor, text)
	}
}

func TestAmountsGoOutAndComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(0, largest*100).Draw(t, "cents")
		out := value(*rands(minor))
		_, part, _ := strings.Cut(out, ".")
		require.Len(t, part, 2)
		back, state := cents(out + strings.Repeat("0", rapid.IntRange(0, 4).Draw(t, "zeros")))
		require.Equal(t, readable, state)
		require.Equal(t, minor, back)
	})
}
