package yoyo

import "encoding/json"

// store says where a transaction happened.
type store struct {
	StoreID       string `json:"storeId"`
	RemoteStoreID string `json:"remoteStoreId"`
	RetailerID    string `json:"retailerId"`
	BasketID      string `json:"basketId"`
	TrxID         string `json:"trxId"`
	PosID         string `json:"posId"`
	CashierID     string `json:"cashierId"`
}

func (s store) name() string {
	if s.StoreID != "" {
		return s.StoreID
	}
	if s.RemoteStoreID != "" && s.RetailerID != "" {
		return s.RetailerID + "/" + s.RemoteStoreID
	}
	return ""
}

// request is the body of any call of the engine.
type request struct {
	Type         string `json:"type"`
	TotalAmount  *int64 `json:"totalAmount"`
	BasketAmount *int64 `json:"basketAmount"`
	Token        struct {
		ID   string `json:"id"`
		Type string `json:"type"`
	} `json:"token"`
	Store    store             `json:"storeTrxDetails"`
	Products []json.RawMessage `json:"products"`
	Action   string            `json:"action"`
	Original struct {
		WiTrxID text   `json:"wiTrxId"`
		Type    string `json:"type"`
		Store   store  `json:"storeTrxDetails"`
	} `json:"originalTrx"`
	TransactionID text `json:"transactionId"`
}

// text is a JSON number or text.
type text string

// UnmarshalJSON takes either form.
func (t *text) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] != '"' {
		*t = text(raw)
		return nil
	}
	return json.Unmarshal(raw, (*string)(t))
}

func (m request) checkPayment() (reply, bool) {
	switch {
	case m.Type != "PAYMENT" || m.Token.Type != "WICODE":
		return refuse(codeType, "Type not supported"), false
	case m.Store.name() == "":
		return refuse(codeStore, "Store not known"), false
	case m.Token.ID == "" || m.Store.BasketID == "" || m.Store.TrxID == "" || m.TotalAmount == nil:
		return refuse(codeFormat, "Token, basketId, trxId and totalAmount are required"), false
	case m.BasketAmount == nil || *m.TotalAmount <= 0 || *m.BasketAmount != *m.TotalAmount:
		return refuse(codeAmount, "Amounts do not fit"), false
	}
	return reply{}, true
}
