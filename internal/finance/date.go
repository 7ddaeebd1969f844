package finance

import (
	"time"

	"github.com/signalboxhq/signalbox/internal/apperr"
)

// Date is a business date, written 2006-01-02. Such text sorts and compares as dates do.
type Date string

const dateLayout = "2006-01-02"

// ParseDate reads a business date; anything but an existing day written 2006-01-02 is Invalid.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(dateLayout, text)
	if err != nil {
		return "", apperr.Field("date", "%q is not a date; write it like 2026-03-11", text)
	}
	return Date(t.Format(dateLayout)), nil
}

// DateOf gives the day that t falls on in zone.
func DateOf(t time.Time, zone *time.Location) Date { return Date(t.In(zone).Format(dateLayout)) }

// AddDays moves the date by n calendar days; a malformed date stays as it is.
func (d Date) AddDays(n int) Date {
	t, err := time.Parse(dateLayout, string(d))
	if err != nil {
		return d
	}
	return Date(t.AddDate(0, 0, n).Format(dateLayout))
}

// Compact gives the date as it stands in file names: 20060102.
func (d Date) Compact() string {
	if len(d) != len(dateLayout) {
		return string(d)
	}
	return string(d[:4] + d[5:7] + d[8:])
}

// near tells whether two dates are at most one day apart.
func near(a, b Date) bool { return a == b || a.AddDays(1) == b || b.AddDays(1) == a }
