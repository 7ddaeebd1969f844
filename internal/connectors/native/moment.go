package native

import "time"

// Moment reads a date: RFC 3339, or one of the layouts of moments and days; the zero time when it is none of them. Where it
// names no zone it is South African, and a day without a time lasts to its end.
func Moment(text string, moments, days []string) time.Time {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC()
	}
	zone := time.FixedZone("SAST", 2*60*60)
	for _, layout := range moments {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at.UTC()
		}
	}
	for _, layout := range days {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at.AddDate(0, 0, 1).Add(-time.Millisecond).UTC()
		}
	}
	return time.Time{}
}
