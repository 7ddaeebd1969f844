package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// program is the real binary, running as a sandbox without traffic of its own.
type program struct {
	binary, dir                       string
	cmd                               *exec.Cmd
	api, console, simulator, database string
	signIn                            string // one-time link of a demo person
	log                               *os.File
	ended                             chan error
}

// build compiles the binary that is measured.
func build(ctx context.Context, root, dir string) (string, error) {
	binary := filepath.Join(dir, "console")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/console")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build ./cmd/console: %w\n%s", err, out)
	}
	return binary, nil
}

// start brings the sandbox up on free loopback ports and waits for its ready line.
func start(ctx context.Context, binary, dir string, more ...string) (*program, error) {
	p := &program{binary: binary, dir: dir, ended: make(chan error, 1)}
	var err error
	if p.log, err = os.Create(filepath.Join(filepath.Dir(dir), "console.log")); err != nil {
		return nil, err
	}
	args := []string{"sandbox", "--traffic", "off", "--data-dir", dir, "--console-addr", "127.0.0.1:0", "--api-addr", "127.0.0.1:0", "--simulator-addr", "127.0.0.1:0"}
	p.cmd = exec.Command(binary, append(args, more...)...)
	p.cmd.Stderr = p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C reaches the bench, which then stops the program in order
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan error, 1)
	go p.listen(bufio.NewScanner(out), ready)
	select {
	case err = <-ready:
	case <-time.After(60 * time.Second):
		err = errors.New("no ready line within a minute")
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("the sandbox did not come up: %w (its log: %s)", err, p.log.Name())
	}
	return p, nil
}

// listen reads the ready line and the sign-in lines.
func (p *program) listen(lines *bufio.Scanner, ready chan<- error) {
	told := false
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) == 0 {
			continue
		}
		facts := map[string]string{}
		for _, word := range words[1:] {
			key, value, _ := strings.Cut(word, "=")
			facts[key] = value
		}
		switch words[0] {
		case "ready":
			p.api, p.console, p.simulator, p.database = facts["api"], facts["console"], facts["simulator"], facts["database"]
		case "signin":
			if p.signIn == "" {
				p.signIn = facts["url"]
			}
			if !told { // the links come after the ready line; one is enough
				told = true
				ready <- nil
			}
		}
	}
	err := p.cmd.Wait()
	if !told {
		ready <- errors.Join(errors.New("it ended"), err)
	}
	p.ended <- err
}

// stop ends the program as an operator would, and for good when it does not follow.
func (p *program) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(15 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
	_ = p.log.Close()
}

// run is one command of the binary; it gives what was printed.
func (p *program) run(ctx context.Context, stdin string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, p.binary, args...)
	cmd.Stdin = strings.NewReader(stdin)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("console %s: %w\n%s", args[0], err, out.String())
	}
	return out.String(), err
}

// resident gives the memory of the process in MiB.
func (p *program) resident() float64 { return p.status("VmRSS") }

// status reads a size from the process's status, in MiB.
func (p *program) status(name string) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kib, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024
		}
	}
	return 0
}
