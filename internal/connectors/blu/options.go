package blu

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// What a retry does (7; guarantees.md I9).
const (
	retryOff    = "off"    // nothing: a request id is not known to be an idempotency key
	retryResend = "resend" // the same request id again: only once the provider has certified that it is one
)

// How our references are written (1.2).
const (
	styleUUID  = "uuid"
	styleHex32 = "hex32"
)

// anyProduct is the key in Options.ProductIDs for sales whose product has no entry, or that name none.
const anyProduct = "default"

// Options are the settings of one account, the JSON of Provider.Options.
type Options struct {
	// ProductIDs gives the provider's product id, which differs between its environments, by our product id; "default" is
	// for all others. A product of the master list brings its own as ProviderCode.
	ProductIDs map[string]string `json:"productIds,omitempty"`
	// VendChannel is the header Trade-Vend-Channel; empty: API.
	VendChannel string `json:"vendChannel,omitempty"`
	// SellKeySecret and RedeemKeySecret name the secrets that hold the API keys; empty: those of Config.
	SellKeySecret   string `json:"sellKeySecret,omitempty"`
	RedeemKeySecret string `json:"redeemKeySecret,omitempty"`
	// User signs in with HTTP Basic beside the key, with the secret that PasswordSecret names; empty: no Basic.
	User           string `json:"user,omitempty"`
	PasswordSecret string `json:"passwordSecret,omitempty"`
	// RetryMode is "off" (default) or "resend".
	RetryMode string `json:"retryMode,omitempty"`
	// FullRedeemOnly refuses to redeem a part of a voucher.
	FullRedeemOnly bool `json:"fullRedeemOnly,omitempty"`
	// ReversalPath is where sales are reversed, below the base; {originalRequestId} in it stands for the sale. Empty: they
	// are not. No such path is published, so that it must be agreed with the provider.
	ReversalPath string `json:"reversalPath,omitempty"`
	// ReferenceStyle is "uuid" (default) or "hex32", should the provider refuse dashes or the length.
	ReferenceStyle string `json:"referenceStyle,omitempty"`
}

// ParseOptions reads the JSON of Provider.Options, empty for none; what it does not know is refused (apperr.Invalid).
func ParseOptions(text string) (Options, error) {
	var o Options
	if strings.TrimSpace(text) == "" {
		return o, nil
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return Options{}, apperr.Wrap(err, apperr.Invalid, "the options of a Blu Voucher provider cannot be read")
	}
	if _, err := d.Token(); err != io.EOF {
		return Options{}, apperr.Errorf(apperr.Invalid, "the options of a Blu Voucher provider are one JSON object")
	}
	return o, o.check()
}

func (o Options) check() error {
	switch {
	case o.RetryMode != "" && o.RetryMode != retryOff && o.RetryMode != retryResend:
		return apperr.Field("retryMode", "the retry mode is %q or %q", retryOff, retryResend)
	case o.ReferenceStyle != "" && o.ReferenceStyle != styleUUID && o.ReferenceStyle != styleHex32:
		return apperr.Field("referenceStyle", "the reference style is %q or %q", styleUUID, styleHex32)
	case o.ReversalPath != "" && (!strings.HasPrefix(o.ReversalPath, "/") || strings.ContainsAny(o.ReversalPath, "?#")):
		return apperr.Field("reversalPath", "the reversal path must begin with a slash and hold no query")
	case strings.Contains(o.User, ":"):
		return apperr.Field("user", "the user name may hold no colon")
	case strings.ContainsFunc(o.VendChannel, func(r rune) bool { return r <= ' ' || r > '~' }):
		return apperr.Field("vendChannel", "the vend channel must be plain letters, digits and signs")
	}
	return nil
}

func (o Options) channel() string {
	if o.VendChannel == "" {
		return "API"
	}
	return o.VendChannel
}

func (o Options) resends() bool { return o.RetryMode == retryResend }

// reference writes an id of ours as the provider is to know it.
func (o Options) reference(id string) string {
	if o.ReferenceStyle == styleHex32 {
		return strings.ReplaceAll(id, "-", "")
	}
	return id
}
