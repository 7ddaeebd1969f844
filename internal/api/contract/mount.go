package contract

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"strings"

	"github.com/gofiber/fiber/v2"
)

//go:embed pages/style.css
var style []byte

// served is everything that is served, made once: documents and pages depend on nothing but the program, and on the
// address that a page is called by.
type served struct {
	documents map[string]file
	style     file
	pages     *pages
}

type file struct {
	body []byte
	tag  string // of its content
	kind string
}

func newFile(body []byte, kind string) file {
	sum := sha256.Sum256(body)
	return file{body: body, tag: `"` + hex.EncodeToString(sum[:8]) + `"`, kind: kind}
}

// Mount registers the documents at /openapi/{service}.json and the pages at /docs. Both are public: they say nothing that
// is not the same everywhere.
func Mount(app fiber.Router) {
	s := &served{documents: map[string]file{}, style: newFile(style, "text/css; charset=utf-8"), pages: newPages()}
	for _, service := range Services() {
		raw, err := service.Document()
		if err != nil {
			panic("the description of " + service.ID + " cannot be written: " + err.Error()) // a constant of the program; the tests write it
		}
		s.documents[service.ID] = newFile(raw, fiber.MIMEApplicationJSONCharsetUTF8)
	}
	app.Get("/openapi/:service.json", s.document)
	app.Get("/docs", s.index)
	app.Get("/docs/style.css", s.stylesheet)
	app.Get("/docs/:service", s.service)
}

func (s *served) document(c *fiber.Ctx) error {
	f, known := s.documents[c.Params("service")]
	if !known {
		return fiber.ErrNotFound
	}
	return send(c, f)
}

func (s *served) stylesheet(c *fiber.Ctx) error { return send(c, s.style) }

func (s *served) index(c *fiber.Ctx) error {
	body, err := s.pages.index(addressOf(c))
	if err != nil {
		return err
	}
	return send(c, newFile(body, fiber.MIMETextHTMLCharsetUTF8))
}

func (s *served) service(c *fiber.Ctx) error {
	body, known, err := s.pages.service(c.Params("service"), addressOf(c))
	switch {
	case err != nil:
		return err
	case !known:
		return fiber.ErrNotFound
	}
	return send(c, newFile(body, fiber.MIMETextHTMLCharsetUTF8))
}

// send answers with a file, or that it has not changed.
func send(c *fiber.Ctx, f file) error {
	c.Set(fiber.HeaderCacheControl, "no-cache") // ask again, and compare
	c.Set(fiber.HeaderETag, f.tag)
	if c.Get(fiber.HeaderIfNoneMatch) == f.tag {
		c.Status(fiber.StatusNotModified)
		return nil
	}
	c.Set(fiber.HeaderContentType, f.kind)
	return c.Send(f.body)
}

// addressChars are what the name of a host may hold in a command that a reader copies into a shell.
const addressChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]"

// addressOf is where the reader reached the API.
func addressOf(c *fiber.Ctx) string {
	name := string(c.Request().Host())
	if name == "" || len(name) > 262 || strings.Trim(name, addressChars) != "" {
		name = "127.0.0.1:8081"
	}
	return c.Protocol() + "://" + name
}
