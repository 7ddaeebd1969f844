package vouchers

import (
	"testing"

	"github.com/signalboxhq/signalbox/internal/transactions"
)

func BenchmarkDecodeRequest(b *testing.B) {
	body := []byte(benchBody)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := DecodeRequest(transactions.Provision, body); err != nil {
			b.Fatal(err)
		}
	}
}

const benchBody = `{"id":"0f6b1c9e-52aa-4d0b-9a3e-7c1d2e3f4a5b","time":"2031-02-03T04:05:06.007Z",
 "client":{"id":"90000002","name":"Kiosk Net"},
 "originator":{"institution":{"id":"90000001","name":"Corner Shop"},"terminalId":"till0007","operatorId":"cashier-17","channelId":"POS",
  "merchant":{"merchantType":"5411","merchantId":"cornershop00001",
   "merchantName":{"name":"Corner Shop","city":"Durban","region":"KZ","country":"ZA"}}},
 "receiver":{"id":"90000004","name":"Demo Vouchers"},
 "settlementEntity":{"id":"90000003","name":"Demo Settle"},
 "thirdPartyIdentifiers":[
  {"institutionId":"90000001","transactionIdentifier":"T-1"},
  {"institutionId":"90000002","transactionIdentifier":"K-1"}],
 "basketRef":"basket-1","rrn":"000123456789","stan":"000123",
 "product":{"productId":"PROD-50","description":"Fifty","amount":{"amount":5000,"currency":"710"}},
 "amounts":{"requestAmount":{"amount":5000,"currency":710},"feeAmount":{"amount":50,"currency":"710"}},
 "tenders":[{"tenderType":"CASH","amount":{"amount":5000,"currency":"710"},"reference":"drawer 1"}],
 "posInfo":{"entryMode":{"panEntryMode":"MANUAL","pinEntryCapability":"UNKNOWN"}},
 "voucher":{"code":"730011882245","expiryDate":"2032-02-03T04:05:06.007Z","redeemInstructions":["dial *120*1*730011882245#"]}}`
