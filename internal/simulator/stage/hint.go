package stage

import (
	"strconv"
	"strings"
)

// Hint is a fault script that a request carries in a free field (basketRef).
type Hint struct {
	Fault  Fault
	Always bool // every attempt, not only the first
	Advice bool // aimed at the advices about this request
	Times  int  // advices: how many deliveries
}

// ParseHint reads "sim:[always-][advice-]fault[:...]"; an advice fault takes the number of deliveries as its first
// argument (default 1). A text that does not start with "sim:" gives nil.
func (c Catalogue) ParseHint(text string) (*Hint, error) {
	text, ok := strings.CutPrefix(text, "sim:")
	if !ok {
		return nil, nil
	}
	h := &Hint{Times: 1}
	for range 2 {
		if rest, cut := strings.CutPrefix(text, "always-"); cut {
			h.Always, text = true, rest
		}
		if rest, cut := strings.CutPrefix(text, "advice-"); cut {
			h.Advice, text = true, rest
		}
	}
	if h.Advice {
		name, args, _ := strings.Cut(text, ":")
		first, rest, _ := strings.Cut(args, ":")
		if n, err := strconv.Atoi(first); err == nil {
			h.Times, text = n, strings.TrimSuffix(name+":"+rest, ":")
		}
	}
	var err error
	h.Fault, err = c.Parse(text)
	return h, err
}
