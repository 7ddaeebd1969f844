// Package ott speaks the voucher APIs of OTT Mobile Technologies (spec/providers.md 5): issuing for resellers and
// redemption for merchants, each with credentials of its own, forms signed with a hash, answers in JSON. The issuing side
// does not look whether it has seen a reference before, so a request is never sent twice under one: what became of it is
// asked with a check instead (5.3).
package ott

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Paths of the two APIs below the base address (5.1).
const (
	issuingPath    = "/api/reseller/v1/"
	redemptionPath = "/api/v1/"
)

// Config is how to reach OTT.
type Config struct {
	// Config reaches both APIs; BaseURL is scheme and host, such as https://test-api.ott-mobile.com.
	wire.Config
	// User and Password sign in at the issuing API.
	User     string
	Password func() string
	Options  Options
	// Secret resolves the secrets that Options name; nil for a name that is not configured.
	Secret func(name string) func() string
}

// Options are the settings of this connector alone (spec/providers.md 9); secrets only by name.
type Options struct {
	// VendorCode is our number at the issuing API.
	VendorCode json.Number `json:"vendorCode"`
	// APIKeySecret names the key that issuing messages are hashed with.
	APIKeySecret string `json:"apiKeySecret"`
	// BranchDefault stands in for a merchant id that a request does not have.
	BranchDefault string `json:"branchDefault"`

	// RedemptionUser signs in at the redemption API; empty: nothing can be redeemed, nor looked up by its code.
	RedemptionUser           string `json:"redemptionUser"`
	RedemptionPasswordSecret string `json:"redemptionPasswordSecret"`
	RedemptionAPIKeySecret   string `json:"redemptionApiKeySecret"`
	// RedemptionBaseURL is scheme and host of the redemption API; empty: the same as for issuing.
	RedemptionBaseURL string `json:"redemptionBaseUrl"`
	// VendorID is our number at the redemption API.
	VendorID json.Number `json:"vendorID"`
	// MobileDefault is the number that hears of what is left of a voucher when a request names no recipient.
	MobileDefault string `json:"mobileDefault"`
}

// Connector is the client of OTT.
type Connector struct {
	options    Options
	issuing    *side
	redemption *side // nil: not configured
}

// side is one of the two APIs.
type side struct {
	client   *wire.Client
	user     string
	password func() string
	key      func() string
}

var _ switchcore.Connector = (*Connector)(nil)

// New makes the client of OTT; it connects to nothing yet. An error is apperr.Invalid and names no secret.
func New(cfg Config) (*Connector, error) {
	o := cfg.Options
	if _, err := strconv.ParseUint(o.VendorCode.String(), 10, 63); err != nil {
		return nil, apperr.Field("vendorCode", "the option vendorCode must be our number at the issuing API")
	}
	c := &Connector{options: o}
	var err error
	if c.issuing, err = newSide(cfg, cfg.BaseURL, cfg.User, cfg.Password, "apiKeySecret", o.APIKeySecret); err != nil {
		return nil, err
	}
	if o.RedemptionUser == "" {
		return c, nil
	}
	if o.VendorID == "" {
		return nil, apperr.Field("vendorID", "the option vendorID is needed for redemptions")
	}
	base := o.RedemptionBaseURL
	if base == "" {
		base = cfg.BaseURL
	}
	password := cfg.resolve(o.RedemptionPasswordSecret)
	c.redemption, err = newSide(cfg, base, o.RedemptionUser, password, "redemptionApiKeySecret", o.RedemptionAPIKeySecret)
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func newSide(cfg Config, base, user string, password func() string, keyOption, keyName string) (*side, error) {
	key := cfg.resolve(keyName)
	switch {
	case user == "" || strings.Contains(user, ":"):
		return nil, apperr.Errorf(apperr.Invalid, "the user name at a provider must be given and hold no colon")
	case password == nil:
		return nil, apperr.Errorf(apperr.Invalid, "no password is configured for user %s", user)
	case key == nil:
		return nil, apperr.Field(keyOption, "the option %s must name a configured secret", keyOption)
	}
	cfg.BaseURL = base
	client, err := wire.New(cfg.Config)
	if err != nil {
		return nil, err
	}
	return &side{client: client, user: user, password: password, key: key}, nil
}

// resolve gives a named secret; nil when there is none.
func (cfg Config) resolve(name string) func() string {
	if name == "" || cfg.Secret == nil {
		return nil
	}
	return cfg.Secret(name)
}

// Close gives idle connections back.
func (c *Connector) Close() {
	c.issuing.client.Close()
	if c.redemption != nil {
		c.redemption.client.Close()
	}
}

// Send signs the message and sends it once (I2). Hash and credentials are added here and nowhere else, so that no stored
// message holds them and a repeat is signed with the key of its day.
func (c *Connector) Send(ctx context.Context, m switchcore.Message) switchcore.Answer {
	api, hashField := c.sideOf(m.Path)
	if api == nil {
		return switchcore.Answer{Err: wire.ErrNotWritten}
	}
	body, err := signed(m.Body, api.key(), hashField)
	if err != nil {
		return switchcore.Answer{Err: wire.ErrNotWritten}
	}
	auth := &http.Request{Header: http.Header{}}
	auth.SetBasicAuth(api.user, api.password())
	return api.client.Send(ctx, wire.Exchange{
		Method: m.Method, Path: m.Path, Body: body, ContentType: formType, Header: auth.Header, Mask: maskAnswer,
	})
}

// sideOf gives the API that a path belongs to, and how it spells the hash: redemption's CheckVoucher is the odd one (5.1).
func (c *Connector) sideOf(path string) (*side, string) {
	switch {
	case strings.HasPrefix(path, issuingPath):
		return c.issuing, "hash"
	case path == redemptionPath+callCheck:
		return c.redemption, "Hash"
	case strings.HasPrefix(path, redemptionPath):
		return c.redemption, "hash"
	}
	return nil, ""
}
