package stage

import (
	"net/url"
	"time"
)

// Window filters books: From is included, To is not; empty User and Ref mean all.
type Window struct {
	From, To  time.Time
	User, Ref string
}

func windowOf(q url.Values) (Window, error) {
	w := Window{User: q.Get("user"), Ref: q.Get("ref")}
	for name, into := range map[string]*time.Time{"from": &w.From, "to": &w.To} {
		if text := q.Get(name); text != "" {
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				return w, err
			}
			*into = at
		}
	}
	return w, nil
}

// Holds reports whether what user asked for under ref at that time is in the window.
func (w Window) Holds(at time.Time, user, ref string) bool {
	return !at.Before(w.From) && (w.To.IsZero() || at.Before(w.To)) &&
		(w.User == "" || w.User == user) && (w.Ref == "" || w.Ref == ref)
}
