package simulator

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"time"
)

const (
	longestHang  = 2 * time.Minute
	longestDelay = 2 * time.Minute
)

// deliver sends the answer the way the fault wants it. id and original are
// what an error in its place refers to.
func (c *call) deliver(f fault, a answer, id, original string) {
	if sub, header, ok := f.substitute(id, original); ok {
		c.send(sub, header)
		return
	}
	switch f.name {
	case "lost-answer", "lost-request":
		if f.arg == "reset" {
			c.reset()
		}
		c.hang()
	case "reset", "reset-after":
		c.reset()
	case "late-answer":
		c.pause(time.Duration(f.number(35000)) * time.Millisecond)
		a.write(c.w)
	case "duplicate-answer":
		c.sendTwice(a)
	case "malformed":
		buf := a.bytes()
		writeBody(c.w, a.status, buf[:len(buf)/2])
	case "other-id":
		withOtherID(a).write(c.w)
	case "no-code":
		withoutCode(a).write(c.w)
	case "slow":
		c.drip(a, time.Duration(f.number(5000))*time.Millisecond)
	default:
		a.write(c.w)
	}
}

func (c *call) send(a answer, header http.Header) {
	body := a.bytes()
	h := c.w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	for k, v := range header {
		h[k] = v
	}
	c.w.WriteHeader(a.status)
	_, _ = c.w.Write(body) // the caller may be gone
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

// hang keeps the caller waiting for an answer that never comes.
func (c *call) hang() {
	c.pause(longestHang)
	panic(http.ErrAbortHandler) // net/http's way to drop the connection without an answer
}

// pause waits, but not longer than the caller stays or the server runs.
func (c *call) pause(d time.Duration) {
	c.patient()
	wait(c.r.Context().Done(), c.s.stopping, min(d, longestHang))
}

// patient lifts the read deadline: reached during a wait, it would look as if
// the caller had gone.
func (c *call) patient() {
	_ = http.NewResponseController(c.w).SetReadDeadline(time.Time{}) // not every writer has deadlines
}

func wait(gone, stopping <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-gone:
	case <-stopping:
	}
}

// reset tears the connection down so that the caller reads an error, not an
// orderly end.
func (c *call) reset() {
	conn, _, err := http.NewResponseController(c.w).Hijack()
	if err == nil {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // best effort: the close below ends it anyway
		}
		_ = conn.Close()
	}
	panic(http.ErrAbortHandler)
}

// sendTwice puts two whole answers on the wire.
func (c *call) sendTwice(a answer) {
	body := a.bytes()
	conn, rw, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		writeBody(c.w, a.status, body)
		return
	}
	defer func() { _ = conn.Close() }() // nothing is read after this
	for range 2 {
		_, _ = fmt.Fprintf(rw, "HTTP/1.1 %d %s\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s",
			a.status, http.StatusText(a.status), len(body), body)
	}
	_ = rw.Flush() // the caller may be gone
}

// drip writes the body in small pieces over the whole duration.
func (c *call) drip(a answer, over time.Duration) {
	const pieces = 20
	body := a.bytes()
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.w.WriteHeader(a.status)
	rc := http.NewResponseController(c.w)
	size := len(body)/pieces + 1
	for len(body) > 0 {
		n := min(size, len(body))
		_, _ = c.w.Write(body[:n]) // the caller may be gone
		_ = rc.Flush()
		body = body[n:]
		c.pause(over / pieces)
	}
}
