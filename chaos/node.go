package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// The numbers that a run is made quick with; everything else is as in production.
const (
	providerTimeout = 2 * time.Second
	clientBudget    = 6 * time.Second
	leaseMargin     = 6 * time.Second
	lease           = providerTimeout + leaseMargin
)

// settingsOfNodes are the flags of every node.
func settingsOfNodes() []string {
	return []string{
		"--mode", "sandbox", "--roles", "api,jobs", "--api-addr", "127.0.0.1:0", "--console-addr", "127.0.0.1:0",
		"--provider-timeout", providerTimeout.String(), "--dial-timeout", "1s", "--client-budget", clientBudget.String(), "--lease-margin", leaseMargin.String(),
		"--sweep-every", "300ms", "--late-window", "3s", "--backoff-min", "200ms", "--backoff-max", "2s", "--unknown-max-age", "30s",
	}
}

// process is one running program with a ready line.
type process struct {
	cmd   *exec.Cmd
	facts map[string]string // of the ready line
	ended chan struct{}     // closed when it is gone
	err   error             // how it ended; after ended
}

// readyLimit is for a machine that does other things as well.
const readyLimit = 60 * time.Second

// errEndedEarly says that a program ended before its ready line: the queue is worked before that is written.
var errEndedEarly = errors.New("ended before it was ready")

// run starts the binary and waits for its ready line; its log grows in a file.
func run(ctx context.Context, binary, logFile string, env []string, args ...string) (*process, error) {
	log, err := os.OpenFile(logFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the child has its own
	p := &process{cmd: exec.Command(binary, args...), facts: map[string]string{}, ended: make(chan struct{})}
	p.cmd.Stderr, p.cmd.Env = log, append(os.Environ(), env...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if words := strings.Fields(lines.Text()); len(words) > 1 && words[0] == "ready" {
				for _, word := range words[1:] {
					key, value, _ := strings.Cut(word, "=")
					p.facts[key] = value
				}
				ready <- true
			}
		}
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	select {
	case <-ready:
		return p, nil
	case <-p.ended:
		return nil, fmt.Errorf("%w: console %s: %w (%s)", errEndedEarly, args[0], p.err, logFile)
	case <-time.After(readyLimit):
		err = errors.New("no ready line")
	case <-ctx.Done():
		err = ctx.Err()
	}
	p.signal(syscall.SIGKILL)
	<-p.ended
	return nil, fmt.Errorf("%s: %w (%s)", args[0], err, logFile)
}

func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

// kill ends it for good.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.ended
}

// stopped tells whether a signal holds it.
func (p *process) stopped() bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return strings.HasPrefix(rest, "T")
}

// node is one `console serve` with its own link to the database.
type node struct {
	*process
	link *link
}

func (n *node) api() string { return n.facts["api"] }
