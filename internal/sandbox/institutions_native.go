package sandbox

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/setup"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// nativeRepeat is the pause before a check that must come twice: long enough to be a proof, short enough to be watched (providers.md 4 to 7).
const nativeRepeat = time.Minute

// The names of the keys that the stand-ins ask for besides the password; Secrets has their values.
const (
	ottKey    = "env:SIGNALBOX_SANDBOX_OTT_KEY"
	bluKey    = "env:SIGNALBOX_SANDBOX_BLU_KEY"
	redeemKey = "env:SIGNALBOX_SANDBOX_BLU_REDEEM_KEY"
	flashKey  = "env:SIGNALBOX_SANDBOX_FLASH_KEY"
)

// Secrets are the well-known keys of the stand-ins, by the name of the environment variable that holds them; they open nothing
// but a sandbox, which sets them for itself.
func Secrets() map[string]string {
	return map[string]string{
		strings.TrimPrefix(ottKey, "env:"):    "demo-key-0001",
		strings.TrimPrefix(bluKey, "env:"):    "sandbox-blu-selling",
		strings.TrimPrefix(redeemKey, "env:"): "sandbox-blu-redeeming",
		strings.TrimPrefix(flashKey, "env:"):  "c2FuZGJveDpmbGFzaC1zYW5kYm94", // sandbox:flash-sandbox
	}
}

// nativeProviders speak to their stand-ins in the providers' own words.
func nativeProviders(f *setup.File, simulatorURL string) {
	base := strings.TrimRight(simulatorURL, "/")
	for i := range f.Providers {
		p := &f.Providers[i]
		at := base + "/" + p.ID + "/native"
		switch p.ID {
		case "flash":
			native(p, "flash", at, map[string]any{"accountNumber": "7000-0001"})
			p.Credential = flashKey
		case "ott":
			native(p, "ott", at, map[string]any{
				"vendorCode": 77, "apiKeySecret": ottKey, "branchDefault": "SANDBOX", "redemptionUser": p.User, "redemptionPasswordSecret": p.Credential,
				"redemptionApiKeySecret": ottKey, "vendorID": 77, "mobileDefault": "27820000000",
			})
		case "yoyo":
			native(p, "yoyo", at+"/cvs-issuer/rest", map[string]any{
				"redemptionBaseUrl": at + "/wigroup-transactionengine/pos-providers", "redemptionUser": p.User,
				"redemptionPasswordSecret": p.Credential, "storeId": 501,
			})
		case "blu":
			native(p, "blu", at+"/v2/trade", map[string]any{"redeemKeySecret": redeemKey})
			p.Credential = bluKey
		}
	}
	for i := range f.Products {
		p := &f.Products[i]
		switch p.Provider {
		case "flash":
			p.ProviderGroup, p.ProviderCode = "1voucher", "1"
		case "yoyo":
			p.ProviderGroup, p.ProviderCode = "giftcard", "7001"
		case "blu":
			p.ProviderCode = "101"
		}
	}
}

// native turns a provider over to its own connector, with its column of the capability matrix (providers.md 2). Nobody at OTT
// and Blu can undo a redemption, but their connectors first ask whether there is one, so the reversal goes to them.
func native(p *setup.Provider, connector, baseURL string, options map[string]any) {
	text, err := json.Marshal(options)
	if err != nil {
		panic(err) // texts and numbers only
	}
	p.Connector, p.BaseURL, p.Options = connector, baseURL, text
	limits := p.Profile
	p.Profile = switchcore.Profile{
		ReverseProvision: connector != "blu", Retry: connector != "blu", ConfirmProvision: connector == "ott",
		Lookup: true, Redeem: true, ReverseRedeem: true, ConfirmRedeem: connector == "yoyo", ForwardUnknownCodes: true,
		Refund: connector == "flash", ReverseRefund: connector == "flash", RefundIssuesNew: connector == "flash",
		Products:       connector == "flash" || connector == "yoyo",
		NotFoundRepeat: switchcore.Duration(nativeRepeat),
		Timeout:        limits.Timeout, MaxInFlight: limits.MaxInFlight, SAFParallel: limits.SAFParallel,
	}
}

// The institutions behind gift cards and consumer finance.
const (
	issuerID   = "giftcards"
	financeID  = "humm"
	financeTo  = "90000041"
	issuerName = "Sandbox Cards"
)

// rails adds the gift card issuer and the consumer finance provider, which take every request of their service.
func rails(f *setup.File, simulatorURL string) {
	base := strings.TrimRight(simulatorURL, "/")
	settlement := setup.Institution{ID: "90000040", Name: "Sandbox Settlement"}
	demo := f.Providers[0]
	limits := switchcore.Profile{Timeout: demo.Profile.Timeout, MaxInFlight: demo.Profile.MaxInFlight, SAFParallel: demo.Profile.SAFParallel}
	cards, finance := limits, limits
	cards.Cards, cards.Lookup, cards.Redeem, cards.ConfirmRedeem, cards.ReverseRedeem = true, true, true, true, true
	cards.ActAsClient, cards.NotFoundRepeat = true, switchcore.Duration(notFoundRepeat)
	finance.Finance = true
	f.Providers = append(
		f.Providers,
		setup.Provider{
			ID: issuerID, Name: issuerName, InstitutionID: "90000031", Settlement: settlement, Connector: "giftcardclient",
			BaseURL: base + "/giftcards/giftcard/v3", User: demo.User, Credential: demo.Credential, Profile: cards,
		},
		setup.Provider{
			ID: financeID, Name: "humm", InstitutionID: "90000032", Settlement: setup.Institution{ID: financeTo, Name: "humm Australia"}, Connector: "humm",
			BaseURL: base + "/humm/webapi/v1", User: demo.User, Credential: demo.Credential, Profile: finance,
		},
	)
	f.Routes = append(
		f.Routes,
		setup.Route{Service: string(transactions.GiftCard), Provider: issuerID},
		setup.Route{Service: string(transactions.Humm), Provider: financeID},
	)
}
