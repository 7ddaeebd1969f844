package stage

import "strconv"

// Planted implements Breaks.
func (l *Ledger) Planted() []Break {
	l.Lock()
	defer l.Unlock()
	list := []Break{}
	for i := range l.breaks.Len() {
		if b := l.breaks.Of(strconv.Itoa(i)); b.Kind != "" {
			list = append(list, *b)
		}
	}
	return list
}

// Plant implements Breaks.
func (l *Ledger) Plant(list []Break) {
	l.Lock()
	defer l.Unlock()
	for _, b := range list {
		l.breaks.Set(strconv.Itoa(l.breaks.Len()), &b)
	}
	l.Commit()
}

// Unplant implements Breaks: a forgotten break leaves an empty row.
func (l *Ledger) Unplant(date string) {
	l.Lock()
	defer l.Unlock()
	for i := range l.breaks.Len() {
		if b := l.breaks.Of(strconv.Itoa(i)); date == "" || b.Date == date {
			l.breaks.Set(strconv.Itoa(i), &Break{})
		}
	}
	l.Commit()
}
