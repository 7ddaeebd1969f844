package localpg

import (
	"context"
	"errors"
	"time"
)

const (
	restPeriod   = 250 * time.Millisecond // between tries to start a server that does not come up
	lookInterval = time.Second            // at a server that is no child of ours
)

// watch starts the server again whenever it ends without having been asked to: killed, out of memory. It keeps its port, so whoever
// holds the address merely connects again. It returns when ctx ends.
func (c *Cluster) watch(ctx context.Context, o Options, conf string) {
	defer close(c.watched)
	for {
		s := c.running()
		select {
		case <-ctx.Done():
		case <-s.ended(ctx):
		}
		if ctx.Err() != nil {
			return
		}
		for c.restart(ctx, o, conf, s.port) != nil {
			select {
			case <-ctx.Done():
				return
			case <-time.After(restPeriod):
			}
		}
	}
}

var errGone = errors.New("the cluster's files are gone")

// restart replaces a server that has ended. What a failed try had to say stands in the server's log.
func (c *Cluster) restart(ctx context.Context, o Options, conf string, port int) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if major, err := c.dir.major(); err != nil || major == 0 { // gone from under the server: an empty cluster in its place would know of no sale
		return errors.Join(err, errGone)
	}
	if err := removeStale(c.dir); err != nil {
		return err
	}
	s, err := startNew(ctx, c.dir, conf, c.password, o, port)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.server = s
	return nil
}

func (c *Cluster) running() *server {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.server
}

// ended is closed when the server has ended; of an adopted one it is found out by looking.
func (s *server) ended(ctx context.Context) <-chan struct{} {
	if s.exited != nil {
		return s.exited
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for s.alive() && ctx.Err() == nil {
			time.Sleep(lookInterval)
		}
	}()
	return gone
}
