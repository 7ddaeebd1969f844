package sandbox

import (
	"encoding/json"
	"fmt"
	"time"
)

// The wire shapes that the tills use (common.md 3, vouchers.md 2), written independently of the product's own.
type (
	institution struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	merchantName struct {
		Name    string `json:"name"`
		City    string `json:"city"`
		Region  string `json:"region"`
		Country string `json:"country"`
	}
	merchant struct {
		Type string       `json:"merchantType"`
		ID   string       `json:"merchantId"`
		Name merchantName `json:"merchantName"`
	}
	originator struct {
		Institution institution `json:"institution"`
		TerminalID  string      `json:"terminalId"`
		Merchant    merchant    `json:"merchant"`
		OperatorID  string      `json:"operatorId"`
		ChannelID   string      `json:"channelId"`
	}
	identifier struct {
		InstitutionID string `json:"institutionId"`
		Transaction   string `json:"transactionIdentifier"`
	}
	ledgerAmount struct {
		Amount   int64  `json:"amount"`
		Currency string `json:"currency"`
	}
	amounts struct {
		Request ledgerAmount `json:"requestAmount"`
	}
	tender struct {
		Type   string       `json:"tenderType"`
		Amount ledgerAmount `json:"amount"`
		Card   string       `json:"cardNumber,omitempty"`
	}
	product struct {
		ID string `json:"productId"`
	}
	voucher struct {
		Code string `json:"code"`
	}
	request struct {
		ID          string       `json:"id"`
		Time        string       `json:"time"`
		Originator  originator   `json:"originator"`
		Client      institution  `json:"client"`
		Receiver    *institution `json:"receiver,omitempty"`
		Identifiers []identifier `json:"thirdPartyIdentifiers"`
		BasketRef   string       `json:"basketRef,omitempty"`
		STAN        string       `json:"stan"`
		RRN         string       `json:"rrn"`
		Product     *product     `json:"product,omitempty"`
		Amounts     amounts      `json:"amounts"`
		Tenders     []tender     `json:"tenders,omitempty"`
		Voucher     *voucher     `json:"voucher,omitempty"`
	}
	advice struct {
		ID          string          `json:"id"`
		RequestID   string          `json:"requestId"`
		Time        string          `json:"time"`
		Identifiers json.RawMessage `json:"thirdPartyIdentifiers"`
		STAN        string          `json:"stan"`
		RRN         string          `json:"rrn"`
		Reason      string          `json:"reversalReason,omitempty"`
		Tenders     []tender        `json:"tenders,omitempty"`
	}
)

// encode writes a message; the shapes above cannot fail.
func encode(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return body
}

func wireTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// retrievalReference is the customary one: last digit of the year, day of the year, hour, audit number.
func retrievalReference(t time.Time, trace int) string {
	t = t.UTC()
	return fmt.Sprintf("%d%03d%02d%06d", t.Year()%10, t.YearDay(), t.Hour(), trace)
}
