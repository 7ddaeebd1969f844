package main

import (
	"context"
	"errors"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// tab is a browser of its own: its cookies, its complaints.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu         sync.Mutex
	complaints []string // what the browser wrote to its console: violations of the policy, errors of scripts
}

// newTab starts Chromium with nothing but our pages in it.
func newTab(t *testing.T, base string) *tab {
	t.Helper()
	profile, err := os.MkdirTemp("", "signalbox-browser")
	require.NoError(t, err)
	t.Cleanup(func() { // children of the browser may still write for a moment
		for range 50 {
			if os.RemoveAll(profile) == nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true),
	)
	if _, err := os.Stat("/usr/bin/chromium"); err == nil {
		options = append(options, chromedp.ExecPath("/usr/bin/chromium"))
	}
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancelAlloc)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, base: base}
	require.NoError(t, chromedp.Do(ctx), "Chromium does not start; set it up with: make setup-test")
	require.NoError(t, chromedp.Listen(ctx, b.hear))
	call(b, cdplog.Enable, cdp.Empty{})
	return b
}

// hear keeps what the browser complains about. A page that is meant to be refused is no complaint.
func (b *tab) hear(event any) {
	text := ""
	switch e := event.(type) {
	case *cdplog.EventEntryAdded:
		if e.Entry.Source != "network" {
			text = string(e.Entry.Source) + ": " + e.Entry.Text
		}
	case *runtime.EventExceptionThrown:
		text = "exception: " + e.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			text = "console " + string(e.Type)
		}
	}
	if text != "" {
		b.mu.Lock()
		b.complaints = append(b.complaints, text)
		b.mu.Unlock()
	}
}

// quiet asserts that the browser complained about nothing.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b.t, b.complaints)
}

func call[P, R any](b *tab, cmd cdp.Command[P, R], params P) R {
	b.t.Helper()
	got, err := chromedp.Call(b.ctx, cmd, params)
	require.NoError(b.t, err)
	return got
}

// do runs steps; a hanging one fails.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	require.NoError(b.t, chromedp.Do(ctx, steps...), "at %s", b.path())
}

func ask[T any](b *tab, expression string, options ...chromedp.EvaluateOption) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, options...))
	require.NoError(b.t, err, expression)
	return got
}

func (b *tab) path() string {
	where, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		return err.Error()
	}
	return strings.TrimPrefix(where, b.base)
}

// open goes to a page of the console.
func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// press follows something that leads to another page, by the keyboard, and waits until that is loaded. A click goes to a
// place, and on a slow machine a page may still move between the look and the click.
func (b *tab) press(selector string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	_, err := chromedp.RunResponse(ctx, chromedp.SendKeys(chromedp.CSS(selector), "\r"))
	require.NoError(b.t, err, "press %s at %s", selector, b.path())
}

func (b *tab) write(selector, text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// says asserts that the page shows all texts.
func (b *tab) says(words ...string) {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS("body")))
	require.NoError(b.t, err)
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, "\u00a0", " ")), " ")
	for _, w := range words {
		require.Contains(b.t, text, w, "at %s", b.path())
	}
}

// as lets the tab go on as a person who is signed in elsewhere.
func (b *tab) as(d *desk) {
	b.t.Helper()
	at, err := url.Parse(b.base)
	require.NoError(b.t, err)
	call(b, network.ClearBrowserCookies, cdp.Empty{})
	for _, c := range d.http.Jar.(*cookiejar.Jar).Cookies(at) {
		call(b, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: b.base})
	}
}

// look sets the width of the window and the colours that the person prefers.
func (b *tab) look(width int64, theme string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 900))
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// withoutScripts turns the pages' own scripts off.
func (b *tab) withoutScripts() {
	b.t.Helper()
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// axeSource is the accessibility checker; it is fetched by make setup-test and never skipped.
var axeSource = sync.OnceValues(func() (string, error) {
	text, err := os.ReadFile(filepath.Join("..", "..", ".cache", "axe-core-4.14.1.min.js"))
	if errors.Is(err, os.ErrNotExist) {
		return "", errors.New("the accessibility checker is missing; fetch it with: make setup-test")
	}
	return string(text), err
})

// withAxe puts the checker into every page that the tab opens from now on.
func (b *tab) withAxe() {
	b.t.Helper()
	source, err := axeSource()
	require.NoError(b.t, err)
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: source})
}

// violation is a rule of the checker that a page breaks.
type violation struct {
	ID      string   `json:"id"`
	Help    string   `json:"help"`
	Targets []string `json:"targets"`
}

// axe checks the page as it stands by all rules, or only by those about colour.
func (b *tab) axe(colourOnly bool) []violation {
	b.t.Helper()
	rules := ""
	if colourOnly {
		rules = ", runOnly: ['color-contrast', 'link-in-text-block']"
	}
	return ask[[]violation](b, `axe.run(document, {resultTypes: ['violations']`+rules+`}).then(r => r.violations.map(v =>
		({id: v.id, help: v.help, targets: v.nodes.slice(0, 4).map(n => n.target.join(' ') + ' — ' + n.failureSummary.split('\n').slice(1, 2).join(' ').trim())})))`,
		chromedp.EvalAwaitPromise)
}

// openAll unfolds every folded part of the page.
func openAll(ctx context.Context, _ *chromedp.Target) error {
	_, err := chromedp.Run(ctx, chromedp.Evaluate[int](`(all => (all.forEach(d => d.open = true), all.length))(document.querySelectorAll('main details'))`))
	return err
}

// findByEnter sends the search field as the Enter key does.
func findByEnter(b *tab) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	_, err := chromedp.RunResponse(ctx, chromedp.SendKeys(chromedp.CSS("#find"), "\r"))
	require.NoError(b.t, err)
}

func noCookies(t *testing.T) *cookiejar.Jar {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return jar
}
