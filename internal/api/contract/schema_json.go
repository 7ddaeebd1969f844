package contract

import "slices"

// typeNames are the JSON Schema names of the kinds.
func (k kind) typeName() string {
	return [...]string{"string", "integer", "number", "boolean", "object", "array", "object", "", ""}[k]
}

// ref names a component.
func ref(section, name string) object {
	return object{{"$ref", "#/components/" + section + "/" + name}}
}

// use writes the schema where it is used: a component by its reference. about, where given, is said of this use.
func (s *Schema) use(about string) object {
	if s.name == "" {
		o := s.body()
		if about != "" && !o.has("description") {
			o.add("description", about)
		}
		return o
	}
	o := ref("schemas", s.name)
	o.text("description", about) // beside $ref since 3.1
	return o
}

// body writes what the schema asks for.
func (s *Schema) body() object {
	o := object{}
	if s.quoted {
		o.add("type", []string{"integer", "string"})
	} else {
		o.text("type", s.kind.typeName())
	}
	o.text("description", s.about)
	o.text("format", s.format)
	o.text("pattern", s.pattern)
	if len(s.enum) > 0 {
		o.add("enum", s.enum)
	}
	if s.lo > 0 {
		o.add("minLength", s.lo)
	}
	if s.hi > 0 {
		o.add("maxLength", s.hi)
	}
	if s.min != nil {
		o.add("minimum", *s.min)
		o.add("maximum", *s.max)
	}
	s.structure(&o)
	return o
}

func (s *Schema) structure(o *object) {
	switch s.kind {
	case kObject:
		s.objectBody(o)
	case kList:
		o.add("items", s.item.use(""))
	case kMap:
		o.add("additionalProperties", s.item.use(""))
	case kOneOf:
		variants, mapping := []object{}, object{}
		for _, v := range s.variants {
			variants = append(variants, v.use(""))
			mapping.add(v.members[0].schema.enum[0], "#/components/schemas/"+v.name)
		}
		o.add("oneOf", variants)
		o.add("discriminator", object{{"propertyName", "type"}, {"mapping", mapping}})
	}
}

func (s *Schema) objectBody(o *object) {
	names, properties := []string{}, object{}
	for _, m := range s.members {
		if m.need == required {
			names = append(names, m.name)
		}
		properties.add(m.name, m.schema.use(m.says()))
	}
	if len(names) > 0 {
		o.add("required", names)
	}
	if len(properties) > 0 {
		o.add("properties", properties)
	}
	if len(s.either) > 0 {
		o.add("anyOf", s.eitherOf())
	}
	if s.closed {
		o.add("additionalProperties", false)
	}
}

// eitherOf asks for one member at least.
func (s *Schema) eitherOf() []object {
	var all []object
	for _, name := range s.either {
		all = append(all, object{{"required", []string{name}}})
	}
	return all
}

// says is what is written about a member.
func (m Member) says() string {
	if m.need != lenient {
		return m.about
	}
	const left = "Left out when the value does not fit."
	if m.about == "" {
		return left
	}
	return m.about + " " + left
}

// parts are the schemas directly below a schema.
func (s *Schema) parts() []*Schema {
	all := slices.Clone(s.variants)
	for _, m := range s.members {
		all = append(all, m.schema)
	}
	if s.item != nil {
		all = append(all, s.item)
	}
	return all
}

// collect gives the components that schemas use, each once, in the order in which a reader meets them.
func collect(roots ...*Schema) []*Schema {
	var found []*Schema
	seen := map[*Schema]bool{}
	var walk func(*Schema)
	walk = func(s *Schema) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		if s.name != "" {
			found = append(found, s)
		}
		for _, p := range s.parts() {
			walk(p)
		}
	}
	for _, s := range roots {
		walk(s)
	}
	return found
}
