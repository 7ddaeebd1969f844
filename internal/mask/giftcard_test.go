package mask

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGiftCardMasks(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, want string }{
		"request": {
			`{"id":"x","time":"2031-02-03T04:05:06.007Z","card":{"pan":"6000000000000000017","expiryDate":"3512","clearPin":"83917","encryptedPin":"00AA11BB","rank":"primary",` +
				`"pin":{"type":"ENCRYPTED_PIN","pinBlock":"00112233445566AA","encryptionParameters":{"pinBlockFormat":"ISO_9564_FORMAT_0","accountNumber":"123456789012","keyIndex":1}}},` +
				`"amounts":{"requestAmount":{"amount":"5","currency":"710"},"availableBalance":{"amount":5,"currency":"710"}},"product":{"id":"A","barcode":"1","type":"por"},` +
				`"basket":{"basketId":"b","items":[{"productId":"p","quantity":1.5,"unit":"LITRE"}]},"points":{"requestAmount":{"amount":1}}}`,
			`{"id":"x","time":"2031-02-03T04:05:06.007Z","card":{"pan":"600000*********0017","expiryDate":"3512","clearPin":"*****","encryptedPin":"********","rank":"primary",` +
				`"pin":{"type":"ENCRYPTED_PIN","pinBlock":"****************","encryptionParameters":{"pinBlockFormat":"*","accountNumber":"************","keyIndex":1}}},` +
				`"amounts":{"requestAmount":{"amount":"5","currency":"710"},"availableBalance":{"amount":5,"currency":"710"}},"product":{"id":"A","barcode":"1","type":"por"},` +
				`"basket":{"basketId":"b","items":[{"productId":"p","quantity":1.5,"unit":"LITRE"}]},"points":{"requestAmount":{"amount":1}}}`,
		},
		"two cards": {
			`{"sourceCard":{"pan":"6000000000000000017"},"targetCard":{"pan":"123"},"oldCard":{"clearPin":1},"newCard":"6000000000000000017"}`,
			`{"sourceCard":{"pan":"600000*********0017"},"targetCard":{"pan":"***"},"oldCard":{"clearPin":"*"},"newCard":"*"}`,
		},
		"what nobody knows": {
			`{"cvv":"123","card":{"track2":"6000=35","pin":"83917"},"product":{"clearPin":"83917"},"cardHolder":{"msisdn":"27821234567","firstName":"Ann","x":1}}`,
			`{"cvv":"*","card":{"track2":"*","pin":"*"},"product":{"clearPin":"*"},"cardHolder":{"msisdn":"********567","firstName":"***","x":"*"}}`,
		},
		"refusal": {
			`{"errorType":"INCORRECT_PIN","errorMessage":"PIN 83917, not 12, for 6000000000000000017","requestType":"REDEMPTION_REQUEST","id":"a","originalId":"b",` +
				`"detailMessage":{"freeString":"it is 83917","card":{"pan":"6000000000000000017","clearPin":"83917"},"activationId":"a-1","formatErrors":[{"field":"pan","msg":"pan is wrong","value":"83917"}]}}`,
			`{"errorType":"INCORRECT_PIN","errorMessage":"PIN *****, not 12, for *******************","requestType":"REDEMPTION_REQUEST","id":"a","originalId":"b",` +
				`"detailMessage":{"freeString":"***********","card":{"pan":"600000*********0017","clearPin":"*****"},"activationId":"a-1","formatErrors":[{"field":"pan","msg":"pan is wrong","value":"*"}]}}`,
		},
		"answer": {
			`{"slipData":{"messageLines":[{"text":"Card 6000000000000000017"}],"issuerReference":"A1"},"clubs":[{"name":"Gold","products":[{"id":"A"}],"x":1}],"marketingAttributes":[{"name":"n","member":true}]}`,
			`{"slipData":{"messageLines":[{"text":"************************"}],"issuerReference":"A1"},"clubs":[{"name":"Gold","products":[{"id":"A"}],"x":"*"}],"marketingAttributes":[{"name":"n","member":true}]}`,
		},
	} {
		require.Equal(t, tc.want, string(GiftCard().Body([]byte(tc.in))), name)
	}
}

func TestCardsInStoredAndEchoedForm(t *testing.T) {
	t.Parallel()
	const in = `{"card":{"pan":"6000000000000000017","clearPin":"83917","encryptedPin":"00AA","pin":{"type":"CLEAR_PIN","pin":"83917"},"rank":"r"},` +
		`"sourceCard":{"pan":1234,"pin":{"type":"HASHED_PIN","hash":"AB"}},"product":{"id":"pan"},"detailMessage":{"newCard":{"pan":"5","clearPin":null}}}`
	require.Equal(t, `{"card":{"pan":"000000000000","clearPin":"00000","encryptedPin":"0000000000000000","pin":{"type":"CLEAR_PIN","pin":"****"},"rank":"r"},`+
		`"sourceCard":{"pan":"000000000000","pin":{"type":"HASHED_PIN","hash":"****"}},"product":{"id":"pan"},"detailMessage":{"newCard":{"pan":"000000000000","clearPin":null}}}`,
		string(Storable([]byte(in))))
	require.Equal(t, `{"card":{"pan":"6000000000000000017","rank":"r"},"sourceCard":{"pan":1234},"product":{"id":"pan"},"detailMessage":{"newCard":{"pan":"5"}}}`,
		string(WithoutPins([]byte(in))))
	require.Equal(t, `{"card":{"pan":"000000000000","rank":"r"},"sourceCard":{"pan":"000000000000"},"product":{"id":"pan"},"detailMessage":{"newCard":{"pan":"000000000000"}}}`,
		string(Echoable([]byte(in))))
	require.Nil(t, WithoutPins([]byte(`{"card":`)), "nothing of an unreadable text is given")
}

func TestDigits(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", "year 2031 and 123": "year **** and 123", "4711": "****", "a12345b678": "a*****b678"} {
		require.Equal(t, want, Digits(text))
	}
}
