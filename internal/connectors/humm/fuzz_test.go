package humm

import (
	"testing"

	"github.com/stretchr/testify/require"

	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// FuzzRead feeds the reader any answer: no panic, and no yes or no without a good signature, but for the one refusal that
// may come unsigned.
func FuzzRead(f *testing.F) {
	for _, m := range rail.Codes() {
		f.Add(rail.Compose(deviceKey, rail.Field{Name: rail.Code, Value: m.Code}, rail.Field{Name: rail.Status, Value: m.Status}))
	}
	f.Add([]byte(`{"x_status":"Error","x_code":"EAUT01","signature":""}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c := pure(t)
		cl := sent(t, c, call(t, transactions.Authorisation, transactions.AttemptRequest))
		r := c.Read(cl, switchcore.Answer{Sent: true, Status: 200, Body: body})
		m, err := rail.Parse(body)
		if err == nil && m.Verify(deviceKey) {
			return
		}
		if r.Class == switchcore.ClassDeclined {
			require.Equal(t, rail.NotRecognised, r.Words.Code)
			return
		}
		require.Equal(t, switchcore.ClassUnknown, r.Class)
	})
}
