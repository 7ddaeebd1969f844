package ott

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// SandboxKey is the API key of every account here. The real one is managed in the provider's portal.
const SandboxKey = "demo-key-0001"

// message is one call, read and found to be in shape.
type message struct {
	op     operation
	path   string
	user   string
	fields map[string]string
	amount int64 // cents of value or amount
	hold   bool  // what is sold now cannot be rejected later
}

func (m *message) ref() string { return m.fields["uniqueReference"] }

var (
	amountShape = regexp.MustCompile(`^[0-9]{1,9}\.[0-9]{2}$`)
	numberShape = regexp.MustCompile(`^[0-9]{1,9}$`)
	phoneShape  = regexp.MustCompile(`^[0-9]{0,20}$`)
)

// read decodes the form and checks hash and fields; a nil reply is good.
func (m *message) read(r *http.Request, body []byte) *reply {
	form, err := url.ParseQuery(string(body))
	if err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return badRequest("form expected")
	}
	m.fields = map[string]string{}
	for name, values := range form {
		if len(values) != 1 {
			return badRequest(name + " is given twice")
		}
		m.fields[name] = values[0]
	}
	given := m.takeHash()
	if subtle.ConstantTimeCompare([]byte(given), []byte(hashOf(SandboxKey, m.fields))) != 1 {
		return &reply{status: http.StatusUnauthorized, text: "Invalid hash"}
	}
	return m.check()
}

// takeHash takes the hash out of the fields. Redemption CheckVoucher is known to spell it with a capital.
func (m *message) takeHash() string {
	name := "hash"
	if _, capital := m.fields["Hash"]; capital && m.path == "/api/v1/CheckVoucher" {
		name = "Hash"
	}
	given := m.fields[name]
	delete(m.fields, name)
	return given
}

// hashOf is the signature of the fields: key, then their values in the order of their names.
func hashOf(key string, fields map[string]string) string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)
	var text strings.Builder
	text.WriteString(key)
	for _, name := range names {
		text.WriteString(fields[name])
	}
	sum := sha256.Sum256([]byte(text.String()))
	return hex.EncodeToString(sum[:])
}

func (m *message) check() *reply {
	for _, name := range m.op.required {
		if m.fields[name] == "" {
			return badRequest(name + " is required")
		}
	}
	for name, value := range m.fields {
		if !slices.Contains(m.op.required, name) && !slices.Contains(m.op.optional, name) {
			return badRequest(name + " is not known")
		}
		if !fits(name, value) {
			return badRequest(name + " is not valid")
		}
	}
	if text := m.fields["value"] + m.fields["amount"]; text != "" {
		m.amount, _ = strconv.ParseInt(strings.Replace(text, ".", "", 1), 10, 64) // digits by fits
	}
	return nil
}

func fits(name, value string) bool {
	switch name {
	case "value", "amount":
		return amountShape.MatchString(value)
	case "vendorCode", "vendorID":
		return numberShape.MatchString(value)
	case "mobileForSMS", "mobile":
		return phoneShape.MatchString(value)
	}
	return len(value) <= 50
}
