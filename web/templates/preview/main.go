// Preview writes every page of the sample moment as a static file, so that they can be looked at in any browser:
//
//	go run ./web/templates/preview DIR
//
// It is a tool for people who work on the pages and is not part of the program.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/signalboxhq/signalbox/web/static"
	"github.com/signalboxhq/signalbox/web/templates/sample"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: preview DIR")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write renders every screen into dir, with the static files beside them.
func write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range []string{"signalbox.css", "signalbox.js", "favicon.svg"} {
		file, _ := static.Open(static.URL(name))
		if err := os.WriteFile(filepath.Join(dir, name), file.Body, 0o644); err != nil {
			return err
		}
	}
	hashed := regexp.MustCompile(`/static/[0-9a-f]{12}/`)
	for _, s := range sample.Screens() {
		var b bytes.Buffer
		if err := s.Page.Render(context.Background(), &b); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, s.Name+".html"), hashed.ReplaceAll(b.Bytes(), nil), 0o644); err != nil {
			return err
		}
	}
	return nil
}
