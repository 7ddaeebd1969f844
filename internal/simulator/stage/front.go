package stage

import (
	"bytes"
	"log/slog"
	"net/http"
	"time"
)

// Config is what a server gives to an interface that it plays.
type Config struct {
	Control  *Control
	Log      *slog.Logger
	Now      func() time.Time
	Stopping <-chan struct{} // closed when the server ends
	Tokens   bool            // calls carry tokens, so that token-expired can show
}

// Exchange is one message of a native interface: the call, what was sent, and the faults in force.
type Exchange struct {
	Call
	Body   []byte
	plan   *Plan
	tokens bool
}

// Enter receives a message: it reads the body, shows an outage, and takes the time the provider is told to take. ok is
// false when the message has been answered already.
func (c Config) Enter(w http.ResponseWriter, r *http.Request) (x *Exchange, ok bool) {
	x = &Exchange{Call: Call{W: w, R: r, Stopping: c.Stopping}, plan: c.Control.Plan(), tokens: c.Tokens}
	if mode, down := x.plan.Down(); down {
		if mode == "503" {
			x.Send(Answer{Status: http.StatusServiceUnavailable, Header: map[string]string{"Content-Type": "text/plain"}, Body: []byte("down\n")})
			return x, false
		}
		x.Reset()
	}
	var buf bytes.Buffer
	if status := ReadBody(w, r, &buf); status != 0 {
		Problem(w, status, "body too large or unreadable")
		return x, false
	}
	x.Body = buf.Bytes()
	x.Work(x.plan.Delay())
	return x, true
}

// Fault picks the fault of a message of the given kind: the one its amount (minor units) or PIN asks for, then scripted
// ones, then, unless amount or PIN asked, by the shares set, which look-ups, status checks and tokens have no part in.
// first tells that no message came under this reference before.
func (x *Exchange) Fault(kind string, isAdvice, first bool, amount int64, pin string) Fault {
	f := x.fault(kind, isAdvice, first, amount, pin)
	if f.Name == "token-expired" && !x.tokens {
		return Fault{}
	}
	return f
}

func (x *Exchange) fault(kind string, isAdvice, first bool, amount int64, pin string) Fault {
	f, always := ByPIN(pin)
	if f.Name == "" {
		f, always = ByAmount(amount)
	}
	if f.Name != "" && (first || always) && !isAdvice {
		return f
	}
	moves := kind == "provision" || kind == "redeem" || kind == "refund"
	return x.plan.Draw(kind, isAdvice, isAdvice || moves && f.Name == "")
}

// NativeKinds are the kinds of messages that a script step of a native interface may name.
func NativeKinds() []string {
	return []string{"provision", "retry", "redeem", "refund", "confirm", "reverse", "lookup", "products", "token"}
}
