package flash

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// write is the body of any POST. Pointers tell absent from zero.
type write struct {
	Reference         string            `json:"reference"`
	AccountNumber     string            `json:"accountNumber"`
	Amount            *int64            `json:"amount"`
	ProductCode       *int              `json:"productCode"`
	Barcode           string            `json:"barcode"`
	PIN               string            `json:"pin"`
	SerialNumber      string            `json:"serialNumber"`
	OriginalReference string            `json:"originalReference"`
	MobileNumber      string            `json:"mobileNumber"`
	StoreID           string            `json:"storeId"`
	TerminalID        string            `json:"terminalId"`
	PaymentMethod     string            `json:"paymentMethod"`
	Metadata          map[string]string `json:"metadata"`

	op    operation
	user  string
	print uint64 // path and content, to know a repeat
	hold  bool   // what is sold now cannot be reversed later
}

var (
	referenceShape = regexp.MustCompile(`^[A-Za-z0-9.=-]{1,64}$`)
	plainShape     = regexp.MustCompile(`^[A-Za-z0-9]*$`)
	paymentShape   = regexp.MustCompile(`^[A-Za-z0-9 ]*$`)
	pinShape       = regexp.MustCompile(`^[0-9]{16}$`)
)

// readWrite decodes the message and checks its shape; a nil answer is good.
func readWrite(body []byte, op operation, user string) (*write, *answer) {
	m := &write{op: op, user: user}
	dec := json.NewDecoder(bytes.NewReader(body))
	if err := dec.Decode(m); err != nil {
		return m, refuse(codeFormat, "body cannot be read: "+kindOf(err))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return m, refuse(codeFormat, "one JSON object expected")
	}
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, op.path, "\n", string(stage.Encode(m))) // a hash never fails
	m.print = h.Sum64()
	switch {
	case !referenceShape.MatchString(m.Reference):
		return m, refuse(codeFormat, "reference is missing or has characters that are not allowed")
	case m.AccountNumber == "":
		return m, refuse(codeAccount, "account number missing")
	case !plainShape.MatchString(m.StoreID), !plainShape.MatchString(m.TerminalID), !paymentShape.MatchString(m.PaymentMethod):
		return m, refuse(codeFormat, "storeId, terminalId and paymentMethod take letters and digits only")
	case m.MobileNumber != "":
		return m, refuse(codeMobile, "mobile number not allowed for this account")
	}
	return m, m.check()
}

// kindOf names what is wrong without repeating what was sent.
func kindOf(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return wrong.Field + " has the wrong type"
	}
	return "not JSON"
}

func (m *write) check() *answer {
	if len(m.Metadata) > 9 {
		return refuse(codeMetadata, "too many pairs in metadata")
	}
	for name, value := range m.Metadata {
		if utf8.RuneCountInString(name) > 10 || utf8.RuneCountInString(value) > 43 {
			return refuse(codeMetadata, "name or value too long in metadata")
		}
	}
	switch m.op.kind {
	case "provision":
		return m.checkPurchase()
	case "redeem":
		switch {
		case !pinShape.MatchString(m.PIN):
			return refuse(codeFormat, "pin must be 16 digits")
		case m.Amount == nil:
			return refuse(codeFormat, "amount missing")
		case *m.Amount < 0:
			return refuse(codeAmount, "amount is negative")
		}
	case "refund":
		if m.Amount == nil || *m.Amount <= 0 {
			return refuse(codeAmount, "amount missing or not positive")
		}
	case "reverse", "lookup":
		return m.checkAbout()
	}
	return nil
}

func (m *write) checkPurchase() *answer {
	switch {
	case m.Amount == nil:
		return refuse(codeFormat, "amount missing")
	case m.op.group == oneVoucher:
		return nil
	case (m.ProductCode != nil) == (m.Barcode != ""):
		return refuse(codeFormat, "either productCode or barcode expected")
	case m.op.group != giftVoucher && m.ProductCode == nil:
		return refuse(codeFormat, "productCode missing")
	case m.op.group == giftVoucher && (m.StoreID == "" || m.TerminalID == ""):
		return refuse(codeFormat, "storeId and terminalId are required")
	}
	return nil
}

// checkAbout is the shape of the messages about an earlier sale: by its reference, or by product and serial number.
func (m *write) checkAbout() *answer {
	byReference := strings.HasSuffix(m.op.path, "/reverse")
	switch {
	case byReference && !referenceShape.MatchString(m.OriginalReference):
		return refuse(codeFormat, "originalReference is missing or has characters that are not allowed")
	case !byReference && (m.ProductCode == nil || m.SerialNumber == ""):
		return refuse(codeFormat, "productCode and serialNumber are required")
	}
	return nil
}
