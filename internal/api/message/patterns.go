package message

import (
	"bytes"
	"net/mail"
	"strings"
	"time"
)

// UUIDMessage is the refusal of an id that is not 8-4-4-4-12 hexadecimal (spec/common.md 2, exact).
const UUIDMessage = "UUID must conform to the format 8-4-4-4-12 hexadecimal values"

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
		} else if !IsHex(c) {
			return false
		}
	}
	return true
}

// IsDigit accepts 0 to 9.
func IsDigit(c byte) bool { return c >= '0' && c <= '9' }

// IsUpper accepts A to Z.
func IsUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// IsAlnum accepts unaccented letters and digits.
func IsAlnum(c byte) bool { return IsDigit(c) || IsUpper(c) || c >= 'a' && c <= 'z' }

// IsHex accepts hexadecimal digits of either case.
func IsHex(c byte) bool { return IsDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// Every makes a matcher for lo to hi bytes that all satisfy ok.
func Every(lo, hi int, ok func(byte) bool) func([]byte) bool {
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
		if !IsDigit(c) && (i < 6 || c != '*') {
			return false
		}
	}
	return true
}

// phone matches \+?[1-9]\d{0,14}.
func phone(b []byte) bool {
	b = bytes.TrimPrefix(b, []byte("+"))
	return len(b) >= 1 && len(b) <= 15 && b[0] != '0' && Every(1, 15, IsDigit)(b)
}

// email accepts one bare address.
func email(b []byte) bool {
	a, err := mail.ParseAddress(string(b))
	return err == nil && a.Address == string(b)
}

// Enum makes a text that must be one of the values; the refusal lists them.
func Enum(values ...string) *Shape {
	known := make(map[string]bool, len(values))
	for _, v := range values {
		known[v] = true
	}
	return Pattern(strings.Join(values, "|"), func(b []byte) bool { return known[string(b)] })
}

// isDate accepts RFC 3339 with an offset; the text itself is kept and echoed.
func isDate(b []byte) bool {
	if len(b) < len("2006-01-02T15:04:05Z") || len(b) > 40 || b[10] != 'T' || bytes.IndexByte(b, ',') >= 0 {
		return false
	}
	_, err := time.Parse(time.RFC3339Nano, string(b))
	return err == nil
}
