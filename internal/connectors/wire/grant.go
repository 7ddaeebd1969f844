package wire

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/jsonedit"
	"github.com/signalboxhq/signalbox/internal/switchcore"
)

// grantOf reads the answer of a token address (RFC 6749 5). Only a refusal of the key itself is ErrTokenRefused: a busy or
// broken address says nothing about it.
func grantOf(a switchcore.Answer) (token string, life time.Duration, err error) {
	switch {
	case a.Err != nil, a.Status == http.StatusRequestTimeout, a.Status == http.StatusTooEarly, a.Status == http.StatusTooManyRequests:
		return "", 0, ErrTokenUnavailable
	case a.Status >= 400 && a.Status < 500:
		return "", 0, ErrTokenRefused
	case a.Status != http.StatusOK && a.Status != http.StatusCreated:
		return "", 0, ErrTokenUnavailable
	}
	doc, err := jsonedit.Borrow(a.Body, false)
	if err != nil {
		return "", 0, ErrTokenUnavailable
	}
	defer doc.Release()
	token, kind := textOf(doc, "access_token"), textOf(doc, "token_type")
	if !bearer(token) || kind != "" && !strings.EqualFold(kind, "bearer") {
		return "", 0, ErrTokenUnavailable
	}
	return token, lifeOf(textOf(doc, "expires_in")), nil
}

// textOf gives a string or number member as text; empty for anything else.
func textOf(doc *jsonedit.Doc, name string) string {
	i := doc.Find(0, name)
	if i < 0 || doc.Nodes[i].Kind != jsonedit.String && doc.Nodes[i].Kind != jsonedit.Number {
		return ""
	}
	return string(doc.Text(i))
}

// lifeOf reads expires_in, in seconds; some print it as text or with a fraction.
func lifeOf(text string) time.Duration {
	if text == "" {
		return tokenLife
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !(seconds > 0) {
		return 0
	}
	return time.Duration(min(seconds, longestLife.Seconds()) * float64(time.Second))
}
