package contract

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	rail "github.com/signalboxhq/signalbox/internal/humm"
)

// sender sends a message of one operation, signed where the service wants it.
type sender struct {
	*house
	service   *Service
	operation Operation
	document  *document
	probes    []probe
}

// send gives the code of the refusal, empty when the switch was handed the message.
func (s *sender) send(t *testing.T, message any) (refusal, body string) {
	t.Helper()
	raw, err := json.Marshal(message)
	require.NoError(t, err)
	if s.service.Signing == bySignature {
		raw = resigned(t, s.operation, message)
	}
	before := s.inner.taken
	status, body := s.call(t, s.operation.Method, exampleAddress(s.service, s.operation), string(raw))
	if s.inner.taken > before || s.operation.Sandbox && status == 200 {
		return "", body
	}
	var said struct {
		Type string `json:"errorType"`
		Code string `json:"x_code"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &said), body)
	require.NotEmpty(t, said.Type+said.Code, body)
	require.NoError(t, s.document.fits(s.document.answer(s.operation, status), decodeJSON(t, body)), body)
	return said.Type + said.Code, body
}

// resigned is a message of the rail with the signature that its members make; one without a signature keeps none.
func resigned(t *testing.T, o Operation, message any) []byte {
	t.Helper()
	flat := message.(map[string]any)
	key := signingKey(rail.Operation(o.ID))
	if token, is := flat[rail.DeviceToken].(string); is {
		key = token
	}
	raw, err := json.Marshal(flat)
	require.NoError(t, err)
	if flat[rail.Signature] == exampleDigest {
		m, err := rail.Parse(raw)
		require.NoError(t, err)
		copied := map[string]any{}
		for k, v := range flat {
			copied[k] = v
		}
		copied[rail.Signature] = rail.Sign(key, m.Canonical(false))
		raw, err = json.Marshal(copied)
		require.NoError(t, err)
	}
	return raw
}

// refuses tells whether a code is how the service refuses a message that is not as described.
func (s *sender) refuses(code string) bool {
	switch {
	case s.service.Signing == bySignature:
		return strings.HasPrefix(code, "EVAL") || code == "EAUT01" || code == "ESIG01" || code == rail.AmountNotAbove0
	case s.operation.Sandbox:
		return code != ""
	}
	return code == "FORMAT_ERROR"
}

// eachRequest runs a test for every operation with a body, with probes where they are wanted.
func eachRequest(t *testing.T, probing bool, run func(t *testing.T, s *sender, d *document)) {
	t.Helper()
	for _, service := range services() {
		d, seen := documentOf(t, service), map[seenAs]bool{}
		for _, o := range service.Operations() {
			if o.Request == nil || o.Sandbox {
				continue
			}
			var probes []probe
			if probing {
				probes = probesOf(o, seen)
			}
			t.Run(o.ID, func(t *testing.T) {
				t.Parallel()
				run(t, &sender{house: newHouse(), service: service, operation: o, document: d, probes: probes}, d)
			})
		}
	}
}

// Every example is taken as it stands; rail messages with the signature that they carry.
func TestRequestExamplesAreTaken(t *testing.T) {
	t.Parallel()
	for _, service := range services() {
		for _, o := range service.Operations() {
			if o.Request == nil {
				continue
			}
			for _, e := range o.Request.Examples {
				h := newHouse()
				status, body := h.call(t, o.Method, exampleAddress(service, o), e.Text)
				if o.Sandbox {
					require.Equal(t, 200, status, body)
					continue
				}
				require.Equal(t, 1, h.inner.taken, "%s %s: %s", o.ID, e.Name, body)
			}
		}
	}
}

// complete is a value with every member of its schema.
func complete(s *Schema) any {
	switch s.kind {
	case kObject:
		o := map[string]any{}
		for _, m := range s.members {
			o[m.name] = complete(m.schema)
		}
		return o
	case kList:
		return []any{complete(s.item)}
	case kMap:
		return map[string]any{"own": complete(s.item)}
	case kOneOf:
		return complete(s.variants[0])
	}
	return s.sample
}

// completeMessage is a complete message whose ids are those of the address it goes to.
func completeMessage(o Operation) map[string]any {
	m := complete(o.Request.Schema).(map[string]any)
	example := map[string]any{}
	_ = json.Unmarshal([]byte(o.Request.Examples[0].Text), &example)
	for _, name := range []string{"id", "requestId", "client"} {
		if v, there := example[name]; there {
			m[name] = v
		}
	}
	return m
}

func TestCompleteMessagesAreTaken(t *testing.T) {
	t.Parallel()
	eachRequest(t, false, func(t *testing.T, s *sender, d *document) {
		message := completeMessage(s.operation)
		require.NoError(t, d.fits(d.request(s.operation), decodeJSON(t, encode(t, message))))
		refusal, body := s.send(t, message)
		require.Empty(t, refusal, body)
	})
}

func encode(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

// TestConstraintsAgree probes every constraint of every member, at every depth: what the document forbids is refused, and
// what lies just within it is taken.
func TestConstraintsAgree(t *testing.T) {
	t.Parallel()
	eachRequest(t, true, func(t *testing.T, s *sender, d *document) {
		for _, p := range s.probes {
			fits := d.fits(d.request(s.operation), decodeJSON(t, encode(t, p.message)))
			refusal, body := s.send(t, p.message)
			switch {
			case p.good:
				require.NoError(t, fits, p.about)
				require.Empty(t, refusal, "%s: %s", p.about, body)
			case p.forgiven:
				require.Error(t, fits, p.about)
				require.Empty(t, refusal, "%s: %s", p.about, body)
			default:
				require.Error(t, fits, p.about)
				require.True(t, s.refuses(refusal), "%s was taken or refused otherwise: %s", p.about, body)
				if s.service.Signing != bySignature {
					require.Contains(t, body, `"msg":"`, p.about)
				}
			}
		}
		require.Greater(t, len(s.probes), 15)
	})
}

// What is needed, the answer names when it is missing.
func TestMissingMembersAreNamed(t *testing.T) {
	t.Parallel()
	eachRequest(t, false, func(t *testing.T, s *sender, _ *document) {
		for _, m := range s.operation.Request.Schema.members {
			if m.need != required {
				continue
			}
			message := completeMessage(s.operation)
			delete(message, m.name)
			refusal, body := s.send(t, message)
			require.True(t, s.refuses(refusal), "%s: %s", m.name, body)
			if s.service.Signing != bySignature {
				require.Contains(t, body, fmt.Sprintf("%s may not be null", m.name))
			}
		}
	})
}
