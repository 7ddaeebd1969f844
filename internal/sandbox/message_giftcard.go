package sandbox

// The wire shapes of gift cards that the tills use (giftcards.md 2), written independently of the product's own.
type (
	card struct {
		PAN          string `json:"pan"`
		Expiry       string `json:"expiryDate"`
		ClearPIN     string `json:"clearPin,omitempty"`
		EncryptedPIN string `json:"encryptedPin,omitempty"`
	}
	cardProduct struct {
		ID string `json:"id"`
	}
	cardRequest struct {
		ID          string       `json:"id"`
		Time        string       `json:"time"`
		Originator  originator   `json:"originator"`
		Client      institution  `json:"client"`
		Identifiers []identifier `json:"thirdPartyIdentifiers"`
		BasketRef   string       `json:"basketRef,omitempty"`
		STAN        string       `json:"stan"`
		RRN         string       `json:"rrn"`
		Card        *card        `json:"card,omitempty"`
		Source      *card        `json:"sourceCard,omitempty"`
		Target      *card        `json:"targetCard,omitempty"`
		Old         *card        `json:"oldCard,omitempty"`
		New         *card        `json:"newCard,omitempty"`
		Product     *cardProduct `json:"product,omitempty"`
		Amounts     *amounts     `json:"amounts,omitempty"`
	}
)
