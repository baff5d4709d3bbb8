package pyc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

// printer writes the calls of its methods as Python source.
type printer struct {
	file []byte
	text strings.Builder
	room int // how many more calls are no error; none are if it is 0
}

var errRoom = errors.New("no room")

func (p *printer) print(format string, args ...any) error {
	fmt.Fprintf(&p.text, format+"\n", args...)
	if p.room--; p.room == 0 {
		return errRoom
	}
	return nil
}

func (p *printer) name(n Name) string {
	if n.Owner != (Span{}) {
		return fmt.Sprintf("%s.%s", n.Owner.In(p.file), n.Name.In(p.file))
	}
	return string(n.Name.In(p.file))
}

func (p *printer) Assign(name Name, value Span) error {
	return p.print("%s = %q", p.name(name), value.In(p.file))
}

func (p *printer) SetItem(key, value Span) error {
	return p.print("x[%q] = %q", key.In(p.file), value.In(p.file))
}

func (p *printer) Entry(key, value Span) error {
	return p.print("%q: %q,", key.In(p.file), value.In(p.file))
}

func (p *printer) Default(name, value Span) error {
	return p.print("%s=%q", name.In(p.file), value.In(p.file))
}

func (p *printer) Call(callee Name, arguments []Argument) error {
	var list []string
	for _, a := range arguments {
		var texts []string
		for _, v := range a.Values {
			texts = append(texts, fmt.Sprintf("%q", v.In(p.file)))
		}
		text := "x"
		switch len(texts) {
		case 1:
			text = texts[0]
		case 2:
			text = "(" + strings.Join(texts, ", ") + ")"
		}
		if a.Name != (Span{}) {
			text = string(a.Name.In(p.file)) + "=" + text
		}
		list = append(list, text)
	}
	return p.print("%s(%s)", p.name(callee), strings.Join(list, ", "))
}

func (p *printer) Constant(text Span) error {
	if len(text.In(p.file)) > 100 {
		return nil
	}
	return p.print("# %q", text.In(p.file))
}

