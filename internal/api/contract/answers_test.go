package contract

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalboxhq/signalbox/internal/api"
	rail "github.com/signalboxhq/signalbox/internal/humm"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// requestText is the first example of an operation's body.
func requestText(o Operation) string {
	if o.Request == nil {
		return ""
	}
	return o.Request.Examples[0].Text
}

// success is the answer that says the operation was done.
func success(o Operation) Answer { return o.Answers[0] }

// granted is what a provider must have said for the success of an operation's example.
func granted(t *testing.T, o Operation) switchcore.Reply {
	t.Helper()
	var said map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(success(o).Examples[0].Text), &said))
	var members []switchcore.Member
	for name, raw := range said {
		members = append(members, switchcore.Member{Name: name, Raw: raw})
	}
	reply := party(members...)
	if strings.Contains(o.Path, "/confirmations") || strings.Contains(o.Path, "/reversals") {
		reply = switchcore.Reply{Kind: switchcore.ReplyEcho, Status: 202}
	}
	return reply
}

// The example of a success is what the handler answers to the example of the request.
func TestSuccessExamplesAreTheHandlers(t *testing.T) {
	t.Parallel()
	for _, s := range []*Service{Vouchers(), GiftCards()} {
		d := documentOf(t, s)
		for _, o := range s.Operations() {
			h := newHouse()
			h.inner.reply = granted(t, o)
			status, body := h.call(t, o.Method, exampleAddress(s, o), requestText(o))
			require.Equal(t, success(o).Status, status, "%s: %s", o.ID, body)
			require.NoError(t, d.fits(d.answer(o, status), decodeJSON(t, body)), o.ID)
			if !o.Sandbox {
				require.JSONEq(t, success(o).Examples[0].Text, body, o.ID)
			}
		}
	}
}

// Whatever the switch refuses with is answered with the status that the document gives, in the form it describes.
func TestRefusalsFitTheDocument(t *testing.T) {
	t.Parallel()
	for _, s := range []*Service{Vouchers(), GiftCards()} {
		d := documentOf(t, s)
		for _, o := range s.Operations() {
			for _, a := range o.Answers[1:] {
				for _, kind := range a.Types {
					if o.Sandbox || a.Status == 413 || a.Status == 401 || a.Status == 403 || a.Status == 429 {
						continue // not the switch's words
					}
					h := newHouse()
					h.inner.reply = switchcore.Reply{
						Status: a.Status, ErrorType: kind, ErrorMessage: "Short words", OriginalID: adviceID,
						Detail:       switchcore.Detail{ReversalID: adviceID, ConfirmationID: adviceID, VoucherID: saleID},
						FormatErrors: []switchcore.FormatError{{Field: "id", Msg: "id is odd"}},
						Provider:     switchcore.ProviderWords{Code: "51", Message: "Not today", Ref: "R"},
					}
					status, body := h.call(t, o.Method, exampleAddress(s, o), requestText(o))
					require.Equal(t, a.Status, status, o.ID)
					require.NoError(t, d.fits(d.answer(o, status), decodeJSON(t, body)), "%s: %s", o.ID, body)
					require.Contains(t, body, `"errorType":"`+kind+`"`, o.ID)
				}
			}
		}
	}
}

// Callers who do not get in are answered as described, by every operation.
func TestCallersWhoDoNotGetIn(t *testing.T) {
	t.Parallel()
	for _, s := range []*Service{Vouchers(), GiftCards()} {
		d := documentOf(t, s)
		for _, o := range s.Operations() {
			for _, refused := range []api.Error{
				{Status: 401, Type: api.TypeAuthentication, Message: "credentials are missing", Challenge: true},
				{Status: 403, Type: api.TypeAuthentication, Message: "address not allowed"},
				{Status: 429, Type: api.TypeGeneral, Message: "too many requests", RetryAfter: time.Second},
				{Status: 503, Type: api.TypeUnavailable, Message: "try again shortly", RetryAfter: time.Second},
			} {
				h := newHouse()
				h.refuse = &refused
				status, body := h.call(t, o.Method, exampleAddress(s, o), requestText(o))
				require.Equal(t, refused.Status, status, o.ID)
				require.NotNil(t, d.answer(o, status), "%s does not describe %d", o.ID, status)
				require.NoError(t, d.fits(d.answer(o, status), decodeJSON(t, body)), "%s: %s", o.ID, body)
				var said struct {
					Type string `json:"errorType"`
				}
				require.NoError(t, json.Unmarshal([]byte(body), &said))
				require.Contains(t, typesOf(o, status), said.Type, "%s %d", o.ID, status)
			}
		}
	}
}

func typesOf(o Operation, status int) []string {
	for _, a := range o.Answers {
		if a.Status == status {
			return a.Types
		}
	}
	return nil
}

// The examples of refusals that need no record are the handler's own words.
func TestRefusalExamplesAreTheHandlers(t *testing.T) {
	t.Parallel()
	for _, s := range []*Service{Vouchers(), GiftCards()} {
		for _, o := range s.Operations() {
			if o.Request == nil || o.Sandbox || o.Request.Schema.member("originator") == nil {
				continue
			}
			for name, want := range map[string]string{
				"FORMAT_ERROR":         strings.Replace(requestText(o), `"originator"`, `"originator":null,"unknown"`, 1),
				"AUTHENTICATION_ERROR": strings.ReplaceAll(requestText(o), exampleParty, `{"id":"90000003","name":"Kiosk Net"}`),
			} {
				example := exampleOf(o, 400, name)
				if example == "" || s.ID == "vouchers" && name == "FORMAT_ERROR" {
					continue
				}
				_, body := newHouse().call(t, o.Method, exampleAddress(s, o), want)
				example = strings.ReplaceAll(example, exampleParty, `{"id":"90000003","name":"Kiosk Net"}`)
				require.JSONEq(t, withoutID(t, example), withoutID(t, body), "%s %s", o.ID, name)
			}
		}
	}
}

