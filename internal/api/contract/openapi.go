package contract

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// version of the interfaces as described here.
const version = "1.0"

// Document writes the service as an OpenAPI 3.1 document. The same service gives the same bytes.
func (s *Service) Document() ([]byte, error) {
	doc := object{
		{"openapi", "3.1.0"},
		{"info", object{
			{"title", s.Title},
			{"version", version},
			{"summary", s.Summary},
			{"description", s.description()},
			{"license", object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}},
		}},
		{"servers", s.servers()},
		{"security", s.security()},
		{"tags", s.tags()},
		{"paths", s.paths()},
		{"components", s.components()},
	}
	raw, err := plain(doc)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = json.Indent(&b, raw, "", " ")
	return b.Bytes(), err
}

// description holds everything that belongs to no operation.
func (s *Service) description() string {
	var b strings.Builder
	b.WriteString(s.About)
	for _, n := range s.Notes {
		b.WriteString("\n\n## " + n.Title + "\n\n" + n.Text)
		if n.Code != "" {
			b.WriteString("\n\n```\n" + n.Code + "\n```")
		}
	}
	b.WriteString("\n\n## " + errorsTitle + "\n\n" + s.Errors.About + "\n\n" + s.Errors.Markdown())
	return b.String()
}

// Markdown is the table as documents and the guide hold it.
func (t ErrorTable) Markdown() string {
	var b strings.Builder
	b.WriteString("| " + t.Key + " | status | means | do |\n|---|---|---|---|")
	for _, r := range t.Rows {
		b.WriteString("\n| `" + r.Type + "` | " + r.Status + " | " + r.Means + " | " + r.Do + " |")
	}
	return b.String()
}

const errorsTitle = "What each refusal means"

func (s *Service) servers() []object {
	var all []object
	for _, base := range s.Bases {
		all = append(all, object{{"url", base}, {"description", "on the channel API's own address"}})
	}
	return all
}

func (s *Service) tags() []object {
	var all []object
	for _, g := range s.Groups {
		tag := object{{"name", g.Name}}
		tag.text("description", g.About)
		all = append(all, tag)
	}
	return all
}

// paths lists the operations of each path together.
func (s *Service) paths() object {
	order, byPath := []string{}, map[string]object{}
	put := func(path, method string, operation object) {
		if _, known := byPath[path]; !known {
			order = append(order, path)
		}
		o := byPath[path]
		o.add(strings.ToLower(method), operation)
		byPath[path] = o
	}
	for _, g := range s.Groups {
		for _, op := range g.Operations {
			put(op.Path, op.Method, op.document(g.Name, ""))
			if op.Alias != "" {
				put(op.Alias, op.Method, op.document(g.Name, "Alias"))
			}
		}
	}
	all := object{}
	for _, path := range order {
		all.add(path, byPath[path])
	}
	return all
}

func (o *Operation) document(tag, suffix string) object {
	d := object{
		{"operationId", o.ID + suffix},
		{"tags", []string{tag}},
		{"summary", o.Summary},
		{"description", o.says(suffix)},
	}
	if len(o.Parameters) > 0 {
		d.add("parameters", parameters(o.Parameters))
	}
	if o.Request != nil {
		d.add("requestBody", object{{"required", true}, {"content", content(o.Request.Media, o.Request.Schema, o.Request.Examples)}})
	}
	answers := object{}
	for _, a := range o.Answers {
		if a.Name != "" {
			answers.add(strconv.Itoa(a.Status), ref("responses", a.Name))
		} else {
			answers.add(strconv.Itoa(a.Status), a.document())
		}
	}
	d.add("responses", answers)
	return d
}

func (o *Operation) says(suffix string) string {
	parts := []string{o.About}
	if suffix != "" {
		parts = append(parts, "Another path of `"+o.ID+"`.")
	}
	if o.Sandbox {
		parts = append(parts, "In the sandbox only; elsewhere the path is unknown (404).")
	}
	if o.Next != "" {
		parts = append(parts, "**Next:** "+o.Next)
	}
	return strings.Join(parts, "\n\n")
}

func parameters(list []Parameter) []object {
	var all []object
	for _, p := range list {
		d := object{{"name", p.Name}, {"in", p.In}, {"description", p.About}}
		if p.Required {
			d.add("required", true)
		}
		d.add("schema", p.Schema.use(""))
		d.text("example", p.Sample)
		all = append(all, d)
	}
	return all
}

func (a Answer) document() object {
	d := object{{"description", a.says()}}
	if len(a.Headers) > 0 {
		headers := object{}
		for _, h := range a.Headers {
			headers.add(h.Name, object{{"description", h.About}, {"schema", object{{"type", "string"}}}})
		}
		d.add("headers", headers)
	}
	if a.Schema != nil {
		d.add("content", content("application/json", a.Schema, a.Examples))
	}
	return d
}

func (a Answer) says() string {
	if len(a.Types) == 0 {
		return a.About
	}
	return a.About + " `" + strings.Join(a.Types, "`, `") + "`."
}

func content(media string, s *Schema, examples []Example) object {
	d := object{{"schema", s.use("")}}
	if len(examples) > 0 {
		all := object{}
		for _, e := range examples {
			one := object{}
			one.text("summary", e.Summary)
			one.add("value", e.value(media))
			all.add(e.Name, one)
		}
		d.add("examples", all)
	}
	return object{{media, d}}
}

// value is an example as the document holds it: JSON as it is, a form as the object it stands for.
func (e Example) value(media string) any {
	if media != formType {
		return json.RawMessage(e.Text)
	}
	form := object{}
	for _, pair := range strings.Split(e.Text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		form.add(name, value)
	}
	return form
}

const formType = "application/x-www-form-urlencoded"

func (s *Service) components() object {
	schemas := object{}
	for _, c := range s.schemas() {
		schemas.add(c.name, c.body())
	}
	d := object{{"schemas", schemas}}
	answers, seen := object{}, []string{}
	for _, o := range s.Operations() {
		for _, a := range o.Answers {
			if a.Name != "" && !slices.Contains(seen, a.Name) {
				seen = append(seen, a.Name)
				answers.add(a.Name, a.document())
			}
		}
	}
	if len(answers) > 0 {
		d.add("responses", answers)
	}
	d.add("securitySchemes", s.securitySchemes())
	return d
}

// schemas are the components of the document.
func (s *Service) schemas() []*Schema {
	var roots []*Schema
	for _, o := range s.Operations() {
		for _, p := range o.Parameters {
			roots = append(roots, p.Schema)
		}
		if o.Request != nil {
			roots = append(roots, o.Request.Schema)
		}
	}
	for _, o := range s.Operations() {
		for _, a := range o.Answers {
			roots = append(roots, a.Schema)
		}
	}
	return collect(roots...)
}
