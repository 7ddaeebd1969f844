package mask

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
)

func TestVoucherMessages(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, want string }{
		"known values stay":        {`{ "id":"1", "amounts":{"requestAmount":{"amount":5,"currency":710}} }`, `{"id":"1","amounts":{"requestAmount":{"amount":5,"currency":710}}}`},
		"order stays":              {`{"rrn":"2","id":"1"}`, `{"rrn":"2","id":"1"}`},
		"code":                     {`{"voucher":{"code":"730011882245"}}`, `{"voucher":{"code":"********2245"}}`},
		"code as number":           {`{"voucher":{"code":730011882245}}`, `{"voucher":{"code":"********2245"}}`},
		"code escaped":             {`{"voucher":{"c\u006fde":"\u0037\u0033001188\u0032245"}}`, `{"voucher":{"c\u006fde":"********2245"}}`},
		"code in error":            {`{"detailMessage":{"voucher":{"code":"730011882245"},"freeString":"7300"}}`, `{"detailMessage":{"voucher":{"code":"********2245"},"freeString":"****"}}`},
		"code as object":           {`{"voucher":{"code":{"x":"730011882245"}}}`, `{"voucher":{"code":"*"}}`},
		"code is true":             {`{"voucher":{"code":true}}`, `{"voucher":{"code":"*"}}`},
		"code null":                {`{"voucher":{"code":null}}`, `{"voucher":{"code":null}}`},
		"voucher is text":          {`{"voucher":"730011882245"}`, `{"voucher":"*"}`},
		"voucher is list":          {`{"voucher":[{"code":"730011882245"}]}`, `{"voucher":"*"}`},
		"instructions":             {`{"voucher":{"redeemInstructions":["dial 7"]}}`, `{"voucher":{"redeemInstructions":["******"]}}`},
		"slip":                     {`{"slipData":{"slipWidth":20,"messageLines":[{"text":"c 7","line":true,"barcode":{"data":"73","encoding":"ITF"}}]}}`, `{"slipData":{"slipWidth":20,"messageLines":[{"text":"***","line":true,"barcode":{"data":"**","encoding":"ITF"}}]}}`},
		"unknown":                  {`{"code":"730011882245","foo":{"code":[1]},"n":null}`, `{"code":"*","foo":"*","n":null}`},
		"unknown names":            {`{"730011882245":1,"a b":2,"ok-name":3}`, `{"*":"*","*":"*","ok-name":"*"}`},
		"free names":               {`{"amounts":{"additionalAmounts":{"CASHBACK":{"amount":1,"currency":"710"},"4111111111111111":{"amount":2,"x":3}}}}`, `{"amounts":{"additionalAmounts":{"CASHBACK":{"amount":1,"currency":"710"},"*":{"amount":2,"x":"*"}}}}`},
		"tender card":              {`{"tenders":[{"cardNumber":"4111111111111111"}]}`, `{"tenders":[{"cardNumber":"411111******1111"}]}`},
		"payment":                  {`{"paymentMethods":[{"type":"CARD","pan":"4111111111111111","pin":{"type":"CLEAR_PIN","pin":"1234"},"proxy":"me@x"}]}`, `{"paymentMethods":[{"type":"CARD","pan":"411111******1111","pin":{"type":"CLEAR_PIN","pin":"****"},"proxy":"****"}]}`},
		"pin block":                {`{"paymentMethods":[{"encryptedPin":{"pinBlock":"0011","encryptionParameters":{"accountNumber":"12","keyIndex":1}}}]}`, `{"paymentMethods":[{"encryptedPin":{"pinBlock":"****","encryptionParameters":{"accountNumber":"**","keyIndex":1}}}]}`},
		"customer":                 {`{"recipient":{"firstName":"Al","msisdn":"27821234567","addressDetails":{"city":"X"}}}`, `{"recipient":{"firstName":"**","msisdn":"********567","addressDetails":{"city":"*"}}}`},
		"cashier":                  {`{"originator":{"operatorId":"Ann","terminalId":"till0007"}}`, `{"originator":{"operatorId":"***","terminalId":"till0007"}}`},
		"provider's words":         {`{"errorType":"DO_NOT_HONOR","errorMessage":"bad pin 730011882245"}`, `{"errorType":"DO_NOT_HONOR","errorMessage":"bad pin ************"}`},
		"format error":             {`{"detailMessage":{"formatErrors":[{"field":"a","msg":"a may not be null","value":"7"}]}}`, `{"detailMessage":{"formatErrors":[{"field":"a","msg":"a may not be null","value":"*"}]}}`},
		"products":                 {`{"products":[{"productId":"P1"}]}`, `{"products":[{"productId":"P1"}]}`},
		"bare product list":        {`[{"productId":"P1","x":1}]`, `[{"productId":"P1","x":"*"}]`},
		"duplicate members":        {`{"voucher":{"code":"730011882245","code":"99"}}`, `{"voucher":{"code":"********2245","code":"**"}}`},
		"scalar":                   {`"730011882245"`, `"*"`},
		"quotes are escaped again": {`{"errorMessage":"a \"b\" \\ \n\u20ac"}`, `{"errorMessage":"a \"b\" \\ \u000a€"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Voucher().JSON(nil, []byte(tc.in))
			require.NoError(t, err)
			require.Equal(t, tc.want, string(got))
		})
	}
}

func TestBodyOfWhatCannotBeParsed(t *testing.T) {
	t.Parallel()
	got := string(Voucher().Body([]byte("730011882245 is no JSON {")))
	require.NotContains(t, got, "730011882245")
	require.Contains(t, got, `"length":25`)
	require.Regexp(t, `^\{"unparsed":\{"length":25,"sha256":"[0-9a-f]{64}"\}\}$`, got)
	require.Empty(t, Voucher().Body(nil))
	require.Contains(t, string(Voucher().Body([]byte(strings.Repeat("[", 40)+strings.Repeat("]", 40)))), "unparsed")
}

const canary = "730011882245"

// hidden are places where the canary must not survive; CANARY stands for it.
var hidden = []string{
	`{"voucher":{"code":"CANARY"}}`, `{"voucher":{"code":CANARY}}`, `{"CANARY":1}`, `{"x":{"y":["CANARY"]}}`,
	`{"detailMessage":{"voucher":{"code":"CANARY"},"freeString":"x CANARY y"}}`,
	`{"slipData":{"messageLines":[{"text":"Code: CANARY","barcode":{"data":"CANARY"}}]}}`,
	`{"errorMessage":"no CANARY","providerErrorMsg":"7300 1188 2245"}`, `{"paymentMethods":[{"pan":"CANARY","proxy":"CANARY"}]}`,
	`{"amounts":{"additionalAmounts":{"CANARY":{"CANARY":"CANARY"}}}}`, `[[["CANARY"]]]`, `"CANARY"`, `{"id":{"id":"CANARY"}}`,
}

// FuzzCanary plants the canary at hidden places, wrapped in fuzzed surroundings and escapes.
func FuzzCanary(f *testing.F) {
	for i := range hidden {
		f.Add(uint8(i), uint16(0), `{"id":"1"}`)
		f.Add(uint8(i), uint16(0x5a5a), `["\u0061"]`)
	}
	f.Fuzz(func(t *testing.T, which uint8, escapes uint16, other string) {
		planted := strings.ReplaceAll(hidden[int(which)%len(hidden)], "CANARY", canary)
		if !strings.Contains(planted, `:`+canary) {
			planted = escapeSome(planted, escapes)
		}
		bodies := []string{planted, other}
		if jsontext.Value(other).IsValid() && !strings.Contains(other, "{{") {
			bodies = append(bodies, `{"unknown":`+other+`,"voucher":`+planted+`}`, `[`+planted+`,`+other+`]`)
		}
		for _, body := range bodies {
			out := Voucher().Body([]byte(body))
			if len(body) > 0 && !jsontext.Value(out).IsValid(jsontext.AllowDuplicateNames(true)) {
				t.Fatalf("not valid JSON: %s", out)
			}
			if body != other && leaks(out) {
				t.Fatalf("%s became %s", body, out)
			}
		}
	})
}

// leaks looks for the canary in the text as it would be read.
func leaks(out []byte) bool {
	d := jsontext.NewDecoder(bytes.NewReader(out), jsontext.AllowDuplicateNames(true))
	for {
		tok, err := d.ReadToken()
		if err != nil {
			return false
		}
		if strings.Contains(strings.NewReplacer(" ", "", "-", "").Replace(tok.String()), canary) {
			return true
		}
	}
}

// escapeSome writes some digits of the canary as \u escapes.
func escapeSome(body string, which uint16) string {
	var esc strings.Builder
	for i, c := range []byte(canary) {
		if which&(1<<i) != 0 {
			esc.WriteString(`\u003` + string(c))
		} else {
			esc.WriteByte(c)
		}
	}
	return strings.ReplaceAll(body, canary, esc.String())
}
