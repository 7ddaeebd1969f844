// Package static holds the stylesheet, the script and the icon of the console, built into the program.
// Every file is served under an address that contains the hash of its content, so it may be cached for ever.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"path"
	"strings"
)

// Prefix is the path under which the files are served.
const Prefix = "/static/"

//go:embed signalbox.css signalbox.js favicon.svg
var files embed.FS

// File is one file as it is sent to a browser.
type File struct {
	Name        string
	ContentType string
	Body        []byte
	// Fresh tells that the address carried the hash of this very content, so that it may be cached for a year.
	Fresh bool
}

// URL gives the address of a file by its name, for example /static/3f9c21d07a4e/signalbox.css.
// A name that does not exist gives the plain address, which then answers 404.
func URL(name string) string {
	body, err := files.ReadFile(name)
	if err != nil {
		return Prefix + name
	}
	return Prefix + hash(body) + "/" + name
}

// Open finds the file behind a path made by URL. A stale or missing hash still finds the file (a page that was open
// during an update keeps working), but Fresh is then false. The second result is false when there is no such file.
func Open(urlPath string) (File, bool) {
	rest, ok := strings.CutPrefix(urlPath, Prefix)
	if !ok {
		return File{}, false
	}
	given, name, found := strings.Cut(rest, "/")
	if !found {
		given, name = "", rest
	}
	kind, known := contentTypes()[path.Ext(name)]
	body, err := files.ReadFile(name)
	if err != nil || !known {
		return File{}, false
	}
	return File{Name: name, ContentType: kind, Body: body, Fresh: given == hash(body)}, true
}

// CacheControl is the header value that fits the file: a year when the address names the content, else ask each time.
func (f File) CacheControl() string {
	if f.Fresh {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

func hash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:6])
}

func contentTypes() map[string]string {
	return map[string]string{
		".css": "text/css; charset=utf-8",
		".js":  "text/javascript; charset=utf-8",
		".svg": "image/svg+xml",
	}
}
