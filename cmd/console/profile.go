package main

import (
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// profileFlags let a measurement look into a running program. Profiles show code, never data, and are served to this
// machine only.
type profileFlags struct {
	PprofAddr profileAddr `name:"pprof-addr" hidden:"" help:"Serve CPU and memory profiles on this loopback address." placeholder:"ADDR"`
}

// profileAddr is a loopback address; the parser starts the listener when the flag is given.
type profileAddr string

// AfterApply serves the profiles until the program ends.
func (a profileAddr) AfterApply() error {
	if a == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(string(a))
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return apperr.Errorf(apperr.Invalid, "--pprof-addr takes a loopback address such as 127.0.0.1:6060, not %q", string(a))
	}
	ln, err := net.Listen("tcp", string(a))
	if err != nil {
		return apperr.Wrap(err, apperr.Unavailable, "profiles cannot be served on --pprof-addr "+string(a))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(ln) }() // ends with the program
	return nil
}
