package yoyo

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// response codes this Yoyo uses
const (
	codeFormat      = 21
	codeCredentials = 300
	codeExpired     = 1012
	codeInvalid     = 2101
	codeFailed      = 2107
	codeStore       = 2111
	codeType        = 2114
	codeUsed        = 2120
	codeAmount      = 2122
	codeNeedsGoods  = 2134
	codeNotAllowed  = 2138
	codeLow         = 2143
	codeNoOriginal  = 2145
	codeLimit       = 2156
	codeNotFound    = 3254
)

// issuerAnswer encodes a reply of the issuer API: business refusals come under 4xx.
func issuerAnswer(r reply) stage.Answer {
	status := r.status
	if status == 0 {
		status = http.StatusOK
		if r.code != success && r.code != codeFailed && r.code != codeLimit {
			status = http.StatusBadRequest
		}
	}
	return encode(status, strconv.Itoa(r.code), r)
}

// engineAnswer encodes a reply of the transaction engine: always HTTP 200, codes in five digits.
func engineAnswer(r reply) stage.Answer {
	status := r.status
	if status == 0 {
		status = http.StatusOK
	}
	code := strconv.Itoa(r.code)
	if r.code > 0 {
		code = fmt.Sprintf("%05d", r.code)
	}
	return encode(status, code, r)
}

func encode(status int, code string, r reply) stage.Answer {
	body := map[string]any{"responseCode": code, "responseDesc": r.text}
	for name, v := range r.fields {
		body[name] = v
	}
	return stage.JSON(status, body)
}

// refused books a request that Yoyo declines.
func (s *Server) refused(p play, r reply) reply {
	if p.book != "" {
		e := s.entry(p)
		e.State, e.ErrorType = stage.Declined, strconv.Itoa(r.code)
		s.Keep(e)
	}
	return r
}

// iso writes a time as Yoyo does.
func iso(t time.Time) string {
	return t.In(time.FixedZone("SAST", 2*60*60)).Format("2006-01-02T15:04:05-0700")
}
