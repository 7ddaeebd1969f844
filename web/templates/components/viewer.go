// Package components holds the parts that pages are made of: status words, amounts, times, tables' ends, forms,
// the message viewer and the drawings. Parts receive plain values and never call a store.
package components

import (
	"fmt"
	"strings"
	"time"
)

// nbsp keeps a number and its unit on one line.
const nbsp = "\u00a0"

// Viewer is who looks at a page: the zone that times are shown in, and the moment the page was made (ages count to it).
type Viewer struct {
	Zone *time.Location
	Now  time.Time
}

// in moves a time to the viewer's zone; UTC when none is known.
func (v Viewer) in(t time.Time) time.Time {
	if v.Zone == nil {
		return t.UTC()
	}
	return t.In(v.Zone)
}

// Clock shows a time of day, with the date in front only when it is not today: "14:04:30", "11 Mar 10:41:07".
func (v Viewer) Clock(t time.Time) string { return v.dated(t, "15:04:05") }

// ClockMS is Clock with milliseconds.
func (v Viewer) ClockMS(t time.Time) string { return v.dated(t, "15:04:05.000") }

// Minute is Clock without seconds, for plans and deadlines.
func (v Viewer) Minute(t time.Time) string { return v.dated(t, "15:04") }

func (v Viewer) dated(t time.Time, clock string) string {
	local, now := v.in(t), v.in(v.Now)
	switch {
	case local.Year() != now.Year():
		return local.Format("2 Jan 2006 " + clock)
	case local.YearDay() != now.YearDay():
		return local.Format("2 Jan " + clock)
	}
	return local.Format(clock)
}

// Full shows date and time with milliseconds: "12 Mar 2026, 14:02:11.204".
func (v Viewer) Full(t time.Time) string { return v.in(t).Format("2 Jan 2006, 15:04:05.000") }

// Today shows the clock of the top bar: "Thu 12 Mar, 14:04".
func (v Viewer) Today() string { return v.in(v.Now).Format("Mon 2 Jan, 15:04") }

// ZoneName shows the short name of the viewer's zone: "SAST".
func (v Viewer) ZoneName() string {
	name, _ := v.in(v.Now).Zone()
	return name
}

// ZoneOffset shows the zone with its distance to UTC: "SAST (UTC+02:00)".
func (v Viewer) ZoneOffset() string {
	return v.ZoneName() + " (UTC" + v.in(v.Now).Format("-07:00") + ")"
}

// Age shows how long ago a time was: "1 min 26 s".
func (v Viewer) Age(t time.Time) string { return Duration(v.Now.Sub(t)) }

// Day shows a calendar day: "12 March 2026".
func Day(t time.Time) string { return t.Format("2 January 2006") }

// ShortDay shows a calendar day in a table: "12 Mar 2026".
func ShortDay(t time.Time) string { return t.Format("2 Jan 2006") }

// UTC shows a time as the title of a <time> element does: "2026-03-12 12:04:30.412 UTC".
func UTC(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000") + " UTC" }

// machine is the datetime attribute of a <time> element.
func machine(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Duration shows a length of time with its two largest units: "9 s", "1 min 26 s", "26 h 11 min", "3 d 3 h".
// Less than a second is shown in milliseconds. A negative length is shown as zero.
func Duration(d time.Duration) string {
	switch {
	case d <= 0:
		return "0" + nbsp + "s"
	case d < time.Second:
		return MS(d)
	case d < time.Minute:
		return fmt.Sprintf("%d"+nbsp+"s", int(d.Seconds()))
	case d < time.Hour:
		return two(int(d.Minutes()), "min", int(d.Seconds())%60, "s")
	case d < 48*time.Hour:
		return two(int(d.Hours()), "h", int(d.Minutes())%60, "min")
	}
	return two(int(d.Hours())/24, "d", int(d.Hours())%24, "h")
}

// Took shows how long a piece of work ran: "212 ms", "1.4 s", "2 min 5 s".
func Took(d time.Duration) string {
	if d > 0 && d < time.Second {
		return Duration(d)
	}
	return Seconds(d)
}

// Seconds shows a pause with one decimal below a minute ("2.3 s"), else as Duration does.
func Seconds(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d.%d"+nbsp+"s", d/time.Second, d%time.Second/(100*time.Millisecond))
	}
	return Duration(d)
}

func two(a int, unitA string, b int, unitB string) string {
	if b == 0 {
		return fmt.Sprintf("%d"+nbsp+"%s", a, unitA)
	}
	return fmt.Sprintf("%d"+nbsp+"%s"+nbsp+"%d"+nbsp+"%s", a, unitA, b, unitB)
}

// Number groups the digits of a count by three: "41 862".
func Number[T ~int | ~int64](n T) string {
	digits := fmt.Sprint(int64(n))
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "−", digits[1:]
	}
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(nbsp)
		}
		b.WriteRune(r)
	}
	return sign + b.String()
}

// Percent shows tenths of a percent given per mille: 986 is "98.6 %".
func Percent(perMille int) string { return fmt.Sprintf("%d.%d"+nbsp+"%%", perMille/10, perMille%10) }

// Plural shows a count with its noun: "1 entry", "23 entries".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1" + nbsp + one
	}
	return Number(n) + nbsp + many
}

// Short gives the first eight characters of an id, as lists show it.
func Short(id string) string {
	if len(id) > 8 {
		return id[:8]
	}
	return id
}
