package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// visitor is a signed-in person at the console.
type visitor struct {
	client *http.Client
	page   string
}

var (
	inputs = regexp.MustCompile(`<input[^>]*>`)
	name   = regexp.MustCompile(`name="([^"]*)"`)
	value  = regexp.MustCompile(`value="([^"]*)"`)
)

// signIn uses a one-time link: the page shows a button, and pressing it signs in.
func (b *bench) signIn(ctx context.Context, page string) (*visitor, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	v := &visitor{client: &http.Client{Jar: jar, Timeout: 30 * time.Second}, page: b.program.console + page}
	body, _, err := v.get(ctx, b.program.signIn)
	if err != nil {
		return nil, err
	}
	form := url.Values{}
	for _, field := range inputs.FindAllString(body, -1) {
		n, f := name.FindStringSubmatch(field), value.FindStringSubmatch(field)
		if n != nil && f != nil {
			form.Set(n[1], f[1])
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.program.signIn, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", b.program.console)
	res, err := v.client.Do(req)
	if err != nil {
		return nil, err
	}
	_ = res.Body.Close()
	if _, _, err := v.get(ctx, v.page); err != nil {
		return nil, fmt.Errorf("after signing in: %w", err)
	}
	return v, nil
}

// get reads a page; the duration is the time to its first byte.
func (v *visitor) get(ctx context.Context, address string) (string, time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", 0, err
	}
	start := time.Now()
	res, err := v.client.Do(req)
	if err != nil {
		return "", 0, err
	}
	first := time.Since(start)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err == nil && (res.StatusCode != http.StatusOK || strings.HasSuffix(res.Request.URL.Path, "/sign-in")) {
		err = fmt.Errorf("status %d at %s", res.StatusCode, res.Request.URL.Path)
	}
	return string(body), first, err
}

// watch reads the page again and again, and the memory of the process, until ctx ends.
func (b *bench) watch(ctx context.Context, v *visitor) (pages []time.Duration, memory float64, err error) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			slices.Sort(pages)
			return pages, memory, err
		case <-tick.C:
		}
		memory = max(memory, b.program.resident())
		if v == nil {
			continue
		}
		_, first, pageErr := v.get(ctx, v.page)
		switch {
		case pageErr == nil:
			pages = append(pages, first)
		case ctx.Err() == nil:
			err = errors.Join(err, pageErr)
			v = nil // told once
		}
	}
}