func exampleOf(o Operation, status int, name string) string {
	for _, a := range o.Answers {
		for _, e := range a.Examples {
			if a.Status == status && e.Name == name {
				return e.Text
			}
		}
	}
	return ""
}

func withoutID(t *testing.T, body string) string {
	t.Helper()
	v := decodeJSON(t, body).(map[string]any)
	delete(v, "id")
	return encode(t, v)
}

// Every code of the rail is answered in the described form, signed.
func TestRailAnswersFit(t *testing.T) {
	t.Parallel()
	s := Humm()
	d := documentOf(t, s)
	for _, o := range s.Operations() {
		for _, code := range success(o).Types {
			h := newHouse()
			m, listed := rail.MeaningOf(rail.Operation(o.ID), code)
			require.True(t, listed)
			text := func(name, value string) switchcore.Member {
				return switchcore.Member{Name: name, Raw: []byte(`"` + value + `"`)}
			}
			switch m.Class {
			case rail.Approved:
				h.inner.reply = party(text(rail.Code, code), text(rail.Text, m.Text), text(rail.PurchaseNumber, "H7001234"), text("x_other", "1"))
				if code == rail.KeyIssued {
					h.inner.reply = party(text(rail.Code, code), text(rail.Key, exampleKey))
				}
			case rail.Unknown:
				h.inner.reply = switchcore.Reply{Status: 504, ErrorType: switchcore.ErrUpstream}
			default:
				h.inner.reply = switchcore.Reply{Status: 400, ErrorType: switchcore.ErrDoNotHonor, Provider: switchcore.ProviderWords{Code: code, Message: m.Text}}
			}
			status, body := h.call(t, o.Method, exampleAddress(s, o), requestText(o))
			require.Equal(t, 200, status)
			require.NoError(t, d.fits(d.answer(o, status), decodeJSON(t, body)), "%s: %s", code, body)
			if m.Class != rail.Unknown {
				require.Contains(t, body, `"x_code":"`+code+`"`)
			}
			answer, err := rail.Parse([]byte(body))
			require.NoError(t, err)
			require.True(t, answer.Verify(signingKey(rail.Operation(o.ID))), body)
		}
		for _, e := range success(o).Examples {
			answer, err := rail.Parse([]byte(e.Text))
			require.NoError(t, err)
			require.True(t, answer.Verify(signingKey(rail.Operation(o.ID))), "%s %s", o.ID, e.Name)
		}
	}
}

// A till that waits for its buyer is told so in the described form.
func TestBuyerConfirms(t *testing.T) {
	t.Parallel()
	s := Humm()
	d := documentOf(t, s)
	for _, o := range s.Operations() {
		if o.ID != string(rail.ProcessAuthorisation) {
			continue
		}
		h := newHouse()
		h.inner.reply = switchcore.Reply{Status: 504, Provider: switchcore.ProviderWords{Code: rail.AwaitingBuyer}}
		message := decodeJSON(t, requestText(o)).(map[string]any)
		message[rail.BuyerConfirms] = true
		_, body := h.call(t, o.Method, exampleAddress(s, o), encode(t, message))
		require.Contains(t, body, `"retry_duration":5`)
		require.NoError(t, d.fits(d.answer(o, 200), decodeJSON(t, body)))
	}
}

// The switch's own error types are all explained.
func TestOwnTypesAreListed(t *testing.T) {
	t.Parallel()
	shared := []string{
		switchcore.ErrFormat, switchcore.ErrDuplicate, switchcore.ErrNotLocated, switchcore.ErrUpstream, switchcore.ErrGeneral,
		switchcore.ErrNotSupported, switchcore.ErrRouting, switchcore.ErrProduct, switchcore.ErrAmount,
	}
	require.Subset(t, voucherErrors().types(), append(shared, switchcore.ErrAuthentication, switchcore.ErrStatusUnknown, switchcore.ErrDoNotHonor,
		switchcore.ErrVoucherConfirmed, switchcore.ErrVoucherReversed, switchcore.ErrNotRedeemable, switchcore.ErrAlreadyRedeemed, switchcore.ErrNotRedeemed,
		switchcore.ErrRedemptionConfirmed, switchcore.ErrRedemptionReversed, switchcore.ErrRedemptionOpen, switchcore.ErrAlreadyRefunded,
		switchcore.ErrNotRefunded, switchcore.ErrRefundConfirmed, switchcore.ErrRefundReversed))
	require.Subset(t, giftCardErrors().types(), append(shared, switchcore.ErrCardActivated, switchcore.ErrCardVoided, switchcore.ErrTranNotSupported))
	require.Len(t, financeErrors().Rows, len(rail.Codes()))
}

// What the service makes of any type of the switch is one of its own.
func TestUnlistedTypesStayWithinTheSet(t *testing.T) {
	t.Parallel()
	s := GiftCards()
	d := documentOf(t, s)
	o := s.Operations()[0]
	for _, kind := range append(voucherErrors().types(), "SOMETHING_ELSE") {
		h := newHouse()
		h.inner.reply = switchcore.Reply{Status: 400, ErrorType: kind, ErrorMessage: "a message that is longer than twenty characters"}
		_, body := h.call(t, o.Method, exampleAddress(s, o), requestText(o))
		require.NoError(t, d.fits(d.answer(o, 400), decodeJSON(t, body)), fmt.Sprint(kind, body))
	}
}
