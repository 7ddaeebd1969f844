package vouchers

import (
	"bytes"
	"slices"
	"testing"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/transactions"
)

// FuzzFingerprint: the order of members does not count, and every value but the message's own time does (I8).
func FuzzFingerprint(f *testing.F) {
	for _, body := range []string{
		base, plus(base, `"amounts":{"requestAmount":{"amount":5000,"currency":"710"},"additionalAmounts":{"B":{"amount":1,"currency":710}}}`),
		plus(base, `"voucher":{"code":"7300118822459911"},"rrn":"1","paymentMethods":[{"type":"CARD","pan":"4111"}],"basketRef":"B-1"`),
		plus(base, `"product":{"productId":"P1","description":null},"slipData":{"messageLines":[{"text":"x1","cut":true}]}`),
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		req, _, err := DecodeRequest(transactions.Provision, body)
		if err != nil {
			return
		}
		d, err := jsonedit.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := DecodeRequest(transactions.Provision, backwards(d, 0))
		if err != nil || !bytes.Equal(again.Fingerprint, req.Fingerprint) {
			t.Fatalf("the order of members counts (%v): %s", err, body)
		}
		for i, n := range d.Nodes {
			if i == d.Find(0, "time") || n.Kind != jsonedit.String && n.Kind != jsonedit.Number {
				continue
			}
			other, ok := altered(body, n.Start, n.End)
			if !ok {
				continue
			}
			if req2, _, err := DecodeRequest(transactions.Provision, other); err == nil && bytes.Equal(req2.Fingerprint, req.Fingerprint) {
				t.Fatalf("a change does not count:\n%s\n%s", body, other)
			}
		}
	})
}

// backwards writes a value with the members of every object in the opposite order.
func backwards(d *jsonedit.Doc, i int) []byte {
	object := d.Nodes[i].Kind == jsonedit.Object
	if !object && d.Nodes[i].Kind != jsonedit.Array {
		return d.Raw(i)
	}
	var parts [][]byte
	for c := range d.Children(i) {
		part := backwards(d, c)
		if object {
			part = slices.Concat(d.RawName(c), []byte(":"), part)
		}
		parts = append(parts, part)
	}
	if object {
		slices.Reverse(parts)
		return slices.Concat([]byte("{"), bytes.Join(parts, []byte(",")), []byte("}"))
	}
	return slices.Concat([]byte("["), bytes.Join(parts, []byte(",")), []byte("]"))
}

// altered gives the text with the last digit of a value made another one.
func altered(body []byte, start, end int32) ([]byte, bool) {
	at := bytes.LastIndexAny(body[start:end], "0123456789")
	if at < 0 {
		return nil, false
	}
	out := slices.Clone(body)
	digit := &out[int(start)+at]
	*digit = '0' + (*digit-'0'+1)%10
	return out, true
}
