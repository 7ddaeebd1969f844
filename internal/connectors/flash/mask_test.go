package flash

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMasked(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"pin":"7300118822451234","amount":5}`:                                `{"pin":"************1234","amount":5}`,
		`{"pin":"12345"}`:                                                      `{"pin":"*****"}`,
		`{"voucher":{"pin":7300118822451234,"serialNumber":"S1"}}`:             `{"voucher":{"pin":"************1234","serialNumber":"S1"}}`,
		`{"voucher":{"pin":"7300118822451234","barcode":"990000730011"}}`:      `{"voucher":{"pin":"************1234","barcode":"********0011"}}`,
		`{"transactionId":"x7300118822451234","pin":"7300118822451234"}`:       `{"transactionId":"*****************","pin":"************1234"}`,
		`{"responseMessage":"PIN 7300118822451234 was used"}`:                  `{"responseMessage":"PIN **************** was used"}`,
		`{"voucher":{"content":{"redemptionInstructions":"dial 7300"}}}`:       `{"voucher":{"content":{"redemptionInstructions":"*********"}}}`,
		`{"mobileNumber":"27821234567"}`:                                       `{"mobileNumber":"********567"}`,
		`{"news":"7300118822451234","more":{"pin":"x"},"list":["y"],"n":null}`: `{"news":"*","more":"*","list":"*","n":null}`,
		`{"voucher":"7300118822451234","metadata":{"rrn":"1","own":"secret"}}`: `{"voucher":"*","metadata":{"rrn":"1","own":"*"}}`,
		`{"7300118822451234":1,"reference":{"pin":"1"},"ok":true}`:             `{"*":"*","reference":"*","ok":"*"}`,
		`["7300118822451234"]`:                                                 `"*"`,
		``:                                                                     ``,
	} {
		require.Equal(t, want, string(masked([]byte(in))), in)
	}
	require.NotContains(t, string(masked([]byte(`<b>7300118822451234</b>`))), "7300")
}
