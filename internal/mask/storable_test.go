package mask

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStorable(t *testing.T) {
	t.Parallel()
	in := `{"id":"1","paymentMethods":[{"type":"CARD","pan":"4111111111111111","expiryDate":"3101","pin":{"type":"CLEAR_PIN","pin":"1234"},` +
		`"encryptedPin":{"pinBlock":"00112233445566AA","encryptionParameters":{"accountNumber":"123456789012","keyIndex":1}}},` +
		`{"type":"LOYALTY_CARD","cardNumber":"6000111122223333","pin":{"type":"HASHED_PIN","hash":"AB,CD"}}],` +
		`"tenders":[{"tenderType":"CASH","cardNumber":"4111111111111111","reference":"pan"}],"voucher":{"code":"7300"}}`
	require.Equal(t, `{"id":"1","paymentMethods":[{"type":"CARD","pan":"000000000000","expiryDate":"3101","pin":{"type":"CLEAR_PIN","pin":"****"},`+
		`"encryptedPin":{"pinBlock":"0000000000000000","encryptionParameters":{"accountNumber":"000000000000","keyIndex":1}}},`+
		`{"type":"LOYALTY_CARD","cardNumber":"600011******3333","pin":{"type":"HASHED_PIN","hash":"****"}}],`+
		`"tenders":[{"tenderType":"CASH","cardNumber":"411111******1111","reference":"pan"}],"voucher":{"code":"7300"}}`, string(Storable([]byte(in))))
	require.Equal(t, `{"id":"1","paymentMethods":[{"type":"CARD","pan":"000000000000","expiryDate":"3101"},`+
		`{"type":"LOYALTY_CARD","cardNumber":"600011******3333"}],`+
		`"tenders":[{"tenderType":"CASH","cardNumber":"411111******1111","reference":"pan"}],"voucher":{"code":"7300"}}`, string(Echoable([]byte(in))))

	masked := []byte(`{"tenders":[{"cardNumber":"411111****"},{"cardNumber":"411111"},{"cardNumber":"411111******1111"}]}`)
	require.Equal(t, masked, Echoable(masked), "a masked number is echoed as it came")
	plain := []byte(`{"id":"1","voucher":{"code":"7300"}}`)
	require.Equal(t, plain, Storable(plain))
	require.Nil(t, Storable([]byte(`{"paymentMethods":`)), "nothing of an unreadable text is kept")
}
