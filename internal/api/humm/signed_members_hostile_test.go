package humm

import (
	"testing"

	"github.com/stretchr/testify/require"

	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
)

// A till may sign members that nobody knows. One whose signed form is not defined is refused here: forwarded, the provider
// could verify it differently, and its unsigned refusal left the payment unknown.
func TestSignedMembersAreTextsOrWholeNumbers(t *testing.T) {
	t.Parallel()
	for value, good := range map[string]bool{
		`"1"`: true, `""`: true, `null`: true, `1`: true, `-1`: true, `900719925474099300`: true,
		`{"a":1}`: false, `{}`: false, `[]`: false, `["a"]`: false, `true`: false, `1.5`: false, `1e4`: false, `-0.5`: false,
	} {
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			h.inner.Reply = approval()
			plain := sign(t, deviceKey, base(rail.ProcessAuthorisation), nil)
			with, err := jsonedit.Apply([]byte(plain), jsonedit.Set("x_note", []byte(value)))
			require.NoError(t, err)
			m, err := rail.Parse(with)
			require.NoError(t, err)
			signed, err := jsonedit.Apply(with, jsonedit.Set("signature", jsonedit.Quote(rail.Sign(deviceKey, m.Canonical(false)))))
			require.NoError(t, err)
			a := h.call(t, rail.ProcessAuthorisation, string(signed), deviceKey)
			if good {
				require.Equal(t, "SPRA01", a.code(), a.raw)
				require.NotNil(t, h.inner.Retried)
				return
			}
			require.Equal(t, "EVAL01", a.code(), a.raw)
			require.Nil(t, h.inner.Retried, "nothing is sent and no code is used up")
		})
	}
}
