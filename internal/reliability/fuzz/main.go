// Command fuzz gives every fuzz target of the repository its share of time and records what came of it (guarantees B6).
// It is run by `make fuzz` in the root of the repository.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/reliability"
)

func main() {
	each := flag.Duration("time", 30*time.Second, "how long each target is fuzzed")
	only := flag.String("only", "", "a regular expression on package.Target")
	flag.Parse()
	if err := run(*each, *only); err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

// target is one fuzz function.
type target struct{ folder, name string }

func (t target) String() string { return strings.TrimPrefix(t.folder, "./") + "." + t.name }

func run(each time.Duration, only string) error {
	pick, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	all, err := targets()
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(t target) bool { return !pick.MatchString(t.String()) })
	var executions, corpus int64
	var crashed []string
	for _, t := range all {
		n, total, err := fuzz(t, each)
		fmt.Printf("%-60s %12d executions, corpus %d\n", t, n, total)
		executions, corpus = executions+n, corpus+total
		if err != nil {
			crashed = append(crashed, t.String())
			fmt.Println(err)
		}
	}
	if only == "" {
		failed := "none"
		if crashed != nil {
			failed = strings.Join(crashed, ", ")
		}
		err := reliability.Record(
			".", "Fuzzing", reliability.Count("targets", len(all)), reliability.Text("time for each", each.String()),
			reliability.Count("executions", executions), reliability.Count("inputs that reached something new", corpus), reliability.Text("crashed", failed),
		)
		if err != nil {
			return err
		}
	}
	if crashed != nil {
		return fmt.Errorf("%s failed; the input was kept below testdata/fuzz and runs with every `go test` from now on", strings.Join(crashed, ", "))
	}
	return nil
}

// declared finds the fuzz functions of a file.
var declared = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(\w+ \*testing\.F\)`)

// targets lists every fuzz target among the files that git knows.
func targets() (list []target, err error) {
	files, err := exec.Command("git", "ls-files", "-co", "--exclude-standard", "*_test.go").Output()
	if err != nil {
		return nil, fmt.Errorf("list the tests: %w", err)
	}
	for _, file := range strings.Fields(string(files)) {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read a test: %w", err)
		}
		folder := "./" + file[:strings.LastIndexByte(file, '/')]
		for _, m := range declared.FindAllSubmatch(text, -1) {
			list = append(list, target{folder, string(m[1])})
		}
	}
	return list, nil
}

// progress is the last of the lines in which go test counts.
var progress = regexp.MustCompile(`execs: (\d+) .*\(total: (\d+)\)`)

// fuzz runs one target; the error holds what it printed when it failed.
func fuzz(t target, each time.Duration) (executions, corpus int64, err error) {
	var out bytes.Buffer
	cmd := exec.Command("go", "test", "-vet=off", "-run", "^$", "-fuzz", "^"+t.name+"$", "-fuzztime", each.String(), t.folder)
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	for _, m := range progress.FindAllSubmatch(out.Bytes(), -1) {
		executions, _ = strconv.ParseInt(string(m[1]), 10, 64)
		corpus, _ = strconv.ParseInt(string(m[2]), 10, 64)
	}
	if err != nil && !ranOut(out.String()) {
		return executions, corpus, fmt.Errorf("%w\n%s", err, out.String())
	}
	return executions, corpus, nil
}

// ranOut tells that go test failed only because its time ended while a worker was busy with an input: it then says "context
// deadline exceeded" and has no input to blame.
func ranOut(output string) bool {
	return strings.Contains(output, "\n    context deadline exceeded\n") && !strings.Contains(output, "Failing input written to")
}
