package flash

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// How a 1Voucher is bought (4.2).
const (
	modePurchase = "purchase" // paid by a payment method
	modeDisburse = "disburse" // from the online balance
)

// How our references are written (1.2).
const (
	styleUUID  = "uuid"
	styleHex32 = "hex32"
)

// Options are the settings of one Flash account, the JSON of Provider.Options.
type Options struct {
	// AccountNumber is the account as Flash issued it; required.
	AccountNumber string `json:"accountNumber"`
	// PurchaseMode is "purchase" (default) or "disburse"; it counts for 1Voucher only.
	PurchaseMode string `json:"purchaseMode,omitempty"`
	// TokenURL is the whole token address; empty: {base}/token.
	TokenURL string `json:"tokenUrl,omitempty"`
	// APIKeySecret names the secret that holds the API key; empty: the provider's credential.
	APIKeySecret string `json:"apiKeySecret,omitempty"`
	// ReferenceStyle is "uuid" (default) or "hex32", should Flash refuse dashes or the length.
	ReferenceStyle string `json:"referenceStyle,omitempty"`
	// Paths overrides single addresses, by group and call: {"flash-token/purchase": "/aggregation/flash-token/purchase"}.
	// The catalogue is "products".
	Paths map[string]string `json:"paths,omitempty"`
}

// ParseOptions reads the JSON of Provider.Options; what it does not know is refused (apperr.Invalid).
func ParseOptions(text string) (Options, error) {
	var o Options
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return Options{}, apperr.Wrap(err, apperr.Invalid, "the options of a Flash provider cannot be read")
	}
	if _, err := d.Token(); err != io.EOF {
		return Options{}, apperr.Errorf(apperr.Invalid, "the options of a Flash provider are one JSON object")
	}
	return o, o.check()
}

func (o Options) check() error {
	switch {
	case o.AccountNumber == "":
		return apperr.Field("accountNumber", "a Flash provider needs its account number")
	case o.PurchaseMode != "" && o.PurchaseMode != modePurchase && o.PurchaseMode != modeDisburse:
		return apperr.Field("purchaseMode", "the purchase mode of Flash is %q or %q", modePurchase, modeDisburse)
	case o.ReferenceStyle != "" && o.ReferenceStyle != styleUUID && o.ReferenceStyle != styleHex32:
		return apperr.Field("referenceStyle", "the reference style is %q or %q", styleUUID, styleHex32)
	}
	for name, path := range o.Paths {
		if !known(name) {
			return apperr.Field("paths", "Flash has no call %q; write it like 1voucher/purchase", name)
		}
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#") {
			return apperr.Field("paths", "the path of %q must begin with a slash and hold no query", name)
		}
	}
	return nil
}

// reference writes an id of ours as Flash is to know it.
func (o Options) reference(id string) string {
	if o.ReferenceStyle == styleHex32 {
		return strings.ReplaceAll(id, "-", "")
	}
	return id
}
