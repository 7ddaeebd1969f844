package switchcore

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Intent is the event that opens a request, and the length of its lease: what a node leaves that dies before it sends.
func Intent(ctx context.Context, p *Processor, req *Request) (Event, time.Duration, error) {
	b, err := p.prepare(ctx, req)
	if err != nil {
		return nil, 0, err
	}
	return b, p.Core.lease(b.provider), nil
}

// Repeat is the event of the retry operation, prepared for the record as it is now.
func Repeat(ctx context.Context, p *Processor, req *Request) (Event, error) {
	return p.prepareRetry(ctx, req)
}

// LateEnd is the event of an answer that came after its attempt was closed.
func LateEnd(c *Core, req *Request, call Call, r Ruling, a Answer, result Result) Event {
	e := c.ended(req, call, r, a, result)
	e.late = true
	return e
}

// OwnWord is the event of a decision of the switch itself.
func OwnWord(c *Core, id uuid.UUID, q UndecidedQuery) Event {
	return &ownWord{core: c, id: id, entryID: c.NewID(), query: q}
}

// SendSafely sends through a connector as the gate does.
func SendSafely(ctx context.Context, c Connector) Answer {
	return sendSafely(ctx, exchange{connector: c})
}

// Understand is how an answer is read.
func Understand(c Connector, call Call, a Answer) Result { return understand(c, call, a) }
