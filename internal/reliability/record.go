// Package reliability keeps the figures of the attacks on the program (guarantees B7): each harness records its section,
// and the tables of docs/reliability.md are written from them, never by hand.
package reliability

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Figure is one line of a section: what was counted, and how much.
type Figure struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Count is a figure of whole numbers.
func Count[T ~int | ~int64 | ~uint64](name string, n T) Figure {
	return Figure{name, grouped(int64(n))}
}

// Text is a figure in words.
func Text(name, value string) Figure { return Figure{name, value} }

// section is what one harness recorded in its last run.
type section struct {
	Name    string    `json:"name"`
	Commit  string    `json:"commit"` // with a plus when files differed from it
	At      time.Time `json:"at"`
	Figures []Figure  `json:"figures"`
}

// The files, below the root of the repository.
const (
	dataFile = "docs/reliability.json"
	pageFile = "docs/reliability.md"
)

// Record replaces the section of a harness with the figures of the run that has just ended, and writes the page's tables
// anew. root is the folder of the repository. Other sections stay; a new one goes to the end.
func Record(root, name string, figures ...Figure) error {
	list, err := read(filepath.Join(root, dataFile))
	if err != nil {
		return err
	}
	now := section{Name: name, Commit: commit(root), At: time.Now().UTC().Truncate(time.Second), Figures: figures}
	known := false
	for i := range list {
		if list[i].Name == name {
			list[i], known = now, true
		}
	}
	if !known {
		list = append(list, now)
	}
	data, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return fmt.Errorf("write the figures: %w", err)
	}
	if err := os.WriteFile(filepath.Join(root, dataFile), append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the figures: %w", err)
	}
	page, err := os.ReadFile(filepath.Join(root, pageFile))
	if err != nil {
		return fmt.Errorf("read the page: %w", err)
	}
	if page, err = withTables(page, list); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, pageFile), page, 0o644); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

func read(path string) (list []section, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	if err != nil {
		return nil, fmt.Errorf("read the figures: %w", err)
	}
	return list, nil
}

// commit names what was attacked. The figures' own files do not count as a difference.
func commit(root string) string {
	git := func(args ...string) string {
		out, err := exec.Command("git", append([]string{"-C", root}, args...)...).Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}
	id := git("rev-parse", "--short=12", "HEAD")
	if id == "" {
		return "unknown"
	}
	if git("status", "--porcelain", "--", ":/", ":(exclude,top)"+dataFile, ":(exclude,top)"+pageFile) != "" {
		id += "+"
	}
	return id
}

// The marks between which the tables stand on the page.
var (
	begin = []byte("<!-- figures: written by the harnesses, do not edit -->\n")
	end   = []byte("<!-- end of figures -->\n")
)

// withTables gives the page with a table for each section between its marks.
func withTables(page []byte, list []section) ([]byte, error) {
	before, rest, found := bytes.Cut(page, begin)
	_, after, closed := bytes.Cut(rest, end)
	if !found || !closed {
		return nil, fmt.Errorf("%s has lost the marks between which its figures stand", pageFile)
	}
	var out bytes.Buffer
	out.Write(before)
	out.Write(begin)
	for _, s := range list {
		fmt.Fprintf(&out, "\n### %s\n\nCommit %s, %s.\n\n| figure | value |\n|---|---|\n", s.Name, s.Commit, s.At.Format("2006-01-02 15:04 UTC"))
		for _, f := range s.Figures {
			fmt.Fprintf(&out, "| %s | %s |\n", cell(f.Name), cell(f.Value))
		}
	}
	out.WriteByte('\n')
	out.Write(end)
	out.Write(after)
	return out.Bytes(), nil
}

func cell(s string) string { return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s) }

// grouped writes a number with commas between its thousands.
func grouped(n int64) string {
	if n < 0 {
		return "-" + grouped(-n)
	}
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
