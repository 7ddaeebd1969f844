package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/signalboxhq/signalbox/internal/witness"
)

// offer is a product and who sells it; spent says that its vouchers can be redeemed as well.
type offer struct {
	product, receiver, name string
	spent                   bool
}

// offers are one product of each provider that is played.
var offers = []offer{
	{"DEM-VAR", "90000020", "Demo Vouchers", true}, {"BET-VAR", "90000030", "Betway", false}, {"FLA-VAR", "90000029", "Flash", false}, {"OTT-VAR", "90000026", "OTT", false},
}

const (
	price    = 5000 // minor units
	currency = "710"
	rrn      = "632600000123"
)

func clock() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000Z") }

// request is any request about money; rest is what it is about.
func request(id, rest string, amount int) []byte {
	return fmt.Appendf(nil, `{"id":%q,"time":%q,"stan":"000123","rrn":%q,"client":{"id":%q,"name":"Chaos Stores"},`+
		`"originator":{"institution":{"id":%q,"name":"Chaos Stores"},"terminalId":"CS010001","merchant":{"merchantType":"5411","merchantId":"CHAOSSTORES0001",`+
		`"merchantName":{"name":"Chaos Stores","city":"Cape Town","region":"WC","country":"ZA"}}},%s,`+
		`"thirdPartyIdentifiers":[{"institutionId":%q,"transactionIdentifier":"T-%s"}],"amounts":{"requestAmount":{"amount":%d,"currency":%q}}}`,
		id, clock(), rrn, clientID, clientID, rest, clientID, id[:8], amount, currency)
}

// provision is the request of a sale.
func provision(id string, o offer) []byte {
	return request(id, fmt.Sprintf(`"receiver":{"id":%q,"name":%q},"product":{"productId":%q}`, o.receiver, o.name, o.product), price)
}

// redemption is the request that spends what was sold.
func redemption(id string, o offer, code string) []byte {
	return request(id, fmt.Sprintf(`"receiver":{"id":%q,"name":%q},"voucher":{"code":%q}`, o.receiver, o.name, code), price)
}

// words writes an advice of a sale under an id of its own: that it stands, or that it does not.
func (s *sale) words(kind witness.Advice) (id string, body []byte) {
	id = uuid.NewString()
	rest := ""
	switch {
	case kind == witness.Reverse:
		rest = `,"reversalReason":"TIMEOUT"`
	case s.resource == vouchers:
		rest = fmt.Sprintf(`,"tenders":[{"tenderType":"CASH","amount":{"amount":%d,"currency":%q}}]`, price, currency)
	}
	return id, fmt.Appendf(nil, `{"id":%q,"requestId":%q,"time":%q,"stan":"000123","rrn":%q,"thirdPartyIdentifiers":[{"institutionId":%q,"transactionIdentifier":"T-%s"}]%s}`,
		id, s.id, clock(), rrn, clientID, s.id[:8], rest)
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
