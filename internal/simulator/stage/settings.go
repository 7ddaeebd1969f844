package stage

// Settings is the body of PUT /control/{provider}. It holds until it is changed and is not journalled: a restarted
// simulator behaves well.
type Settings struct {
	Down     bool               `json:"down"`
	DownMode string             `json:"down_mode,omitempty"` // reset (default) or 503
	Delay    *Delay             `json:"delay,omitempty"`
	Faults   map[string]float64 `json:"faults,omitempty"` // fault -> share of messages, advice-<fault> for advices
	Script   []Step             `json:"script,omitempty"` // used up in order before faults are drawn
	Seed     uint64             `json:"seed,omitempty"`   // makes the draws repeatable
}

// Delay is fixed, or log-normal when a median is given.
type Delay struct {
	MS       float64 `json:"ms,omitempty"`
	MedianMS float64 `json:"median_ms,omitempty"`
	Sigma    float64 `json:"sigma,omitempty"`
}

// Step is one scripted fault: after Skip messages of the kind On, the next Times of them (default 1) show Fault.
type Step struct {
	On    string `json:"on,omitempty"` // kind of message; default any, "advice" for every advice
	Fault string `json:"fault"`
	Skip  int    `json:"skip,omitempty"`
	Times int    `json:"times,omitempty"`
}
