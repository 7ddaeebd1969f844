package family

import (
	"bytes"
	"encoding/json"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
)

// Ways to sign in at a provider.
const (
	authBasic  = "basic"
	authOAuth2 = "oauth2"
)

// Options are the settings of one provider that only its connector knows (providers.md 3), as JSON in the provider's
// record. Secrets appear by name only.
type Options struct {
	// Auth is basic (also when empty) or oauth2 with client credentials.
	Auth string `json:"auth,omitempty"`
	// TokenURL is the whole token address; ClientIDSecret and ClientSecretSecret name what it is asked with.
	TokenURL           string `json:"tokenUrl,omitempty"`
	ClientIDSecret     string `json:"clientIdSecret,omitempty"`
	ClientSecretSecret string `json:"clientSecretSecret,omitempty"`
	// ClientCert and ClientKey are PEM files of our certificate, CAFile those authorities that may sign the provider's.
	ClientCert string `json:"clientCert,omitempty"`
	ClientKey  string `json:"clientKey,omitempty"`
	CAFile     string `json:"caFile,omitempty"`
	// NewUpstreamIDs sends our own id of a transaction instead of the originator's; absent: true.
	NewUpstreamIDs Switch `json:"newUpstreamIds,omitempty"`
}

// Switch is a yes or no with yes for an absent one.
type Switch string

func (s Switch) on() bool { return s != "false" }

// UnmarshalJSON takes true and false only.
func (s *Switch) UnmarshalJSON(raw []byte) error {
	var yes bool
	if err := json.Unmarshal(raw, &yes); err != nil {
		return err
	}
	*s = "false"
	if yes {
		*s = "true"
	}
	return nil
}

// MarshalJSON writes true or false.
func (s Switch) MarshalJSON() ([]byte, error) { return json.Marshal(s.on()) }

// ParseOptions reads a provider's options; an empty text means the defaults. An unknown key is apperr.Invalid: it would be
// a setting that somebody believes in.
func ParseOptions(text string) (Options, error) {
	var o Options
	if text == "" {
		return o, nil
	}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil || d.More() {
		return Options{}, apperr.Errorf(apperr.Invalid, "the options of a provider cannot be read: %v", err)
	}
	return o, o.check()
}

func (o Options) check() error {
	switch o.Auth {
	case "", authBasic:
		return nil
	case authOAuth2:
		if o.TokenURL == "" || o.ClientIDSecret == "" || o.ClientSecretSecret == "" {
			return apperr.Errorf(apperr.Invalid, "auth oauth2 needs tokenUrl, clientIdSecret and clientSecretSecret")
		}
		return nil
	}
	return apperr.Errorf(apperr.Invalid, "auth must be %s or %s", authBasic, authOAuth2)
}

func (o Options) files() wire.Files {
	return wire.Files{Cert: o.ClientCert, Key: o.ClientKey, CA: o.CAFile}
}

// tokens makes the source of access tokens; its address is reached with the same certificate, guard and limits.
func tokens(cfg Config) (*wire.TokenSource, error) {
	if cfg.Secret == nil {
		return nil, apperr.Errorf(apperr.Invalid, "auth oauth2 needs a place to take secrets from")
	}
	return wire.NewTokenSource(wire.TokenConfig{
		URL: cfg.Options.TokenURL, ID: cfg.Secret(cfg.Options.ClientIDSecret), Secret: cfg.Secret(cfg.Options.ClientSecretSecret),
		DialTimeout: cfg.DialTimeout, TLS: cfg.TLS, Guard: cfg.Guard,
	})
}
