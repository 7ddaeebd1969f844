package static

import (
	"regexp"
	"strings"
	"testing"
)

func TestEveryFileIsFoundUnderItsAddress(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]string{"signalbox.css": "text/css; charset=utf-8", "signalbox.js": "text/javascript; charset=utf-8", "favicon.svg": "image/svg+xml"} {
		f, ok := Open(URL(name))
		if !ok || !f.Fresh || f.ContentType != kind || len(f.Body) == 0 || !strings.Contains(f.CacheControl(), "immutable") {
			t.Errorf("%s: found %v, fresh %v, type %q", name, ok, f.Fresh, f.ContentType)
		}
		if !regexp.MustCompile(`^/static/[0-9a-f]{12}/` + regexp.QuoteMeta(name) + `$`).MatchString(URL(name)) {
			t.Errorf("address %s", URL(name))
		}
	}
}

func TestAStaleAddressStillWorksButIsNotKept(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/static/000000000000/signalbox.css", "/static/signalbox.css"} {
		if f, ok := Open(path); !ok || f.Fresh || f.CacheControl() != "no-cache" {
			t.Errorf("%s: found %v, fresh %v", path, ok, f.Fresh)
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/static/", "/static/x/", "/static/x/static.go", "/static/x/../static.go", "/static/gone.css", "/other/signalbox.css"} {
		if _, ok := Open(path); ok {
			t.Errorf("%s is served", path)
		}
	}
}

// TestTheStylesheetStaysHere keeps the promise of the content security policy: no other origin, nothing loaded.
func TestTheStylesheetStaysHere(t *testing.T) {
	t.Parallel()
	css, _ := Open(URL("signalbox.css"))
	js, _ := Open(URL("signalbox.js"))
	for _, bad := range []string{"url(", "@import", "http:", "https:"} {
		if strings.Contains(string(css.Body), bad) {
			t.Errorf("the stylesheet contains %q", bad)
		}
	}
	for _, bad := range []string{"innerHTML", "eval(", "http:", "https:", ".style", "document.write"} {
		if strings.Contains(string(js.Body), bad) {
			t.Errorf("the script contains %q", bad)
		}
	}
}
