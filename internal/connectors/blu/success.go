package blu

import (
	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// voucher gives a voucher from the nodes of its members; nil when it has no code.
func (r *reply) voucher(token, serial, expiry int) *switchcore.Issued {
	code := r.Scalar(token)
	if code == "" {
		return nil
	}
	return &switchcore.Issued{Code: code, Serial: family.Showable(r.Scalar(serial), code), Expiry: moment(r.Scalar(expiry))}
}
