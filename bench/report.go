package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"
)

// figure is one line of the table: what was measured, its floor in the same run, and their ratio.
type figure struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Floor  float64 `json:"floor,omitempty"`
	Unit   string  `json:"unit"`
	Ratio  float64 `json:"ratio,omitempty"`
	Target string  `json:"target,omitempty"`
	Met    *bool   `json:"met,omitempty"`
}

// report is the whole run.
type report struct {
	At          time.Time             `json:"at"`
	Quick       bool                  `json:"quick"`
	Machine     map[string]string     `json:"machine"`
	Limits      map[string]string     `json:"limits"`
	Figures     []figure              `json:"figures"`
	FloorRuns   map[string][]floorRun `json:"floor_runs"`
	Searches    []searchFigure        `json:"searches,omitempty"`
	Commits     []string              `json:"commits_of_one_transaction"`
	Notes       []string              `json:"notes"`
	Checked     int                   `json:"witness_checked"`
	Differences []string              `json:"differences"`
	Seconds     float64               `json:"seconds"`
}

// add enters a figure; atLeast tells that the ratio should not be below the bound, otherwise not above. A bound of 0 is no
// target. Without floor the bound is on the value itself.
func (r *report) add(name string, value, floor float64, unit string, bound float64, atLeast bool) {
	f := figure{Name: name, Value: value, Floor: floor, Unit: unit}
	judged := value
	if floor > 0 {
		f.Ratio = value / floor
		judged = f.Ratio
	}
	if bound > 0 {
		sign, met := "<=", judged <= bound
		if atLeast {
			sign, met = ">=", judged >= bound
		}
		f.Target, f.Met = fmt.Sprintf("%s %g", sign, bound), &met
		if floor == 0 {
			f.Target += " " + unit
		}
	}
	say("  %s: %.2f, floor %.2f %s", name, value, floor, unit)
	r.Figures = append(r.Figures, f)
}

func (r *report) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
	say("  "+format, args...)
}

func (r *report) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "\nFIGURE\tVALUE\tFLOOR\tUNIT\tRATIO\tTARGET\t")
	for _, f := range r.Figures {
		floor, ratio, met := "-", "-", ""
		if f.Floor > 0 {
			floor, ratio = fmt.Sprintf("%.2f", f.Floor), fmt.Sprintf("%.2f", f.Ratio)
		}
		if f.Met != nil {
			met = map[bool]string{true: "met", false: "not met"}[*f.Met]
		}
		fmt.Fprintf(w, "%s\t%.2f\t%s\t%s\t%s\t%s\t%s\n", f.Name, f.Value, floor, f.Unit, ratio, f.Target, met)
	}
	_ = w.Flush()
	list := func(title string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintln(out, "\n"+title)
		}
		for _, line := range lines {
			fmt.Fprintln(out, "  "+line)
		}
	}
	list("Commits of one complete transaction, and the rows that the floor inserts in each", r.Commits)
	list("Machine", lines(r.Machine))
	list("Limits in force", lines(r.Limits))
	list("Notes", r.Notes)
	fmt.Fprintf(out, "\nWitness: %d ids compared, %d differences. %.0f s in all.\n", r.Checked, len(r.Differences), r.Seconds)
	for i, d := range r.Differences {
		if i == 20 {
			fmt.Fprintf(out, "  and %d more in the file\n", len(r.Differences)-i)
			break
		}
		fmt.Fprintln(out, "  "+d)
	}
}

// save writes the file, making its folder.
func (r *report) save(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	body, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(body, '\n'), 0o644)
}
