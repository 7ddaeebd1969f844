package vouchers

import (
	"bytes"
	"net/mail"
	"strings"
	"time"
)

// uuidMessage is the refusal of an id that is not 8-4-4-4-12 hexadecimal (spec/common.md 2, exact).
const uuidMessage = "UUID must conform to the format 8-4-4-4-12 hexadecimal values"

// isUUID checks the shape only, never version or variant bits.
func isUUID(b []byte) bool {
	if len(b) != 36 {
		return false
	}
	for i, c := range b {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if !isHex(c) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

func isAlnum(c byte) bool { return isDigit(c) || isUpper(c) || c >= 'a' && c <= 'z' }

func isHex(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// every makes a matcher for lo to hi bytes that all satisfy ok.
func every(lo, hi int, ok func(byte) bool) func([]byte) bool {
	return func(b []byte) bool {
		if len(b) < lo || len(b) > hi {
			return false
		}
		for _, c := range b {
			if !ok(c) {
				return false
			}
		}
		return true
	}
}

// maskedCard matches [0-9]{6}[0-9*]{0,13}.
func maskedCard(b []byte) bool {
	if len(b) < 6 || len(b) > 19 {
		return false
	}
	for i, c := range b {
		if !isDigit(c) && (i < 6 || c != '*') {
			return false
		}
	}
	return true
}

// phone matches \+?[1-9]\d{0,14}.
func phone(b []byte) bool {
	b = bytes.TrimPrefix(b, []byte("+"))
	return len(b) >= 1 && len(b) <= 15 && b[0] != '0' && every(1, 15, isDigit)(b)
}

// email accepts one bare address.
func email(b []byte) bool {
	a, err := mail.ParseAddress(string(b))
	return err == nil && a.Address == string(b)
}

// enum makes a text that must be one of the values; the refusal lists them.
func enum(values ...string) *shape {
	known := make(map[string]bool, len(values))
	for _, v := range values {
		known[v] = true
	}
	return pattern(strings.Join(values, "|"), func(b []byte) bool { return known[string(b)] })
}

// isDate accepts RFC 3339 with an offset; the text itself is kept and echoed.
func isDate(b []byte) bool {
	if len(b) < len("2006-01-02T15:04:05Z") || len(b) > 40 || b[10] != 'T' || bytes.IndexByte(b, ',') >= 0 {
		return false
	}
	_, err := time.Parse(time.RFC3339Nano, string(b))
	return err == nil
}
