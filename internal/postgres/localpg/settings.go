package localpg

import (
	"maps"
	"slices"
	"strings"
)

// superuser is the only role of the cluster.
const superuser = "signalbox"

// configuration renders the server's settings. Errors are logged without the statement and without its
// values, because either may hold a voucher code (guarantees S12).
func configuration(o Options) string {
	settings := map[string]string{
		"listen_addresses":        "127.0.0.1",
		"unix_socket_directories": "", // no socket files: their path limit of 107 bytes is met soon
		"max_connections":         "100",
		"shared_buffers":          "128MB",
		"fsync":                   "on",
		"full_page_writes":        "on",
		"synchronous_commit":      "on",
		"wal_level":               "replica",
		"wal_compression":         "on",
		"max_wal_size":            "2GB",
		"min_wal_size":            "256MB",
		"checkpoint_timeout":      "15min",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"datestyle":               "iso, ymd",
		"lc_messages":             "C",
		"log_line_prefix":         "%m [%p] %d ",
		"log_min_error_statement": "panic",
		"log_error_verbosity":     "terse",
	}
	if o.FsyncOff {
		maps.Copy(settings, map[string]string{
			"fsync":              "off",
			"full_page_writes":   "off",
			"synchronous_commit": "off",
			"wal_level":          "minimal",
			"max_wal_senders":    "0",
			"autovacuum":         "off",
		})
	}
	maps.Copy(settings, o.Settings)
	var b strings.Builder
	b.WriteString("# Written by Signalbox at every start; changes made here are lost.\n")
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		b.WriteString(name + " = '" + strings.ReplaceAll(settings[name], "'", "''") + "'\n")
	}
	return b.String()
}
