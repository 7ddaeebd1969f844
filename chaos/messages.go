package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// offer is a product and who sells it.
type offer struct{ product, receiver, name string }

// offers are one product of each provider that is played.
var offers = []offer{
	{"DEM-VAR", "90000020", "Demo Vouchers"}, {"BET-VAR", "90000030", "Betway"}, {"FLA-VAR", "90000029", "Flash"}, {"OTT-VAR", "90000026", "OTT"},
}

const (
	price    = 5000 // minor units
	currency = "710"
	rrn      = "632600000123"
)

func clock() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000Z") }

// provision is the request of a sale.
func provision(id string, o offer) []byte {
	return fmt.Appendf(nil, `{"id":%q,"time":%q,"stan":"000123","rrn":%q,"client":{"id":%q,"name":"Chaos Stores"},`+
		`"originator":{"institution":{"id":%q,"name":"Chaos Stores"},"terminalId":"CS010001","merchant":{"merchantType":"5411","merchantId":"CHAOSSTORES0001",`+
		`"merchantName":{"name":"Chaos Stores","city":"Cape Town","region":"WC","country":"ZA"}}},"receiver":{"id":%q,"name":%q},"product":{"productId":%q},`+
		`"thirdPartyIdentifiers":[{"institutionId":%q,"transactionIdentifier":"T-%s"}],"amounts":{"requestAmount":{"amount":%d,"currency":%q}}}`,
		id, clock(), rrn, clientID, clientID, o.receiver, o.name, o.product, clientID, id[:8], price, currency)
}

// confirmation tells that the sale stands, reversal that it does not.
func confirmation(request string) []byte {
	return advice(request, fmt.Sprintf(`"tenders":[{"tenderType":"CASH","amount":{"amount":%d,"currency":%q}}]`, price, currency))
}

func reversal(request string) []byte { return advice(request, `"reversalReason":"TIMEOUT"`) }

func advice(request, rest string) []byte {
	return fmt.Appendf(nil, `{"id":%q,"requestId":%q,"time":%q,"stan":"000123","rrn":%q,"thirdPartyIdentifiers":[{"institutionId":%q,"transactionIdentifier":"T-%s"}],%s}`,
		uuid.NewString(), request, clock(), rrn, clientID, request[:8], rest)
}

// slip is what a client reads of an answer.
type slip struct {
	ErrorType string `json:"errorType"`
	Voucher   struct {
		Code string `json:"code"`
	} `json:"voucher"`
	Amounts struct {
		Approved struct {
			Amount int64 `json:"amount"`
		} `json:"approvedAmount"`
	} `json:"amounts"`
	Detail struct {
		Voucher struct {
			Code string `json:"code"`
		} `json:"voucher"`
	} `json:"detailMessage"`
}

func read(body []byte) (s slip) {
	_ = json.Unmarshal(body, &s) // not every answer is one
	return s
}
