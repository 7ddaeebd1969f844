package serviceinterface

import (
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/money"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// reply is a parsed answer. Nothing of it that is kept or shown may repeat a voucher code in it.
type reply struct{ *family.Reply }

func parse(data []byte) *reply {
	r := family.Parse(data)
	for _, path := range [][]string{{"voucher", "code"}, {"detailMessage", "voucher", "code"}} {
		if code := strings.TrimSpace(r.Text(path...)); code != "" {
			r.Secrets = append(r.Secrets, code)
		}
	}
	return &reply{r}
}

// amount reads a LedgerAmount; ok is false when there is one that cannot be read or is below zero.
func (r *reply) amount(path ...string) (a *money.Amount, ok bool) {
	if a, ok = r.Amount(path...); a != nil && a.Minor < 0 {
		return nil, false
	}
	return a, ok
}

// voucher is the voucher of an answer, and how it is shown to the client.
type voucher struct {
	switchcore.Issued
	raw []byte
}

// voucher gives the voucher object under a path; nil when there is none with a code.
func (r *reply) voucher(path ...string) *voucher {
	code := strings.TrimSpace(r.Text(append(path, "code")...))
	if code == "" {
		return nil
	}
	raw, err := jsonedit.Apply(r.Raw(path...), jsonedit.Set("code", jsonedit.Quote(code))) // a code is a string, whatever came
	if err != nil {
		return nil
	}
	v := &voucher{switchcore.Issued{Code: code}, raw}
	if serial := r.Text(append(path, "serialNumber")...); !r.Reveals(serial) {
		v.Serial = serial
	}
	if at, err := time.Parse(time.RFC3339, r.Text(append(path, "expiryDate")...)); err == nil {
		v.Expiry = at.UTC()
	}
	return v
}
