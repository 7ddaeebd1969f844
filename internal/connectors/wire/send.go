package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"time"

	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// What can be wrong with an exchange beyond the network. No error quotes an address or a byte of the other side: a look-up
// carries a code in its address.
var (
	ErrTooLarge   = errors.New("the answer is larger than 1 MiB")
	ErrIncomplete = errors.New("the answer ended before its end")
	ErrRepeated   = errors.New("the message may have left more than once")
	ErrNotWritten = errors.New("the message cannot be written") // our own fault: nothing left
)

// Exchange is one message on its way out.
type Exchange struct {
	Method      string
	Path        string // below the base address
	Body        []byte
	ContentType string // of the body; empty: application/json
	// Header holds credentials and other headers; they are never traced. Accept is application/json unless it is here.
	Header http.Header
	// Mask gives the form of the answer's body that may be stored; nil: none of it is, only its length.
	Mask func(body []byte) []byte
}

// Send sends the message once and reads the whole answer (I2). A redirect is an answer like any other. Answer.Sent is
// false only when it is proved that no byte of the message left.
func (c *Client) Send(ctx context.Context, x Exchange) switchcore.Answer {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var w watch
	req, err := c.request(httptrace.WithClientTrace(ctx, w.trace()), x)
	if err != nil {
		return switchcore.Answer{Err: err}
	}
	answer := c.exchange(ctx, req, &w, x.Mask)
	answer.Latency = time.Since(start)
	if w.repeated() {
		return switchcore.Answer{Sent: true, Err: ErrRepeated, Latency: answer.Latency}
	}
	return answer
}

func (c *Client) request(ctx context.Context, x Exchange) (*http.Request, error) {
	var body io.Reader
	if len(x.Body) > 0 {
		body = opaque{bytes.NewReader(x.Body)}
	}
	req, err := http.NewRequestWithContext(ctx, x.Method, c.base+x.Path, body)
	if err != nil {
		return nil, ErrNotWritten // err would quote the address
	}
	req.GetBody = nil
	req.ContentLength = int64(len(x.Body))
	req.Header.Set("Accept", jsonMimeType)
	req.Header.Set("User-Agent", userAgent)
	for name, values := range x.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	if body != nil {
		kind := x.ContentType
		if kind == "" {
			kind = jsonMimeType
		}
		req.Header.Set("Content-Type", kind)
	}
	return req, nil
}

// opaque hides the type of a body: net/http must not learn how to rewind it, or it would send it twice.
type opaque struct{ io.Reader }

func (c *Client) exchange(ctx context.Context, req *http.Request, w *watch, masked func([]byte) []byte) switchcore.Answer {
	transport := c.writes
	if req.Body == nil {
		transport = c.reads
	}
	res, err := transport.RoundTrip(req)
	if err != nil {
		sent := !w.unsent()
		return switchcore.Answer{Sent: sent, Err: plain(err), Timeout: sent && late(ctx, err)}
	}
	defer func() { _ = res.Body.Close() }() // everything of use was read
	body, err := readAll(res.Body, c.limit)
	if err != nil {
		return switchcore.Answer{Sent: true, Err: plain(err), Timeout: late(ctx, err)}
	}
	if masked == nil {
		masked = hidden
	}
	return switchcore.Answer{
		Sent: true, Status: res.StatusCode, Body: body, Masked: string(masked(body)),
		Headers: headersOf(res.Header), RetryAfter: retryAfter(res.Header.Get("Retry-After"), time.Now()),
	}
}
