package mask

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A member is shown while its value has the member's form, and hidden when it could be a secret in the wrong place.
func TestMembersOfAKnownForm(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		mask          Algorithm
		shown, hidden []string
	}{
		"number":    {Number, []string{"0", "-1", "79995", "1.5", "999999999999"}, []string{"", "-", "1e3", "much", "Pin12345", "4000111122223333", "1.2.3", "12-3"}},
		"flag":      {Flag, []string{"true", "false"}, []string{"", "TRUE", "4711", "1"}},
		"moment":    {Moment, []string{"2031-02-03T04:05:06.007Z", "2031-02-03", "2031-02-03 04:05:06+02:00"}, []string{"", "yesterday", "4000111122223333", "2031-02-03 PIN 4711", "203102031122", "2031-02-03" + strings.Repeat("0", 31)}},
		"word":      {Word, []string{"TIMEOUT", "ICC_NO_CVV", "GIFT_CARD"}, []string{"", "4711", "PIN 4711", "Pin86218668", strings.Repeat("A", 41)}},
		"short":     {Short, []string{"", "710", "ZA", "3512"}, []string{"47110", "Pin4711"}},
		"reference": {Reference, []string{"", "000123", "632600000123"}, nil},
	} {
		for _, text := range tc.shown {
			require.Equal(t, text, apply(tc.mask, text), name)
		}
		for _, text := range tc.hidden {
			require.Equal(t, "*", apply(tc.mask, text), "%s %q", name, text)
		}
	}
	require.Equal(t, "************3333", MaskReference("4000111122223333"))
	require.Equal(t, "632600000123", MaskReference("632600000123"))
}

// A value without quotation marks stays without them while it may be shown.
func TestFormsKeepTheirType(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"amounts":{"requestAmount":{"amount":79995,"currency":710}}}`:                                 `{"amounts":{"requestAmount":{"amount":79995,"currency":710}}}`,
		`{"amounts":{"requestAmount":{"amount":4000111122223333,"currency":"40001111"}}}`:               `{"amounts":{"requestAmount":{"amount":"*","currency":"*"}}}`,
		`{"amounts":{"requestAmount":{"amount":"Pin86218668341904"}}}`:                                  `{"amounts":{"requestAmount":{"amount":"*"}}}`,
		`{"id":"4000111122223333","rrn":"4000111122223333","stan":4000111122223333,"time":"400011112"}`: `{"id":"****************","rrn":"************3333","stan":"************3333","time":"*"}`,
		`{"id":"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b","reversalReason":"Pin862186683"}`:                 `{"id":"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b","reversalReason":"*"}`,
		`{"slipData":{"messageLines":[{"line":true,"cut":"4711471147"}],"slipWidth":40}}`:               `{"slipData":{"messageLines":[{"line":true,"cut":"*"}],"slipWidth":40}}`,
	} {
		require.Equal(t, want, string(Voucher().Body([]byte(in))))
	}
}
