// Package statements fetches providers' daily statements over HTTP.
package statements

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
	"github.com/signalboxhq/signalbox/internal/finance"
	"github.com/signalboxhq/signalbox/internal/spool"
)

// Config says where statements are and by which clock days are cut.
type Config struct {
	// BaseURL is the address in front of /statements/{provider}.
	BaseURL string
	// Zone is the time zone of the business date, "Africa/Johannesburg".
	Zone string
	// Timeout bounds one file, body included; 0 means 2 minutes.
	Timeout time.Duration
	// MaxBytes bounds the body; 0 means 512 MiB.
	MaxBytes int64
}

// Source is a finance.StatementSource over HTTP.
type Source struct {
	config Config
	client *http.Client
}

var _ finance.StatementSource = (*Source)(nil)

// New gives a source; an address that cannot be used is Invalid.
func New(c Config) (*Source, error) {
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, apperr.Field("statements", "the statement address must look like https://host/path")
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	if c.Timeout == 0 {
		c.Timeout = 2 * time.Minute
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 512 << 20
	}
	// Files are fetched a few times a day: a kept connection would only grow stale. The environment's proxy is
	// not used: where statements come from is a setting of ours. A redirect is not the file.
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Source{config: c, client: client}, nil
}

// Fetch gets the file of one provider and day. 404 and 204 are NotFound: there is no statement. Anything but a complete
// 200 is Unavailable, so that half a file never counts.
func (s *Source) Fetch(ctx context.Context, providerID string, date finance.Date) (finance.RawStatement, error) {
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	query := url.Values{"date": {string(date)}, "zone": {s.config.Zone}}
	address := s.config.BaseURL + "/statements/" + url.PathEscape(providerID) + "?" + query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return finance.RawStatement{}, apperr.Wrap(err, apperr.Invalid, "the statement address cannot be used")
	}
	req.Header.Set("Accept", "text/csv")
	res, err := s.client.Do(req)
	if err != nil {
		return finance.RawStatement{}, unavailable(providerID, err)
	}
	defer func() { _ = res.Body.Close() }()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusNoContent:
		return finance.RawStatement{}, apperr.Errorf(apperr.NotFound, "%s has no statement of %s", providerID, date)
	default:
		return finance.RawStatement{}, unavailable(providerID, fmt.Errorf("it answered %d", res.StatusCode))
	}
	return s.read(res, providerID, date)
}

// read brings the file to disk: it is read more than once, and may be large.
func (s *Source) read(res *http.Response, providerID string, date finance.Date) (_ finance.RawStatement, err error) {
	file, err := spool.New()
	if err != nil {
		return finance.RawStatement{}, apperr.Wrap(err, apperr.Internal, "there is no room for the statement of "+providerID)
	}
	defer func() {
		if err != nil {
			_ = file.Close()
		}
	}()
	n, err := io.Copy(file, io.LimitReader(res.Body, s.config.MaxBytes+1))
	if err != nil {
		return finance.RawStatement{}, unavailable(providerID, err)
	}
	if n > s.config.MaxBytes {
		return finance.RawStatement{}, apperr.Errorf(apperr.TooMany, "the statement of %s is larger than %d bytes", providerID, s.config.MaxBytes)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return finance.RawStatement{}, unavailable(providerID, err)
	}
	return finance.RawStatement{Name: fileName(res, providerID, date), Body: file}, nil
}

// fileName takes the name the provider gave, without any folder, or makes one.
func fileName(res *http.Response, providerID string, date finance.Date) string {
	if _, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition")); err == nil {
		if name := path.Base(strings.ReplaceAll(params["filename"], `\`, "/")); name != "." && name != "/" && len(name) <= 100 {
			return name
		}
	}
	return providerID + "_" + date.Compact() + ".csv"
}

func unavailable(providerID string, err error) error {
	// The address may hold what should not be shown; the cause alone says enough.
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return apperr.Wrap(err, apperr.Unavailable, "the statement of "+providerID+" could not be fetched")
}
