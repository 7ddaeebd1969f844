package flash

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/signalboxhq/signalbox/internal/connectors/family"
	"github.com/signalboxhq/signalbox/internal/connectors/wire"
	"github.com/signalboxhq/signalbox/internal/switchcore"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// Details of attempts: what the reading of an answer came to.
const (
	detailReference = "OTHER_REFERENCE"
	detailNoCode    = "NO_VOUCHER"
)

// Read maps an answer by Flash's own code table (4.6). It is pure, never fails and takes any bytes.
func (c *Connector) Read(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	switch call.Kind {
	case transactions.AttemptConfirm, transactions.AttemptReverse:
		return c.readReversal(call, a)
	}
	if call.Operation == transactions.Lookup {
		return c.readLookup(call, a)
	}
	return c.readRequest(call, a)
}

// readRequest reads the answer to a purchase, a redemption or a refund, or to the same bytes sent again.
func (c *Connector) readRequest(call switchcore.Call, a switchcore.Answer) switchcore.Result {
	if !a.Sent {
		r := notSent(a)
		switch {
		case mayBeDone(call): // only this repeat was not sent; what it asks about stays open
			r.Class = switchcore.ClassUnknown
		case r.Detail == family.DetailAuthFail:
			r.Class, r.ErrorType = switchcore.ClassDeclined, switchcore.ErrGeneral
		}
		return r
	}
	if r, silent := family.Silent(a, false); silent {
		return repeat(call, r, 0)
	}
	body := parse(a.Body)
	defer body.Release()
	code, coded := body.code()
	r := switchcore.Result{Class: switchcore.ClassUnknown, Detail: detailOf(a, code, coded), Words: body.words()}
	switch {
	case a.Status == http.StatusUnauthorized, coded && aboutToken(code):
		return renewed(call, r)
	case body.another(c.options.reference(call.WireRef), coded && code == 0):
		r.Detail, r.Alarm = detailReference, true
		return r
	case !coded:
		return uncoded(call, a, r)
	case code == 0 && a.Status == http.StatusOK:
		return success(call, body, r)
	case code == 0:
		r.Detail = family.DetailBadResponse
		return repeat(call, r, 0)
	}
	return coding(call, a, code, r)
}

// coding reads a code other than success by the table.
func coding(call switchcore.Call, a switchcore.Answer, code int, r switchcore.Result) switchcore.Result {
	m := meaningOf(code)
	r.Alarm = m.ours
	switch {
	case m.class == switchcore.ClassDeclined && (!m.ours || !mayBeDone(call)):
		r.Class, r.Detail, r.ErrorType = switchcore.ClassDeclined, family.DetailDeclined, m.errorType
		return r
	case m.class == switchcore.ClassDeclined, m.stop: // about our account or message: no word on what came before
		r.StateUnknown = true
		return r
	}
	r.StateUnknown = true
	return repeat(call, r, pause(a, m.wait))
}

// uncoded reads an answer without a response code: whoever wrote it, it says nothing about the sale.
func uncoded(call switchcore.Call, a switchcore.Answer, r switchcore.Result) switchcore.Result {
	switch a.Status {
	case http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		r.Alarm = true // the wrong address or permission: the same again cannot help
		return r
	case http.StatusInternalServerError:
		r.StateUnknown = true
	}
	return repeat(call, r, pause(a, a.Status == http.StatusTooManyRequests))
}

// notSent reads an exchange of which no byte left. A refused API key is for people.
func notSent(a switchcore.Answer) switchcore.Result {
	switch {
	case errors.Is(a.Err, wire.ErrTokenRefused):
		return switchcore.Result{Class: switchcore.ClassNotSent, Detail: family.DetailAuthFail, Alarm: true}
	case errors.Is(a.Err, wire.ErrNotWritten):
		return switchcore.Result{Class: switchcore.ClassNotSent, Detail: family.DetailFault}
	}
	return switchcore.Result{Class: switchcore.ClassNotSent, Detail: family.DetailConnectFail}
}

// detailOf names an answer by its code, else by its status; a 2xx without a code could not be read.
func detailOf(a switchcore.Answer, code int, coded bool) string {
	if coded {
		return "CODE_" + strconv.Itoa(code)
	}
	return family.StatusDetail(a.Status)
}
