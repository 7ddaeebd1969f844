package vouchers

import (
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
	w := objectWriter{out: make([]byte, 0, 256)}
	w.open()
	w.text("errorType", r.ErrorType)
	w.text("errorMessage", r.Message)
	if r.ErrorType != switchcore.ErrFormat {
		w.text("id", r.ID)
		w.text("originalId", r.OriginalID)
	}
	w.raw("detailMessage", r.detail())
	w.text("providerErrorCode", r.Provider.Code)
	w.text("providerErrorMsg", r.Provider.Message)
	w.text("providerRef", r.Provider.Ref)
	return w.close()
}

// detail writes detailMessage, nil when there is nothing to say.
func (r Refusal) detail() []byte {
	w := objectWriter{}
	w.open()
	w.raw("formatErrors", formatErrorsJSON(r.FormatErrors))
	w.raw("voucher", r.Voucher)
	w.raw("client", r.Client)
	w.text("voucherId", r.VoucherID)
	w.text("reversalId", r.ReversalID)
	w.text("confirmationId", r.ConfirmationID)
	if len(w.out) == 1 {
		return nil
	}
	return w.close()
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
		w := objectWriter{out: out}
		w.open()
		w.text("field", e.Field)
		w.text("msg", e.Msg)
		out = w.close()
	}
	return append(out, ']')
}

// objectWriter writes a JSON object and leaves out members without content.
type objectWriter struct {
	out  []byte
	some bool
}

func (w *objectWriter) open() { w.out = append(w.out, '{') }

func (w *objectWriter) close() []byte { return append(w.out, '}') }

func (w *objectWriter) raw(name string, value []byte) {
	if len(value) == 0 {
		return
	}
	if w.some {
		w.out = append(w.out, ',')
	}
	w.some = true
	w.out = append(append(jsonedit.AppendString(w.out, name), ':'), value...)
}

func (w *objectWriter) text(name, value string) {
	if value != "" {
		w.raw(name, jsonedit.Quote(value))
	}
}
