package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// process is what the system tells of one process.
type process struct {
	pid, parent int
	own         time.Duration // processor time used
	command     string        // as it calls itself
}

// processes reads the whole table; a process that ends meanwhile is left out.
func processes() map[int]process {
	out := map[int]process{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:]) // the name before may hold blanks
		if len(fields) < 15 {
			continue
		}
		number := func(i int) int { n, _ := strconv.Atoi(string(fields[i])); return n }
		const tick = 10 * time.Millisecond
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		command, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
		out[pid] = process{pid, number(1), time.Duration(number(11)+number(12)) * tick, string(command)}
	}
	return out
}

// cpu gives the processor time that the process has used.
func (p *program) cpu() time.Duration { return cpuOf(p.cmd.Process.Pid) }

// cpuOf gives the processor time that a process on this machine has used, 0 for one that is gone.
func cpuOf(pid int) time.Duration { return processes()[pid].own }
