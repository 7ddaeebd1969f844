package simulator

import (
	"bytes"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// deliver sends the answer the way the fault wants it. id and original are
// what an error in its place refers to.
func (c *call) deliver(f stage.Fault, a answer, id, original string) {
	if f.Name == "" {
		a.write(c.w)
		return
	}
	switch f.Name {
	case "other-id":
		a = withOtherID(a)
	case "no-code":
		a = withoutCode(a)
	}
	if bad := errorBy(f, id, original); bad != nil {
		c.wire().Send(*bad)
		return
	}
	c.wire().Deliver(f, stage.Answer{Status: a.status, Body: a.bytes()})
}

func (c *call) wire() stage.Call {
	return stage.Call{W: c.w, R: c.r, Stopping: c.s.stopping}
}

func (a answer) bytes() []byte {
	var buf bytes.Buffer
	a.encode(&buf)
	return buf.Bytes()
}

// withOtherID answers as if to another message.
func withOtherID(a answer) answer {
	const stranger = "00000000-0000-4000-8000-000000000bad"
	switch v := a.other.(type) {
	case *refusal:
		v.ID = stranger
	case nil:
		if a.msg != nil {
			a.msg.ID = stranger
		} else {
			a.raw = []byte(`{"id":"` + stranger + `","requestId":"` + stranger + `"}`)
		}
	}
	return a
}

// withoutCode drops the voucher code wherever the answer shows it.
func withoutCode(a answer) answer {
	if a.msg != nil {
		if a.msg.Voucher != nil {
			a.msg.Voucher.Code = ""
		}
		a.msg.SlipData = nil
	}
	return a
}
