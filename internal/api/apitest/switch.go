// Package apitest has the stand-ins that tests of the channel API's services share: a switch that remembers what reaches it,
// a sign-in, and a caller.
package apitest

import "github.com/signalboxhq/signalbox/internal/switchcore"

// Switch answers with Reply, and remembers what it was given last.
type Switch struct {
	Reply switchcore.Reply

	Processed, Retried *switchcore.Request
	Advised            *switchcore.AdviceRequest
	// Unreadable is a message that becomes no transaction, Refusal what the service said of it.
	Unreadable *switchcore.Inbound
	Refusal    switchcore.Reply
}

// Process answers a request.
func (s *Switch) Process(r *switchcore.Request) switchcore.Outbound {
	s.Processed = r
	return r.Render(s.Reply)
}

// Retry answers a repeat.
func (s *Switch) Retry(r *switchcore.Request) switchcore.Outbound {
	s.Retried = r
	return r.Render(s.Reply)
}

// Advise answers a confirmation or reversal.
func (s *Switch) Advise(a *switchcore.AdviceRequest) switchcore.Outbound {
	s.Advised = a
	return a.Render(s.Reply)
}

// Products answers a product look-up with what the service found.
func (s *Switch) Products(r *switchcore.Request, reply switchcore.Reply) switchcore.Outbound {
	s.Processed = r
	return r.Render(reply)
}

// Heard answers a message that was refused with what the service said.
func (s *Switch) Heard(in switchcore.Inbound, _ switchcore.Client, reply switchcore.Reply, render func(switchcore.Reply) switchcore.Outbound) switchcore.Outbound {
	s.Unreadable, s.Refusal = &in, reply
	return render(reply)
}

// Untouched tells that nothing reached the switch.
func (s *Switch) Untouched() bool {
	return s.Processed == nil && s.Retried == nil && s.Advised == nil && s.Unreadable == nil
}
