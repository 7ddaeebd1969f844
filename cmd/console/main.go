// Command console is Signalbox: the switch, its console and everything to run them (docs/operations.md).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is the command line; each command is a struct with a Run method in a file of its name.
type commands struct {
	Sandbox   sandboxCommand   `cmd:"" help:"Everything for a first look, on an embedded database, without configuration."`
	Serve     serveCommand     `cmd:"" help:"The product: channel API, console and scheduled work."`
	Migrate   migrateCommand   `cmd:"" help:"Bring a database to this version, or show where it stands."`
	Client    clientCommand    `cmd:"" help:"Institutions that may call the channel API."`
	Operator  operatorCommand  `cmd:"" help:"People who may use the console."`
	Check     checkCommand     `cmd:"" help:"Check the invariants of a database: exit 0 clean, 1 violated, 2 not checkable."`
	Audit     auditCommand     `cmd:"" help:"The audit log's chain."`
	Report    reportCommand    `cmd:"" help:"Write a scheduled report by hand."`
	Simulator simulatorCommand `cmd:"" help:"The provider stand-ins alone."`
}

// Exit codes (design.md section 3).
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// exitError ends the program with a code of its own.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// environment is what a command may touch of the outside.
type environment struct {
	ctx    context.Context // ends at SIGTERM or Ctrl-C
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

func main() {
	log.SetOutput(io.Discard) // the standard library's own lines may quote a peer's body, and that a voucher code
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once, which is as safe as kill -9
	os.Exit(run(environment{ctx: ctx, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}, os.Args[1:]))
}

// run parses the arguments, runs the command and gives the exit code.
func run(env environment, args []string) (code int) {
	var c commands
	parser, err := kong.New(&c,
		kong.Name("console"),
		kong.Description("Signalbox: a back-office console that contains the switch it controls."),
		kong.UsageOnError(),
		kong.Writers(env.stdout, env.stderr),
		kong.Exit(func(code int) { panic(exitCode(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, Summary: true}),
		kong.Vars{"dataDir": defaultDataDir()},
	)
	if err != nil {
		fmt.Fprintln(env.stderr, "console:", err)
		return exitFailed
	}
	defer func() { // help and version end the program from within the parser
		switch r := recover().(type) {
		case nil:
		case exitCode:
			code = int(r)
		default:
			panic(r)
		}
	}()
	if len(args) > 0 && args[0] == "help" {
		args = append(slices.Clone(args[1:]), "--help")
	}
	selected, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(env.stderr, "console: %v; \"console help\" shows the commands, \"console help <command>\" its settings\n", err)
		return exitUsage
	}
	if err := selected.Run(env); err != nil {
		fmt.Fprintln(env.stderr, "console:", err)
		var own *exitError
		if errors.As(err, &own) {
			return own.code
		}
		return exitFailed
	}
	return exitOK
}

type exitCode int
