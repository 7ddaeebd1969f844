package ott

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/connectors/connectortest"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	p := play()
	connectortest.Run(t, connectortest.Fixture{
		Provider: p,
		Connect: func(t testing.TB, base string) switchcore.Connector {
			return connectortest.Following(connect(t, base))
		},
		Provision: func(_ testing.TB, ref string, s connectortest.Scenario) switchcore.Call {
			p.set(ref, s)
			call := sale(5000)
			call.WireRef = ref
			return call
		},
		// what got no usable answer is asked for, and found
		Want: map[connectortest.Scenario]switchcore.Class{
			connectortest.Silence: switchcore.ClassApproved, connectortest.Malformed: switchcore.ClassApproved,
			connectortest.NoVoucher: switchcore.ClassApproved, connectortest.Reset: switchcore.ClassApproved,
		},
		Skip: map[connectortest.Scenario]string{
			connectortest.OtherReference: "answers do not name the message they are about",
		},
	})
}

// TestUnansweredWithoutTimeToAsk reads what counts when the check cannot be sent any more.
func TestUnansweredWithoutTimeToAsk(t *testing.T) {
	t.Parallel()
	p := play()
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	c := connect(t, srv.URL)
	for _, s := range []connectortest.Scenario{
		connectortest.Malformed, connectortest.NoVoucher, connectortest.Reset, connectortest.ServerError, connectortest.UnknownCode,
	} {
		call := sale(5000)
		call.WireRef = wireRef + string(s[:2])
		p.set(call.WireRef, s)
		m, err := c.Prepare(call)
		require.NoError(t, err)
		call.Sent = m
		got := c.Read(call, c.Send(context.Background(), m))
		require.Equal(t, switchcore.ClassUnknown, got.Class, s)
		require.NotNil(t, got.Follow, s)
		require.Equal(t, stepCheck, got.Follow.Step)
	}
}
