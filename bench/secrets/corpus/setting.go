package corpus

import (
	"strings"
	"unicode/utf16"
)

// setting is a value with its name.
type setting struct {
	class Class
	kind  string
	key   string // in snake case
	value string
}

// The number of settings of each kind, and how they are mixed.
const (
	copiesOfToken      = 12
	copiesOfCredential = 22
	copiesOfHarmless   = 64
	secretsInFile      = 4
)

// syntax is a kind of file that can have any setting.
type syntax struct {
	kind  string
	paths []template
	// head and tail are the text before and after the settings.
	head, tail template
	// forms are the ways to write a setting, with KEY and VALUE.
	forms []template
	// between separates settings; "" means a newline.
	between string
	// key converts a snake-case name to the style of the file; nil keeps it.
	key func(string) string
	// quote escapes a value; nil keeps it.
	quote func(string) string
	// filler are neutral lines between the settings.
	filler []template
	// wide reports whether the file is UTF-16 with a byte order mark.
	wide bool
}

// settings generates files of every syntax with every kind of secret and harmless value.
func (g *generator) settings() {
	secrets := append(g.several(Secret, tokens(), copiesOfToken), g.several(Secret, credentials(), copiesOfCredential)...)
	rest := g.several(Harmless, harmless(), copiesOfHarmless)
	rest = append(rest, g.several(Debatable, debatable(), copiesOfToken)...)
	shuffle(g.source, secrets)
	shuffle(g.source, rest)
	files := (len(secrets) + secretsInFile - 1) / secretsInFile
	all := syntaxes()
	for i := range files {
		mixed := append(share(secrets, i, files), share(rest, i, files)...)
		shuffle(g.source, mixed)
		g.write(all[i%len(all)], mixed)
	}
}

// several returns n values of each kind.
func (g *generator) several(class Class, kinds []kind, n int) []setting {
	var list []setting
	for _, k := range kinds {
		keys := strings.Fields(k.keys)
		for range n {
			list = append(list, setting{class, k.name, pick(g.source, keys), k.make(g.source)})
		}
	}
	return list
}

// share returns a copy of the i-th of n parts of a list.
func share(list []setting, i, n int) []setting {
	return append([]setting{}, list[i*len(list)/n:(i+1)*len(list)/n]...)
}

// write adds a file of settings.
func (g *generator) write(x syntax, settings []setting) {
	f, err := g.render(x, settings)
	if err != nil {
		g.fail(err)
		return
	}
	g.add(f)
}

// render returns a file of settings.
func (g *generator) render(x syntax, settings []setting) (File, error) {
	f := File{Kind: x.kind}
	path, err := g.plain(pick(g.source, x.paths))
	if err != nil {
		return f, err
	}
	f.Path = path
	body := []byte(g.fill(x.head))
	between := x.between
	if between == "" {
		between = "\n"
	}
	for i, s := range settings {
		if i > 0 {
			body = append(body, between...)
		}
		if len(x.filler) > 0 && g.IntN(3) == 0 {
			body = append(append(body, g.fill(pick(g.source, x.filler))...), between...)
		}
		before, after, _ := strings.Cut(g.fill(pick(g.source, x.forms)), "VALUE")
		key, value := s.key, s.value
		if x.key != nil {
			key = x.key(key)
		}
		if x.quote != nil {
			value = x.quote(value)
		}
		body = append(body, strings.ReplaceAll(before, "KEY", key)...)
		start := len(body)
		body = append(body, value...)
		f.Labels = append(f.Labels, Label{Class: s.class, Kind: s.kind, Value: s.value, Start: start, End: len(body)})
		body = append(body, strings.ReplaceAll(after, "KEY", key)...)
	}
	f.Body = append(body, g.fill(x.tail)...)
	setLines(f.Body, f.Labels)
	if x.wide {
		widen(&f)
	}
	return f, nil
}

// widen converts an ASCII file to UTF-16LE.
func widen(f *File) {
	wide := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(string(f.Body))) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	f.Body = wide
	for i := range f.Labels {
		f.Labels[i].Start = 2 + 2*f.Labels[i].Start
		f.Labels[i].End = 2 + 2*f.Labels[i].End
	}
}

// The styles of names.

func screaming(key string) string { return strings.ToUpper(key) }

func kebab(key string) string { return strings.ReplaceAll(key, "_", "-") }

func dotted(key string) string { return strings.ReplaceAll(key, "_", ".") }

func pascal(key string) string {
	parts := strings.Split(strings.Trim(key, "_"), "_")
	for i, p := range parts {
		parts[i] = capital(p)
	}
	return strings.Join(parts, "")
}

func camel(key string) string {
	p := pascal(key)
	return strings.ToLower(p[:1]) + p[1:]
}

// The escapes of values.

func inJSON(v string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) }

func inXML(v string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(v)
}

// inJSONTwice escapes for a string literal inside a JSON string.
func inJSONTwice(v string) string { return inJSON(inJSON(v)) }
