// Package yoyo speaks the two APIs of Yoyo, formerly wiGroup (spec/providers.md 6): the issuer API, which makes gift cards
// and coupons that carry a wiCode, and the transaction engine, where a wiCode is redeemed like at a till. Each has
// credentials of its own. Issuing knows no idempotency: every POST makes another item. Our record id goes out as userRef,
// so that the list of its items answers what became of a provision.
package yoyo

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Ways to use userRef (6.1).
const (
	refRecord   = "record"
	refCustomer = "customer"
)

const (
	newestVersion   = "1.14" // of the transaction engine
	defaultUsers    = "users"
	defaultTerminal = "pos-providers"
)

// Config is how to reach Yoyo.
type Config struct {
	// Config reaches both APIs; BaseURL is the address of the issuer API, such as https://za-vsp-int.wigroup.co/cvs-issuer/rest.
	wire.Config
	// User and Password are apiId and apiPassword of the issuer API.
	User     string
	Password func() string
	Options  Options
	// Secret resolves the secrets that Options name; nil for a name that is not configured.
	Secret func(name string) func() string
}

// Options are the settings of this connector alone (spec/providers.md 9); secrets only by name.
type Options struct {
	// UserRefMode is what goes out as userRef: record (default) our own reference, or customer the recipient's profile or
	// number, so that Yoyo's limits per customer work. With customer nobody can ask what became of a provision: no retries,
	// and a reversal only of an item that is known.
	UserRefMode string `json:"userRefMode"`
	// UsersPath is how the issuer API spells its users: users (default) or user.
	UsersPath string `json:"usersPath"`

	// RedemptionBaseURL is the address of the transaction engine, with or without its last part pos-providers; empty:
	// nothing can be redeemed, nor looked up by its code.
	RedemptionBaseURL string `json:"redemptionBaseUrl"`
	// RedemptionUser is the id we sign in with there.
	RedemptionUser           string `json:"redemptionUser"`
	RedemptionPasswordSecret string `json:"redemptionPasswordSecret"`
	// PosPath is how the transaction engine spells its calls (default pos-providers), AdvisePath the same of /advise alone
	// (default: PosPath).
	PosPath    string `json:"posPath"`
	AdvisePath string `json:"advisePath"`
	// StoreID names our store, or RemoteStoreID and RetailerID do.
	StoreID          json.Number `json:"storeId"`
	RemoteStoreID    string      `json:"remoteStoreId"`
	RetailerID       json.Number `json:"retailerId"`
	APIClientVersion string      `json:"apiClientVersion"` // default 1.14
	APIServerVersion string      `json:"apiServerVersion"` // default 1.14
}

// Connector is the client of Yoyo.
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
}

var _ switchcore.Connector = (*Connector)(nil)

// New makes the client of Yoyo; it connects to nothing yet. An error is apperr.Invalid and names no secret.
func New(cfg Config) (*Connector, error) {
	o, err := cfg.Options.complete()
	if err != nil {
		return nil, err
	}
	c := &Connector{options: o}
	if c.issuing, err = newSide(cfg, cfg.BaseURL, cfg.User, cfg.Password); err != nil || o.RedemptionBaseURL == "" {
		return c, err
	}
	var password func() string
	if o.RedemptionPasswordSecret != "" && cfg.Secret != nil {
		password = cfg.Secret(o.RedemptionPasswordSecret)
	}
	if c.redemption, err = newSide(cfg, o.RedemptionBaseURL, o.RedemptionUser, password); err != nil {
		c.issuing.client.Close()
		return nil, err
	}
	return c, nil
}

// complete fills in defaults and checks.
func (o Options) complete() (Options, error) {
	base := strings.TrimRight(o.RedemptionBaseURL, "/")
	for _, part := range []string{"pos-providers", "pos-provider"} { // the documents print the address with it
		if strings.HasSuffix(base, "/"+part) {
			base = strings.TrimSuffix(base, "/"+part)
			o.PosPath = or(o.PosPath, part)
		}
	}
	o.RedemptionBaseURL = base
	o.PosPath = or(o.PosPath, defaultTerminal)
	o.AdvisePath = or(o.AdvisePath, o.PosPath)
	o.UsersPath = or(o.UsersPath, defaultUsers)
	o.UserRefMode = or(o.UserRefMode, refRecord)
	o.APIClientVersion = or(o.APIClientVersion, newestVersion)
	o.APIServerVersion = or(o.APIServerVersion, newestVersion)
	switch {
	case o.UserRefMode != refRecord && o.UserRefMode != refCustomer:
		return o, apperr.Field("userRefMode", "the option userRefMode must be record or customer")
	case base != "" && o.StoreID == "" && (o.RemoteStoreID == "" || o.RetailerID == ""):
		return o, apperr.Field("storeId", "redemptions need the option storeId, or remoteStoreId and retailerId")
	case strings.Contains(o.PosPath+o.AdvisePath+o.UsersPath, "/"):
		return o, apperr.Field("posPath", "the options posPath, advisePath and usersPath are single parts of a path")
	}
	return o, nil
}

func newSide(cfg Config, base, user string, password func() string) (*side, error) {
	switch {
	case user == "":
		return nil, apperr.Errorf(apperr.Invalid, "the user name at a provider must be given")
	case password == nil:
		return nil, apperr.Errorf(apperr.Invalid, "no password is configured for user %s", user)
	}
	cfg.BaseURL = base
	client, err := wire.New(cfg.Config)
	if err != nil {
		return nil, err
	}
	return &side{client: client, user: user, password: password}, nil
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// Close gives idle connections back.
func (c *Connector) Close() {
	c.issuing.client.Close()
	if c.redemption != nil {
		c.redemption.client.Close()
	}
}

// Send sends the message once (I2). Credentials are added here, so that no stored message holds them.
func (c *Connector) Send(ctx context.Context, m switchcore.Message) switchcore.Answer {
	api, header := c.issuing, c.issuingHeader(m.Path)
	if c.atTerminal(m.Path) {
		if c.redemption == nil {
			return switchcore.Answer{Err: wire.ErrNotWritten}
		}
		api, header = c.redemption, c.terminalHeader()
	}
	return api.client.Send(ctx, wire.Exchange{Method: m.Method, Path: m.Path, Body: m.Body, Header: header, Mask: c.maskBody})
}

// atTerminal tells whether a path belongs to the transaction engine.
func (c *Connector) atTerminal(path string) bool {
	return strings.HasPrefix(path, "/"+c.options.PosPath+"/") || strings.HasPrefix(path, "/"+c.options.AdvisePath+"/")
}
