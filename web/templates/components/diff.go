package components

import (
	"html"
	"regexp"
	"strings"
)

// DiffKind says how a line of a comparison stands.
type DiffKind int

// The kinds of lines: equal on both sides, changed (either side may be absent), and a run of equal lines left out.
const (
	DiffEqual DiffKind = iota
	DiffChanged
	DiffSkipped
)

// DiffLine is one line of a comparison. Numbers count from 1; 0 is absent.
type DiffLine struct {
	Kind            DiffKind
	LeftNo, RightNo int
	Left, Right     string
	Skipped         int
}

// keep is how many equal lines stay around a change.
const keep = 2

// Diff compares two JSON or text bodies line by line. Long runs of equal lines are left out and counted.
func Diff(before, after string) []DiffLine {
	return squeeze(align(plainLines(before), plainLines(after)))
}

// plainLines are the lines of a body as PrettyJSON breaks it, without its marks.
func plainLines(body string) []string {
	if strings.TrimSpace(body) == "" {
		return nil
	}
	tags := regexp.MustCompile(`<[^>]*>`)
	return strings.Split(html.UnescapeString(tags.ReplaceAllString(PrettyJSON(body), "")), "\n")
}

// align finds the longest common lines and puts what lies between them side by side.
func align(a, b []string) []DiffLine {
	common := table(a, b)
	var out, gone, came []DiffLine
	flush := func() {
		for i := 0; i < max(len(gone), len(came)); i++ {
			line := DiffLine{Kind: DiffChanged}
			if i < len(gone) {
				line.LeftNo, line.Left = gone[i].LeftNo, gone[i].Left
			}
			if i < len(came) {
				line.RightNo, line.Right = came[i].RightNo, came[i].Right
			}
			out = append(out, line)
		}
		gone, came = nil, nil
	}
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			flush()
			out = append(out, DiffLine{Kind: DiffEqual, LeftNo: i + 1, RightNo: j + 1, Left: a[i], Right: b[j]})
			i, j = i+1, j+1
		case j == len(b) || (i < len(a) && common[i+1][j] >= common[i][j+1]):
			gone = append(gone, DiffLine{LeftNo: i + 1, Left: a[i]})
			i++
		default:
			came = append(came, DiffLine{RightNo: j + 1, Right: b[j]})
			j++
		}
	}
	flush()
	return out
}

// table holds, for each pair of rests, the length of their longest common lines.
func table(a, b []string) [][]int {
	t := make([][]int, len(a)+1)
	for i := range t {
		t[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				t[i][j] = t[i+1][j+1] + 1
			} else {
				t[i][j] = max(t[i+1][j], t[i][j+1])
			}
		}
	}
	return t
}

// squeeze leaves out equal lines that are far from a change.
func squeeze(lines []DiffLine) []DiffLine {
	near := make([]bool, len(lines))
	for i, l := range lines {
		if l.Kind == DiffChanged {
			for k := max(0, i-keep); k <= min(len(lines)-1, i+keep); k++ {
				near[k] = true
			}
		}
	}
	var out []DiffLine
	skipped := 0
	for i, l := range lines {
		if !near[i] {
			skipped++
			continue
		}
		if skipped > 0 {
			out = append(out, DiffLine{Kind: DiffSkipped, Skipped: skipped})
			skipped = 0
		}
		out = append(out, l)
	}
	if skipped > 0 {
		out = append(out, DiffLine{Kind: DiffSkipped, Skipped: skipped})
	}
	return out
}
