package main

import (
	"math"
	"os"
	"runtime/debug"
)

// A message leaves little behind, so that the default rule, collect when the heap has doubled, collects a few megabytes many
// times a second at full load. The heap may grow further; the limit keeps the process within the 256 MiB that are promised.
const (
	heapGrowth  = 400       // percent of what lives
	memoryLimit = 160 << 20 // bytes, soft
)

// collectLess sets the collector, where an operator did not by GOGC or GOMEMLIMIT.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(memoryLimit)
	}
}
