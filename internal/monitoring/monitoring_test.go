package monitoring

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestClassOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		errorType string
		status    int
		noAnswer  bool
		want      Class
	}{
		{"", 201, false, ClassSuccess},
		{"", 503, false, ClassTechnical},
		{"UPSTREAM_UNAVAILABLE", 504, true, ClassTimeout},
		{"UPSTREAM_UNAVAILABLE", 503, false, ClassTechnical},
		{"VOUCHER_ALREADY_REDEEMED", 400, false, ClassDecline},
		{"DO_NOT_HONOR", 400, false, ClassDecline},
		{"DUPLICATE_RECORD", 400, false, ClassClient},
		{"SOMETHING_NEW", 500, false, ClassTechnical},
	} {
		assert.Equal(t, c.want, ClassOf(c.errorType, c.status, c.noAnswer), "%+v", c)
	}
}

func TestTechnicalSuccessDoesNotCountDeclinesAndClients(t *testing.T) {
	t.Parallel()
	assert.Equal(t, -1, Counts{}.Technical())
	assert.Equal(t, 1000, Counts{1, 50, 49, 0, 0}.Technical())
	assert.Equal(t, 900, Counts{50, 40, 0, 5, 5}.Technical())
	assert.Equal(t, 500, Counts{50, 40, 0, 5, 5}.Approved())
}

func TestHealth(t *testing.T) {
	t.Parallel()
	closed := Gate{Requests: "closed", Advices: "closed"}
	for name, c := range map[string]struct {
		p    ProviderHealth
		g    Gate
		want string
	}{
		"disabled":          {ProviderHealth{Last5: Counts{100}}, closed, Disabled},
		"no traffic":        {ProviderHealth{Enabled: true}, closed, Unknown},
		"good":              {ProviderHealth{Enabled: true, Last5: Counts{96, 0, 0, 4, 0}}, closed, Healthy},
		"degraded":          {ProviderHealth{Enabled: true, Last5: Counts{94, 0, 0, 6, 0}}, closed, Degraded},
		"unhealthy":         {ProviderHealth{Enabled: true, Last5: Counts{79, 0, 0, 21, 0}}, closed, Unhealthy},
		"too few to judge":  {ProviderHealth{Enabled: true, Last5: Counts{0, 0, 0, 19, 0}}, closed, Healthy},
		"breaker open":      {ProviderHealth{Enabled: true}, Gate{Requests: "closed", Advices: "open"}, Unhealthy},
		"breaker half-open": {ProviderHealth{Enabled: true}, Gate{Requests: "half-open", Advices: "closed"}, Degraded},
	} {
		assert.Equal(t, c.want, c.p.Health(c.g), name)
	}
}

func TestQueueLabelAndDrain(t *testing.T) {
	t.Parallel()
	now := time.Now()
	closed, open := Gate{Advices: "closed"}, Gate{Advices: "open"}
	for name, c := range map[string]struct {
		q    Queue
		g    Gate
		want string
	}{
		"running": {Queue{Enabled: true, Depth: 3}, closed, QueueRunning}, "backing off": {Queue{Enabled: true, Depth: 3}, open, QueueBacking},
		"held": {Queue{Enabled: true, Depth: 3, Hold: Hold{At: now}}, open, QueueHeld}, "hold is over": {Queue{Enabled: true, Hold: Hold{At: now, Until: now}}, closed, QueueRunning},
		"stopped": {Queue{Depth: 3, Hold: Hold{At: now}}, open, QueueStopped}, "draining": {Queue{Enabled: true, Depth: 50, Acks: 1}, closed, QueueDraining},
		"consumes": {Queue{Enabled: true, Consumes: true}, closed, QueueConsumes}, "consumes, but something waits": {Queue{Enabled: true, Consumes: true, Depth: 1}, closed, QueueRunning},
	} {
		c.q.Now = now
		assert.Equal(t, c.want, c.q.Label(c.g), name)
	}
	left, known := (&Queue{Depth: 50, Acks: 25}).Drain()
	assert.True(t, known)
	assert.Equal(t, 10*time.Minute, left)
	_, known = (&Queue{Depth: 50}).Drain()
	assert.False(t, known)
	_, known = (&Queue{}).Drain()
	assert.True(t, known)
}