// read returns the output of a printer for a file, without the constants.
func read(file []byte) (string, error) {
	p := &printer{file: file}
	err := Read(file, p)
	var lines []string
	for line := range strings.Lines(p.text.String()) {
		if !strings.HasPrefix(line, "# ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, ""), err
}

// values returns texts that a sample gives names.
func values() []string {
	var list []string
	for i := range 6 {
		list = append(list, fmt.Sprintf("value number %d", i))
	}
	return list
}

// assembled is a code object that a test builds in the format of one version.
type assembled struct {
	version              int
	consts, names, local []string // marshalled
	arguments            int
	body                 []byte
}

func pycShort(s string) string { return "z" + string([]byte{byte(len(s))}) + s }

func pycTupleText(items ...string) string {
	return ")" + string([]byte{byte(len(items))}) + strings.Join(items, "")
}

// do appends an instruction.
func (c *assembled) do(name string, arg int) {
	if name == "CACHE" {
		c.body = append(c.body, 0, 0)
		return
	}
	i := slices.IndexFunc(instructions[:], func(in instruction) bool { return in.name == name })
	if i < 0 || instructions[i].opcodes[c.version] == 0 {
		panic(fmt.Sprintf("Python 3.%d has no %s", c.version+6, name))
	}
	c.body = append(c.body, instructions[i].opcodes[c.version], byte(arg))
}

func (c *assembled) konst(text string) int {
	c.consts = append(c.consts, text)
	return len(c.consts) - 1
}

func (c *assembled) name(text string) int {
	c.names = append(c.names, pycShort(text))
	return len(c.names) - 1
}

func (c *assembled) marshal() string {
	var b strings.Builder
	n := func(v int) { b.Write(binary.LittleEndian.AppendUint32(nil, uint32(v))) }
	b.WriteByte(0xe3)
	n(c.arguments)
	if c.version >= python38 {
		n(0)
	}
	n(0)
	if c.version < python311 {
		n(len(c.local))
	}
	n(10)
	n(0)
	b.WriteByte('s')
	n(len(c.body))
	b.Write(c.body)
	b.WriteString(pycTupleText(c.consts...) + pycTupleText(c.names...) + pycTupleText(c.local...))
	if c.version >= python311 {
		b.WriteByte('s') // the kinds of the locals
		n(len(c.local))
		b.WriteString(strings.Repeat(" ", len(c.local)))
	} else {
		b.WriteString(pycTupleText() + pycTupleText())
	}
	b.WriteString(pycShort("x.py") + pycShort("<module>"))
	if c.version >= python311 {
		b.WriteString(pycShort("<module>"))
	}
	n(1)
	b.WriteString("s\x00\x00\x00\x00")
	if c.version >= python311 {
		b.WriteString("s\x00\x00\x00\x00")
	}
	return b.String()
}

// pycFile returns a file with a code object.
func pycFile(c *assembled) []byte {
	b := make([]byte, 16)
	for magic, version := range magic {
		if version == c.version {
			binary.LittleEndian.PutUint16(b, magic)
		}
	}
	b[2], b[3] = '\r', '\n'
	if c.version == python36 {
		b = b[:12]
	}
	return append(b, c.marshal()...)
}

// pycSample returns a file of one version that gives values names in every supported way,
// and the output of read for it.
func pycSample(version int, values []string) ([]byte, string) {
	c := &assembled{version: version}
	value := func(i int) int { return c.konst(pycShort(values[i])) }
	c.do("LOAD_CONST", value(0))
	c.do("STORE_NAME", c.name("DB_PASSWORD"))

	c.do("LOAD_CONST", value(1))
	c.do("LOAD_NAME", c.name("os"))
	if version >= python312 {
		c.do("LOAD_ATTR", c.name("environ")<<1)
		c.do("CACHE", 0)
	} else {
		c.do("LOAD_ATTR", c.name("environ"))
	}
	c.do("LOAD_CONST", c.konst(pycShort("API_TOKEN")))
	c.do("STORE_SUBSCR", 0)

	c.do("LOAD_CONST", value(2))
	c.do("LOAD_NAME", c.name("app"))
	c.do("STORE_ATTR", c.name("secret_key"))

	c.do("LOAD_CONST", c.konst(pycShort("password")))
	c.do("LOAD_CONST", value(3))
	c.do("BUILD_MAP", 1)
	c.do("POP_TOP", 0)

	names := pycTupleText(pycShort("passwd"))
	switch {
	case version < python311:
		c.do("LOAD_NAME", c.name("login"))
		c.do("LOAD_CONST", value(4))
		c.do("LOAD_CONST", c.konst(names))
		c.do("CALL_FUNCTION_KW", 1)
	case version < python313:
		c.do("PUSH_NULL", 0)
		c.do("LOAD_NAME", c.name("login"))
		c.do("LOAD_CONST", value(4))
		c.do("KW_NAMES", c.konst(names))
		if version == python311 {
			c.do("PRECALL", 1)
			c.do("CACHE", 0)
		}
		c.do("CALL", 1)
		c.do("CACHE", 0)
	default:
		c.do("LOAD_NAME", c.name("login"))
		c.do("PUSH_NULL", 0)
		c.do("LOAD_CONST", value(4))
		c.do("LOAD_CONST", c.konst(names))
		c.do("CALL_KW", 1)
	}
	c.do("POP_TOP", 0)

	inner := &assembled{version: version, arguments: 2, local: []string{pycShort("host"), pycShort("passphrase")}}
	c.do("LOAD_CONST", c.konst(pycTupleText(pycShort(values[5]))))
	c.do("LOAD_CONST", c.konst(inner.marshal()))
	if version < python311 {
		c.do("LOAD_CONST", c.konst(pycShort("f")))
	}
	if version < python313 {
		c.do("MAKE_FUNCTION", 1)
	} else {
		c.do("MAKE_FUNCTION", 0)
		c.do("SET_FUNCTION_ATTRIBUTE", 1)
	}
	c.do("STORE_NAME", c.name("f"))
	return pycFile(c), fmt.Sprintf(`DB_PASSWORD = %q
x["API_TOKEN"] = %q
app.secret_key = %q
"password": %q,
login(passwd=%q)
passphrase=%q
`, values[0], values[1], values[2], values[3], values[4], values[5])
}

func TestVersions(t *testing.T) {
	for version := range versionCount {
		t.Run(fmt.Sprintf("3.%d", version+6), func(t *testing.T) {
			body, want := pycSample(version, values())
			got, err := read(body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			body[0]++
			if _, err := read(body); version != python314 && !errors.Is(err, ErrUnknown) {
				t.Errorf("an unsupported version: %v", err)
			}
		})
	}
}

func TestConstants(t *testing.T) {
	body, _ := pycSample(python312, values())
	p := &printer{file: body}
	if err := Read(body, p); err != nil {
		t.Fatal(err)
	}
	for _, v := range values()[:5] {
		if !strings.Contains(p.text.String(), fmt.Sprintf("# %q\n", v)) {
			t.Errorf("%q is not among the constants", v)
		}
	}
}

func TestErrorOfVisitor(t *testing.T) {
	body, _ := pycSample(python312, values())
	for room := 1; room < 8; room++ {
		p := &printer{file: body, room: room}
		if err := Read(body, p); !errors.Is(err, errRoom) || strings.Count(p.text.String(), "\n") != room {
			t.Errorf("after %d calls: %v\n%s", room, err, p.text.String())
		}
	}
}

func TestDamaged(t *testing.T) {
	for version := range versionCount {
		body, _ := pycSample(version, values())
		for n := range body {
			if _, err := read(body[:n]); err == nil {
				t.Errorf("the first %d of %d bytes: no error", n, len(body))
			}
		}
	}
	// Short files that claim very deep or long objects.
	head := "\xcb\x0d\x0d\x0a" + strings.Repeat("\x00", 12)
	for name, tail := range map[string]string{
		"deep":  strings.Repeat(")\x01", 1<<16),
		"wide":  "(\xff\xff\xff\x7f",
		"loop":  "\xa9\x01r\x00\x00\x00\x00",
		"long":  "l\x00\x00\x00\x80",
		"text":  "u\xff\xff\xff\x7f",
		"slice": ":NNN",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := read([]byte(head + tail)); err != nil && !errors.Is(err, ErrDamaged) {
				t.Error(err)
			}
		})
	}
	// Code that sets a hundred thousand defaults of a function many times.
	greedy := &assembled{version: python312}
	defaults := greedy.konst("(\xa0\x86\x01\x00" + strings.Repeat("N", 100_000))
	inner := greedy.konst((&assembled{version: python312, arguments: 1 << 20}).marshal())
	for range 1 << 17 {
		greedy.do("LOAD_CONST", defaults)
		greedy.do("LOAD_CONST", inner)
		greedy.do("MAKE_FUNCTION", 1)
	}
	if _, err := read(pycFile(greedy)); err != nil {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	for version := range versionCount {
		body, _ := pycSample(version, values())
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		imagetest.LimitInput(t, func() {
			first, err := read(body)
			if err == nil && len(body) < 16 {
				t.Errorf("%d bytes: no error", len(body))
			}
			if second, _ := read(body); first != second {
				t.Error("a second run has another result")
			}
		})
	})
}
