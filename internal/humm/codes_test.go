package humm_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/humm"
)

func TestCodesAreReadByTheirStatus(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, m := range humm.Codes() {
		require.False(t, seen[m.Code], "%s is listed twice", m.Code)
		seen[m.Code] = true
		require.NotEmpty(t, m.Text)
		op := m.Operation
		if op == "" {
			op = humm.Invite
		}
		require.Equal(t, m.Class, humm.Read(op, m.Code, m.Status), m.Code)
		require.Equal(t, m.Class == humm.Approved, m.Status == humm.Success, m.Code)
		for _, other := range []string{humm.Success, humm.Failed, humm.Error, humm.Pending, humm.Cancelled, ""} {
			if other != m.Status {
				require.Equal(t, humm.Unknown, humm.Read(op, m.Code, other), "%s with %q is a contradiction", m.Code, other)
			}
		}
	}
	require.Len(t, seen, 47)
}

func TestUnlistedCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		op           humm.Operation
		code, status string
		want         humm.Class
	}{
		{humm.ProcessAuthorisation, "SPRA77", humm.Success, humm.Unknown},
		{humm.ProcessAuthorisation, "SINV01", humm.Success, humm.Unknown},
		{humm.ProcessAuthorisation, "FPRA15", humm.Failed, humm.Declined},
		{humm.ProcessAuthorisation, "FPRA01", "Failure", humm.Declined},
		{humm.ProcessAuthorisation, "FCNL77", humm.Cancelled, humm.Declined},
		{humm.ProcessAuthorisation, "EXXX01", humm.Error, humm.Unknown},
		{humm.ProcessAuthorisation, "", humm.Failed, humm.Unknown},
		{humm.ProcessAuthorisation, "FPRA01", "", humm.Unknown},
		{humm.ReverseAdjustment, "FPSA01", humm.Failed, humm.Declined},
		{humm.ReverseAdjustment, "SPSA01", humm.Success, humm.Unknown},
		{humm.SendReceipt, "EVAL02", humm.Error, humm.Unknown},
	} {
		require.Equal(t, c.want, humm.Read(c.op, c.code, c.status), "%s %s %s", c.op, c.code, c.status)
	}
}

func TestNormalCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"6199482913": "482913", "482913": "482913", "619948291": "619948291", "61994829131": "61994829131", "6199ABC913": "6199ABC913",
		"A1B2C3D4E5F6": "A1B2C3D4E5F6", "": "", "6199": "6199",
	} {
		require.Equal(t, want, humm.NormalCode(code), code)
	}
}

func TestOperations(t *testing.T) {
	t.Parallel()
	require.True(t, humm.SendReceipt.Known())
	require.False(t, humm.Operation("createkey").Known())
	require.Equal(t, "/ProcessSalesAdjustmentReversal", humm.ReverseAdjustment.Path())
}
