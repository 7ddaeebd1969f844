// Package planted puts known bugs into the product, one at a time, and tells which test catches each (guarantees B7). A
// bug is a few edits of the source that must each fit exactly once, so that a change of the code it is planted in is
// noticed; the source itself is never touched: the compiler is given the changed files in place of the real ones.
package planted

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Bug is one planted fault of the product.
type Bug struct {
	Name  string // as in guarantees B7
	Edits []Edit
	// Tests are the arguments of `go test` that should catch it, the cheapest first.
	Tests []string
	// ReadsSource says that the tests look at the source themselves: they run in a copy of it.
	ReadsSource bool
}

// Edit replaces a piece of a file.
type Edit struct {
	File string // from the root of the repository
	Old  string
	New  string
}

// Plant writes the changed files of a bug to dir, and the overlay that puts them in place of those below root. Every edit
// must fit exactly once.
func (b Bug) Plant(root, dir string) (overlay string, err error) {
	changed := map[string]string{}
	for _, e := range b.Edits {
		text, ok := changed[e.File]
		if !ok {
			raw, err := os.ReadFile(filepath.Join(root, e.File))
			if err != nil {
				return "", err
			}
			text = string(raw)
		}
		if n := strings.Count(text, e.Old); n != 1 {
			return "", fmt.Errorf("%s: an edit of %s fits %d times, not once; it begins with %.60q", b.Name, e.File, n, e.Old)
		}
		changed[e.File] = strings.Replace(text, e.Old, e.New, 1)
	}
	replace := map[string]string{}
	for file, text := range changed {
		copied := filepath.Join(dir, fmt.Sprint(len(replace))+filepath.Ext(file))
		if err := os.WriteFile(copied, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(root, file)] = copied
	}
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, raw, 0o600)
}

// copyWith copies the source of the program to dir and puts the changed files of an overlay into it.
func copyWith(root, overlay, dir string) error {
	if err := os.CopyFS(filepath.Join(dir, "internal"), os.DirFS(filepath.Join(root, "internal"))); err != nil {
		return err
	}
	var changed struct{ Replace map[string]string }
	raw, err := os.ReadFile(overlay)
	if err == nil {
		err = json.Unmarshal(raw, &changed)
	}
	if err != nil {
		return err
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		changed.Replace[filepath.Join(root, name)] = filepath.Join(root, name)
	}
	for file, with := range changed.Replace {
		text, err := os.ReadFile(with)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, strings.TrimPrefix(file, root)), text, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// failed finds the line that names what failed.
var failed = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)|^panic: (.*)`)

// Caught runs the tests of a bug over its overlay; it gives which of them failed, empty when all passed. An error means
// that the bug could not be planted, or does not compile.
func (b Bug) Caught(ctx context.Context, root, dir string) (by string, err error) {
	overlay, err := b.Plant(root, dir)
	if err != nil {
		return "", err
	}
	in, test := root, []string{"test", "-overlay=" + overlay, "-vet=off", "-count=1", "-timeout=10m"}
	if b.ReadsSource {
		in, test = filepath.Join(dir, "tree"), append(test[:1:1], test[2:]...)
		if err := copyWith(root, overlay, in); err != nil {
			return "", err
		}
	}
	for _, args := range b.Tests {
		cmd := exec.CommandContext(ctx, "go", append(test[:len(test):len(test)], strings.Fields(args)...)...)
		cmd.Dir = in
		out, err := cmd.CombinedOutput()
		if err == nil {
			continue
		}
		found := failed.FindSubmatch(out)
		if found == nil || bytes.Contains(out, []byte("[build failed]")) {
			return "", fmt.Errorf("%s: the tests do not run: %w\n%s", b.Name, err, tail(out))
		}
		return strings.Fields(args)[0] + " " + string(found[1]) + string(found[2]) + rule(out), nil
	}
	return "", nil
}

// broken finds the rule that the simulation saw broken.
var broken = regexp.MustCompile(`(?m)(?:^|\.go:\d+:)\s*((?:[VWIA]\d+|rest|schema|answer): .*)$`)

func rule(out []byte) string {
	if found := broken.FindSubmatch(out); found != nil {
		return " (" + string(found[1]) + ")"
	}
	return ""
}

func tail(out []byte) []byte { return out[max(0, len(out)-2000):] }
