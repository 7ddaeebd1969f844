package pages_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalboxhq/signalbox/web/templates/sample"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestPagesAreAsDrawn compares every page of the sample moment with its golden file.
func TestPagesAreAsDrawn(t *testing.T) {
	t.Parallel()
	for _, s := range sample.Screens() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			got := readable(render(t, s))
			file := filepath.Join("testdata", s.Name+".golden.html")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v; run: go test ./web/templates/pages -update", err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("the page changed (-was +is); look at it, then run with -update:\n%s", diff)
			}
		})
	}
}

// TestGoldenFilesAllHaveAPage finds golden files whose page is gone.
func TestGoldenFilesAllHaveAPage(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, s := range sample.Screens() {
		known[s.Name+".golden.html"] = true
	}
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !known[f.Name()] {
			t.Errorf("testdata/%s belongs to no page", f.Name())
		}
	}
}

func render(t *testing.T, s sample.Screen) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Page.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// readable puts elements on lines of their own, and leaves out the sprite and the hashes of the static files.
func readable(page string) string {
	page = regexp.MustCompile(`(?s)<svg class="sprite".*?</symbol></svg>`).ReplaceAllString(page, "<!-- sprite -->")
	page = regexp.MustCompile(`/static/[0-9a-f]{12}/`).ReplaceAllString(page, "/static/hash/")
	return strings.ReplaceAll(page, "><", ">\n<") + "\n"
}
