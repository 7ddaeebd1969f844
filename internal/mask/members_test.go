package mask

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	m := Members{
		Show: func(path string) Algorithm {
			switch path {
			case "reference", "voucher.amount", "voucher.serial":
				return None
			case "pin", "voucher.pin":
				return Code
			}
			return Full
		},
		Opens: func(path string) bool { return path == "" || path == "voucher" },
		Codes: [][]string{{"pin"}, {"voucher", "pin"}},
	}
	for _, tt := range []struct{ name, body, want string }{
		{"nothing", ``, ``},
		{"shown and masked", `{"reference":"r-1","voucher":{"amount":500,"pin":"123456789012"}}`, `{"reference":"r-1","voucher":{"amount":500,"pin":"` + MaskCode("123456789012") + `"}}`},
		{"unknown members", `{"new":"1","list":["1"],"flag":true,"none":null,"other":{"pin":"1"}}`, `{"new":"*","list":"*","flag":"*","none":null,"other":"*"}`},
		{"a name that is a value", `{"123456789012":"x"}`, `{"*":"*"}`},
		{"a reference that repeats the code", `{"pin":"123456","reference":"x123456"}`, `{"pin":"` + MaskCode("123456") + `","reference":"` + MaskAll("x123456") + `"}`},
		{"a scalar", `"123456789012"`, `"*"`},
		{"no JSON", `123456789012 <html>`, string(Digest([]byte(`123456789012 <html>`)))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, string(m.Mask([]byte(tt.body))))
		})
	}
}

func TestReveals(t *testing.T) {
	t.Parallel()
	require.True(t, Reveals("1234", "1234"))
	require.True(t, Reveals("x-123456", "123456"))
	require.False(t, Reveals("x-1234", "1234"), "a short code is found in anything")
	require.False(t, Reveals("anything", ""))
}
