package contract

import (
	"bytes"
	"cmp"
	"embed"
	"html/template"
	"slices"
)

//go:embed pages/*.html
var templates embed.FS

// pages renders the documentation. Nothing of it needs a script, and nothing comes from anywhere else.
type pages struct {
	set      *template.Template
	services []*Service
}

func newPages() *pages {
	funcs := template.FuncMap{
		"prose": prose, "code": inline, "valueOf": valueOf, "pretty": pretty, "shell": shellOf, "anchor": anchor,
		"operationView": func(s *Service, o Operation) operationView { return operationView{s, o} },
		"answersView":   func(label string, list []Answer, anchors bool) answersView { return answersView{label, list, anchors} },
		"membersView":   func(label string, list []Member) membersView { return membersView{label, list} },
	}
	return &pages{
		set:      template.Must(template.New("").Funcs(funcs).ParseFS(templates, "pages/*.html")),
		services: Services(),
	}
}

// page is what a template sees.
type page struct {
	Title    string
	Here     string // the service shown; empty: the index
	Services []*Service
	Service  *Service
	Objects  []*Schema
	Address  string
	Errors   string
}

func (p *pages) index(address string) ([]byte, error) {
	return p.render("index", page{Title: "Channel API", Services: p.services, Address: address})
}

// service renders the page of one service; known is false when there is none of the id.
func (p *pages) service(id, address string) (body []byte, known bool, err error) {
	i := slices.IndexFunc(p.services, func(s *Service) bool { return s.ID == id })
	if i < 0 {
		return nil, false, nil
	}
	s := p.services[i]
	body, err = p.render("service", page{
		Title: s.Title, Here: s.ID, Services: p.services, Service: s, Objects: objectsOf(s), Address: address, Errors: errorsTitle,
	})
	return body, true, err
}

func (p *pages) render(name string, data page) ([]byte, error) {
	var b bytes.Buffer
	err := p.set.ExecuteTemplate(&b, name, data)
	return b.Bytes(), err
}

// objectsOf are the components that a page lists apart from the messages of the operations.
func objectsOf(s *Service) []*Schema {
	messages := map[string]bool{}
	for _, o := range s.Operations() {
		if o.Request != nil {
			messages[o.Request.Schema.name] = true
		}
	}
	return slices.DeleteFunc(s.schemas(), func(c *Schema) bool { return messages[c.name] })
}

// Commons are the groups of members that several messages of the service share.
func (p page) Commons() []common {
	var all []common
	for _, o := range p.Service.Operations() {
		if o.Request == nil || o.Request.Schema.common == "" {
			continue
		}
		c := common{Of: o.Request.Schema.common, Members: o.Request.Schema.members[:o.Request.Schema.shared]}
		if !slices.ContainsFunc(all, func(known common) bool { return known.Of == c.Of }) {
			all = append(all, c)
		}
	}
	return all
}

// SharedAnswers are the answers that several operations of the service give, each once.
func (p page) SharedAnswers() []Answer {
	var all []Answer
	for _, o := range p.Service.Operations() {
		for _, a := range o.Shared() {
			if !slices.ContainsFunc(all, func(known Answer) bool { return known.Name == a.Name }) {
				all = append(all, a)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Answer) int { return cmp.Compare(a.Status, b.Status) })
	return all
}

// common is a group of members that messages share.
type common struct {
	Of      string
	Members []Member
}

// operationView, membersView and answersView are what the parts of a page see.
type (
	operationView struct {
		Service   *Service
		Operation Operation
	}
	membersView struct {
		Label   string
		Members []Member
	}
	answersView struct {
		Label   string
		Answers []Answer
		Anchors bool
	}
)

// AnchoredRefusal is a line of the error table; the first one of its type is where links lead.
type AnchoredRefusal struct {
	Refusal
	First bool
}

// Anchored gives the lines of the table.
func (t ErrorTable) Anchored() []AnchoredRefusal {
	var all []AnchoredRefusal
	seen := map[string]bool{}
	for _, r := range t.Rows {
		all = append(all, AnchoredRefusal{r, !seen[r.Type]})
		seen[r.Type] = true
	}
	return all
}
