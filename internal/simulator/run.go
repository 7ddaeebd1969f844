package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Run serves the simulator until ctx ends or cfg.StopOnEOF closes, and returns
// nil then. It fails when the address or the data directory cannot be used.
func Run(ctx context.Context, cfg Config) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Addr)
	if err != nil {
		return fmt.Errorf("simulator: listen on %s: %w", cfg.Addr, err)
	}
	s, err := New(cfg)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if cfg.StopOnEOF != nil {
		go func() {
			_, _ = io.Copy(io.Discard, cfg.StopOnEOF) // any end of it means the parent is gone
			cancel()
		}()
	}
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	if cfg.Ready != nil {
		cfg.Ready(listener.Addr().String())
	}
	select {
	case err = <-failed:
		return fmt.Errorf("simulator: %w", err)
	case <-ctx.Done():
	}
	return drain(server, s)
}

// drain gives running answers a moment, then cuts them off.
func drain(server *http.Server, s *Server) error {
	s.release()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return server.Close()
	}
	return nil
}
