package simulator

import "encoding/json"

// message is a request or response of the voucher service. Members the
// simulator never looks into stay raw and are echoed as they came.
type message struct {
	ID                    string                 `json:"id,omitempty"`
	Time                  string                 `json:"time,omitempty"`
	Originator            *originator            `json:"originator,omitempty"`
	Client                *party                 `json:"client,omitempty"`
	SettlementEntity      *party                 `json:"settlementEntity,omitempty"`
	Receiver              *party                 `json:"receiver,omitempty"`
	ThirdPartyIdentifiers []thirdPartyIdentifier `json:"thirdPartyIdentifiers,omitempty"`
	SlipData              *slipData              `json:"slipData,omitempty"`
	BasketRef             string                 `json:"basketRef,omitempty"`
	TranType              string                 `json:"tranType,omitempty"`
	SrcAccType            string                 `json:"srcAccType,omitempty"`
	DestAccType           string                 `json:"destAccType,omitempty"`
	Stan                  string                 `json:"stan,omitempty"`
	Rrn                   string                 `json:"rrn,omitempty"`
	TransactionLabels     json.RawMessage        `json:"transactionLabels,omitempty"`
	Voucher               *voucher               `json:"voucher,omitempty"`
	Product               *product               `json:"product,omitempty"`
	Amounts               *amounts               `json:"amounts,omitempty"`
	Tenders               []tender               `json:"tenders,omitempty"`
	PaymentMethods        json.RawMessage        `json:"paymentMethods,omitempty"`
	PosInfo               json.RawMessage        `json:"posInfo,omitempty"`
	Recipient             json.RawMessage        `json:"recipient,omitempty"`
}

// advice is any of the three advice messages; which members it needs depends
// on the path it came by.
type advice struct {
	ID                    string                 `json:"id"`
	RequestID             string                 `json:"requestId"`
	Time                  string                 `json:"time"`
	ThirdPartyIdentifiers []thirdPartyIdentifier `json:"thirdPartyIdentifiers"`
	Stan                  string                 `json:"stan"`
	Rrn                   string                 `json:"rrn"`
	Amounts               *amounts               `json:"amounts"`
	ReversalReason        string                 `json:"reversalReason"`
	Tenders               []tender               `json:"tenders"`
}

// party is an institution on the wire; a pointer name tells absent from empty.
type party struct {
	ID   *string `json:"id,omitempty"`
	Name *string `json:"name,omitempty"`
}

type originator struct {
	Institution *party    `json:"institution,omitempty"`
	TerminalID  *string   `json:"terminalId,omitempty"`
	Merchant    *merchant `json:"merchant,omitempty"`
	OperatorID  string    `json:"operatorId,omitempty"`
	ChannelID   string    `json:"channelId,omitempty"`
}

type merchant struct {
	MerchantType *string       `json:"merchantType,omitempty"`
	MerchantID   *string       `json:"merchantId,omitempty"`
	MerchantName *merchantName `json:"merchantName,omitempty"`
}

type merchantName struct {
	Name    *string `json:"name,omitempty"`
	City    *string `json:"city,omitempty"`
	Region  *string `json:"region,omitempty"`
	Country *string `json:"country,omitempty"`
}

type thirdPartyIdentifier struct {
	InstitutionID         string  `json:"institutionId"`
	TransactionIdentifier *string `json:"transactionIdentifier,omitempty"`
}

type voucher struct {
	Code               string   `json:"code,omitempty"`
	ExpiryDate         string   `json:"expiryDate,omitempty"`
	RedeemInstructions []string `json:"redeemInstructions,omitempty"`
	SerialNumber       string   `json:"serialNumber,omitempty"`
	BatchNumber        string   `json:"batchNumber,omitempty"`
}

type product struct {
	ProductID              string          `json:"productId"`
	Description            string          `json:"description,omitempty"`
	Amount                 *ledgerAmount   `json:"amount,omitempty"`
	MinAmount              *ledgerAmount   `json:"minAmount,omitempty"`
	MaxAmount              *ledgerAmount   `json:"maxAmount,omitempty"`
	IsFixedValue           *bool           `json:"isFixedValue,omitempty"`
	Receiver               *party          `json:"receiver,omitempty"`
	ChannelProductListings json.RawMessage `json:"channelProductListings,omitempty"`
	Name                   string          `json:"name,omitempty"`
	Type                   string          `json:"type,omitempty"`
	Barcode                string          `json:"barcode,omitempty"`
}

type amounts struct {
	RequestAmount     *ledgerAmount            `json:"requestAmount,omitempty"`
	ApprovedAmount    *ledgerAmount            `json:"approvedAmount,omitempty"`
	FeeAmount         *ledgerAmount            `json:"feeAmount,omitempty"`
	BalanceAmount     *ledgerAmount            `json:"balanceAmount,omitempty"`
	AdditionalAmounts map[string]*ledgerAmount `json:"additionalAmounts,omitempty"`
}

type ledgerAmount struct {
	Amount          *int64  `json:"amount,omitempty"`
	Currency        numeral `json:"currency,omitempty"`
	LedgerIndicator string  `json:"ledgerIndicator,omitempty"`
}

type tender struct {
	TenderType  string        `json:"tenderType"`
	Amount      *ledgerAmount `json:"amount,omitempty"`
	AccountType string        `json:"accountType,omitempty"`
	CardNumber  string        `json:"cardNumber,omitempty"`
	Reference   string        `json:"reference,omitempty"`
}

type slipData struct {
	MessageLines    []slipLine `json:"messageLines,omitempty"`
	SlipWidth       int        `json:"slipWidth,omitempty"`
	IssuerReference string     `json:"issuerReference,omitempty"`
}

type slipLine struct {
	Text                  string          `json:"text"`
	Barcode               json.RawMessage `json:"barcode,omitempty"`
	FontWidthScaleFactor  float64         `json:"fontWidthScaleFactor,omitempty"`
	FontHeightScaleFactor float64         `json:"fontHeightScaleFactor,omitempty"`
	Line                  bool            `json:"line,omitempty"`
	Cut                   bool            `json:"cut,omitempty"`
}

// numeral is a digit string that some senders write as a JSON number.
type numeral string

// UnmarshalJSON takes "710" and 710 alike.
func (n *numeral) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] != '"' && b[0] != 'n' {
		*n = numeral(b)
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*n = numeral(s)
	return nil
}

func (i Institution) party() *party { return &party{ID: &i.ID, Name: &i.Name} }

func money(amount int64, currency string) *ledgerAmount {
	return &ledgerAmount{Amount: &amount, Currency: numeral(currency)}
}
