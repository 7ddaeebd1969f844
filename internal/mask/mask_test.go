package mask

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAlgorithms(t *testing.T) {
	t.Parallel()
	by := func(a Algorithm) func(string) string { return func(text string) string { return apply(a, text) } }
	for _, tc := range []struct {
		name string
		mask func(string) string
		in   string
		want string
	}{
		{"all", MaskAll, "secret", "******"},
		{"all empty", MaskAll, "", ""},
		{"all counts characters", MaskAll, "héé", "***"},
		{"full", by(Full), "secret", "*"},
		{"full empty", by(Full), "", "*"},
		{"pan", MaskPan, "4111111111111111", "411111******1111"},
		{"pan of eleven", MaskPan, "12345678901", "123456*8901"},
		{"pan of ten", MaskPan, "1234567890", "**********"},
		{"code", MaskCode, "730011882245", "********2245"},
		{"code of eleven", MaskCode, "73001188224", "***********"},
		{"tail", MaskTail3, "+27821234567", "*********567"},
		{"tail of three", MaskTail3, "123", "***"},
		{"track 2 with D", by(Track2), "4111111111111111D99121010000", "411111******1111D*"},
		{"track 2 with =", by(Track2), "4111111111111111=9912=77", "411111******1111=*=*"},
		{"track 2 D wins", by(Track2), "4111111111111111=9D12", "411111********11=9D*"},
		{"track 2 empty end", by(Track2), "4111111111111111=", "411111******1111=*"},
		{"track 2 none", by(Track2), "4111111111111111", "****************"},
		{"text keeps words", MaskText, "Voucher 123 is not redeemable", "Voucher 123 is not redeemable"},
		{"text hides a code", MaskText, "code 730011882245 unknown", "code ************ unknown"},
		{"text hides groups", MaskText, "7300-1188 2245.", "****-**** ****."},
		{"text hides words", MaskText, "use A1B2C3D4E5 now", "use ********** now"},
		{"text hides glued digits", MaskText, "code7300118822", "**************"},
		{"text keeps ids", MaskText, "id 0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b.", "id 0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b."},
		{"text keeps the id message", MaskText, "UUID must conform to the format 8-4-4-4-12 hexadecimal values", "UUID must conform to the format 8-4-4-4-12 hexadecimal values"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, tc.mask(tc.in))
		})
	}
}

func TestTheZeroAlgorithmHidesMost(t *testing.T) {
	t.Parallel()
	var a Algorithm
	require.Equal(t, "*", string(a.Append(nil, []byte("secret"))))
}

func TestQuery(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                         "",
		"voucherCode=730011882245": "voucherCode=********2245",
		"receiverInstId=9000%2F4&voucherCode=7300":      "receiverInstId=9000%2F4&voucherCode=****",
		"voucherCode=%37%330011882245":                  "voucherCode=********2245",
		"%76oucherCode=730011882245":                    "voucherCode=********2245",
		"secret=730011882245":                           "secret=*",
		"voucherCode=%zz730011882245":                   "voucherCode=*",
		"730011882245":                                  "*",
		"730011882245=1&x":                              "*&x",
		"vouchercode=730011882245":                      "vouchercode=*",
		"voucherCode=730011882245&voucherCode=73001188": "voucherCode=********2245&voucherCode=********",
		"provisionRequestId=a%0Ab":                      "provisionRequestId=a%0Ab",
	} {
		require.Equal(t, want, Query(in), in)
	}
}

func TestKeepHeader(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"Content-Type": true, "retry-after": true, "Authorization": false, "authorization": false,
		"Cookie": false, "Proxy-Authorization": false, "X-Api-Key": false, "": false,
	} {
		require.Equal(t, want, KeepHeader(name), name)
	}
}
