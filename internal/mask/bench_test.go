package mask

import "testing"

func BenchmarkVoucher(b *testing.B) {
	body := []byte(sample)
	dst := make([]byte, 0, 2*len(body))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	rules := Voucher()
	for b.Loop() {
		if _, err := rules.JSON(dst[:0], body); err != nil {
			b.Fatal(err)
		}
	}
}

const sample = `{"id":"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b","time":"2031-02-03T04:05:06.007Z","client":{"id":"90000002","name":"Kiosk Net"},"originator":{"institution":{"id":"90000001","name":"Corner Shop"},"terminalId":"till0007","merchant":{"merchantType":"5411","merchantId":"cornershop00001","merchantName":{"name":"Corner Shop","city":"Durban","region":"KZ","country":"ZA"}}},"receiver":{"id":"90000004","name":"Demo Vouchers"},"settlementEntity":{"id":"90000003","name":"Demo Settle"},"thirdPartyIdentifiers":[{"institutionId":"90000001","transactionIdentifier":"T-1"},{"institutionId":"90000002","transactionIdentifier":"K-1"},{"institutionId":"90000003","transactionIdentifier":"S-77"},{"institutionId":"90000004","transactionIdentifier":"P-31"}],"amounts":{"requestAmount":{"amount":5000,"currency":"710"}},"voucher":{"code":"730011882245","expiryDate":"2032-02-03T04:05:06.007Z","redeemInstructions":["dial 730011882245"]},"slipData":{"messageLines":[{"text":"Your code"},{"text":"7300 1188 2245"},{"text":"Valid a year","barcode":{"data":"730011882245"}}]}}`
