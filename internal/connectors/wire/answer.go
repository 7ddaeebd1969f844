package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/mask"
)

func readAll(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case int64(len(body)) > limit:
		return nil, ErrTooLarge
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, ErrIncomplete
	}
	return body, err
}

// hidden stands for a body of which nothing may be stored. It holds no digest: a short secret could be guessed from one.
func hidden(body []byte) []byte {
	if len(body) == 0 {
		return nil
	}
	return append(strconv.AppendInt([]byte(`{"hidden":{"length":`), int64(len(body)), 10), "}}"...)
}

// late tells whether an error is a limit of time rather than a broken connection.
func late(ctx context.Context, err error) bool {
	var n net.Error
	return ctx.Err() != nil || errors.As(err, &n) && n.Timeout()
}

// plain keeps what went wrong on the network and leaves out everything else: addresses and peers' bytes.
func plain(err error) error {
	var op *net.OpError
	for _, known := range []error{ErrTooLarge, ErrIncomplete, ErrAddressRefused} {
		if errors.Is(err, known) {
			return known
		}
	}
	switch {
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
