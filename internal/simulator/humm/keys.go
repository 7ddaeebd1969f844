package humm

import (
	"crypto/rand"
	"strings"

	"github.com/signalboxhq/signalbox/internal/simulator/stage"
)

// createKey gives a device its signing key. Tokens are provisioned on first sight and work once; a further one replaces the
// key.
func (c *call) createKey(f stage.Fault) answer {
	s, token := c.s, c.m.text["x_device_token"]
	s.Lock()
	defer s.Unlock()
	defer s.Commit()
	switch {
	case f.Name == "internal-error" && f.Arg != "processed":
		return say(internalFailure)
	case f.Name == "decline":
		return say(argument(f, tokenUnknown))
	case !strings.HasPrefix(token, "GUDID-"):
		return answer{code: tokenUnknown, message: "Device token not known"}
	case s.tokens.Of(token) != nil:
		return answer{code: tokenSpent, message: "Device token already used"}
	}
	device, key := deviceOf(c.m), rand.Text()[:12]
	s.tokens.Set(token, &device)
	s.keys.Set(device, &key)
	if f.Name == "internal-error" {
		return say(internalFailure)
	}
	return answer{code: keyIssued, message: "Success", issued: key}
}

// argument is the code that a fault names, or the usual one.
func argument(f stage.Fault, otherwise string) string {
	if f.Arg != "" {
		return f.Arg
	}
	return otherwise
}
