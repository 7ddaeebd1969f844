package serviceinterface

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

var (
	errTooLarge   = errors.New("the answer is larger than 1 MiB")
	errIncomplete = errors.New("the answer ended before its end")
	errRepeated   = errors.New("the message may have left more than once")
	errNotWritten = errors.New("the message cannot be written")
)

// Send sends the message once and reads the whole answer (I2). A redirect is an answer like any other. Errors never
// quote the address: a look-up carries a code in it.
func (c *Connector) Send(ctx context.Context, m switchcore.Message) switchcore.Answer {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var w watch
	req, err := c.request(httptrace.WithClientTrace(ctx, w.trace()), m)
	if err != nil {
		return switchcore.Answer{Err: err}
	}
	answer := c.exchange(ctx, req, &w)
	answer.Latency = time.Since(start)
	if w.repeated() {
		return switchcore.Answer{Sent: true, Err: errRepeated, Latency: answer.Latency}
	}
	return answer
}

func (c *Connector) request(ctx context.Context, m switchcore.Message) (*http.Request, error) {
	var body io.Reader
	if len(m.Body) > 0 {
		body = opaque{bytes.NewReader(m.Body)}
	}
	req, err := http.NewRequestWithContext(ctx, m.Method, c.base+m.Path, body)
	if err != nil {
		return nil, errNotWritten // err would quote the address
	}
	req.GetBody = nil
	req.ContentLength = int64(len(m.Body))
	req.Header.Set("Accept", jsonMimeType)
	req.Header.Set("User-Agent", userAgent)
	if body != nil {
		req.Header.Set("Content-Type", jsonMimeType)
	}
	user := m.User
	if user == "" {
		user = c.user
	}
	req.SetBasicAuth(user, c.password())
	return req, nil
}

// opaque hides the type of a body: net/http must not learn how to rewind it, or it would send it twice.
type opaque struct{ io.Reader }

func (c *Connector) exchange(ctx context.Context, req *http.Request, w *watch) switchcore.Answer {
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
	body, err := readAll(res.Body)
	if err != nil {
		return switchcore.Answer{Sent: true, Err: plain(err), Timeout: late(ctx, err)}
	}
	return switchcore.Answer{
		Sent: true, Status: res.StatusCode, Body: body, Masked: string(mask.Voucher().Body(body)),
		Headers: headersOf(res.Header), RetryAfter: retryAfter(res.Header.Get("Retry-After"), time.Now()),
	}
}

func readAll(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxBody+1))
	switch {
	case len(body) > maxBody:
		return nil, errTooLarge
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errIncomplete
	}
	return body, err
}

// late tells whether an error is a limit of time rather than a broken connection.
func late(ctx context.Context, err error) bool {
	var n net.Error
	return ctx.Err() != nil || errors.As(err, &n) && n.Timeout()
}

// plain keeps what went wrong on the network and leaves out everything else: addresses and peers' bytes.
func plain(err error) error {
	var op *net.OpError
	switch {
	case errors.Is(err, errTooLarge), errors.Is(err, errIncomplete):
		return err
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return context.DeadlineExceeded
	case errors.As(err, &op):
		return errors.New("network: " + op.Op + " failed")
	}
	return errors.New("the connection broke")
}

// headersOf lists the headers that may be kept with a trace.
func headersOf(h http.Header) string {
	names := make([]string, 0, len(h))
	for name := range h {
		if mask.KeepHeader(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	out := []byte{'{'}
	for i, name := range names {
		if i > 0 {
			out = append(out, ',')
		}
		value := h.Get(name)
		if name == "Location" {
			value, _, _ = strings.Cut(value, "?") // a query could repeat the code of a look-up
		}
		out = append(jsonedit.AppendString(out, name), ':')
		out = jsonedit.AppendString(out, value)
	}
	return string(append(out, '}'))
}

// retryAfter reads seconds or a date; 0 when there is nothing usable.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && n > 0 {
		return time.Duration(min(n, 86400)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return min(at.Sub(now), 24*time.Hour)
	}
	return 0
}
