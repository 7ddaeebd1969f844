package vouchers

import (
	"github.com/signalboxhq/signalbox/internal/api/message"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// Refusal is an ErrorDetail (spec/common.md 3.3) before it is written; empty parts leave no key behind.
type Refusal struct {
	ErrorType    string
	Message      string // short, for people; the type stands in for it
	ID           string // of the message that failed; never written for FORMAT_ERROR
	OriginalID   string
	FormatErrors []switchcore.FormatError

	Voucher        []byte // raw JSON; secret
	Client         []byte // raw JSON
	VoucherID      string
	ReversalID     string
	ConfirmationID string
	Provider       switchcore.ProviderWords
}

// refusalOf takes over what the switch says about the message with the given id.
func refusalOf(r switchcore.Reply, id string) Refusal {
	refusal := Refusal{
		ErrorType: r.ErrorType, Message: r.ErrorMessage, ID: id, OriginalID: r.OriginalID,
		FormatErrors: r.FormatErrors, VoucherID: r.Detail.VoucherID, ReversalID: r.Detail.ReversalID,
		ConfirmationID: r.Detail.ConfirmationID, Provider: r.Provider,
	}
	if r.Detail.VoucherOf != nil {
		refusal.Voucher = jsonedit.Member(r.Detail.VoucherOf, "voucher")
	}
	return refusal
}

// Body writes the refusal as JSON.
func (r Refusal) Body() []byte {
	if r.ErrorType == "" {
		r.ErrorType = switchcore.ErrGeneral
	}
	if r.Message == "" {
		r.Message = r.ErrorType
	}
	w := message.ObjectWriter{}
	w.Text("errorType", r.ErrorType)
	w.Text("errorMessage", r.Message)
	if r.ErrorType != switchcore.ErrFormat {
		w.Text("id", r.ID)
		w.Text("originalId", r.OriginalID)
	}
	w.Raw("detailMessage", r.detail())
	w.Text("providerErrorCode", r.Provider.Code)
	w.Text("providerErrorMsg", r.Provider.Message)
	w.Text("providerRef", r.Provider.Ref)
	return w.Bytes()
}

// detail writes detailMessage, nil when there is nothing to say.
func (r Refusal) detail() []byte {
	w := message.ObjectWriter{}
	w.Raw("formatErrors", formatErrorsJSON(r.FormatErrors))
	w.Raw("voucher", r.Voucher)
	w.Raw("client", r.Client)
	w.Text("voucherId", r.VoucherID)
	w.Text("reversalId", r.ReversalID)
	w.Text("confirmationId", r.ConfirmationID)
	return w.Bytes()
}

func formatErrorsJSON(errors []switchcore.FormatError) []byte {
	if len(errors) == 0 {
		return nil
	}
	out := []byte{'['}
	for i, e := range errors {
		if i > 0 {
			out = append(out, ',')
		}
		w := message.ObjectWriter{}
		w.Text("field", e.Field)
		w.Text("msg", e.Msg)
		out = append(out, w.Bytes()...)
	}
	return append(out, ']')
}
