package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// offer is what the callers buy: one product of one provider.
type offer struct {
	provider, receiverID, receiverName, productID, currency string
	amount                                                  int64
}

// sale is one transaction as its client knows it.
type sale struct {
	id    string
	offer *offer
}

// messages writes the bodies of one client. They have the members that a till sends, and nothing for show.
type messages struct {
	client, name string
	offers       []offer
	count        atomic.Int64
}

// next picks the offers in turn, so that every provider gets the same share.
func (m *messages) next() sale {
	n := m.count.Add(1)
	return sale{id: uuid.NewString(), offer: &m.offers[int(n)%len(m.offers)]}
}

func wireTime() string { return time.Now().UTC().Format("2006-01-02T15:04:05.000Z") }

func (m *messages) provision(s sale) []byte {
	o := s.offer
	return fmt.Appendf(make([]byte, 0, 1024), `{"id":%q,"time":%q,"originator":{"institution":{"id":%q,"name":%q},"terminalId":"00000107",`+
		`"merchant":{"merchantType":"5411","merchantId":"100000000000107","merchantName":{"name":"Bench Corner","city":"Cape Town","region":"WC","country":"ZA"}},`+
		`"operatorId":"C007","channelId":"POS"},"client":{"id":%q,"name":%q},"receiver":{"id":%q,"name":%q},`+
		`"thirdPartyIdentifiers":[{"institutionId":%q,"transactionIdentifier":"BC-%s"}],"basketRef":"B%s","stan":"000107","rrn":"%s",`+
		`"product":{"productId":%q},"amounts":{"requestAmount":{"amount":%d,"currency":%q}},"tenders":[{"tenderType":"CASH","amount":{"amount":%d,"currency":%q}}]}`,
		s.id, wireTime(), m.client, m.name, m.client, m.name, o.receiverID, o.receiverName, m.client, s.id[:18], s.id[:8], s.id[24:],
		o.productID, o.amount, o.currency, o.amount, o.currency)
}

// confirmation tells that the sale stands; the references are those of the answer.
func (m *messages) confirmation(s sale, answer []byte) []byte {
	ids := identifiers(answer)
	if ids == nil {
		ids = fmt.Appendf(nil, `[{"institutionId":%q,"transactionIdentifier":"BC-%s"}]`, m.client, s.id[:18])
	}
	return fmt.Appendf(make([]byte, 0, 512), `{"id":%q,"requestId":%q,"time":%q,"thirdPartyIdentifiers":%s,"stan":"000107","rrn":"%s",`+
		`"tenders":[{"tenderType":"CASH","amount":{"amount":%d,"currency":%q}}]}`,
		uuid.NewString(), s.id, wireTime(), ids, s.id[24:], s.offer.amount, s.offer.currency)
}

// identifiers cuts the list of references out of an answer.
func identifiers(answer []byte) []byte {
	_, rest, ok := bytes.Cut(answer, []byte(`"thirdPartyIdentifiers":`))
	if !ok {
		return nil
	}
	var raw json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(rest)).Decode(&raw); err != nil {
		return nil
	}
	return raw
}
