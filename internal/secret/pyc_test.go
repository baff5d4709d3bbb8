package secret

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// pySource is a module with a secret wherever there is an @.
const pySource = `import os, requests
DB_PASSWORD = "@"
def connect(host, user="x", password="@"):
    local_token = "@"
    return f(local_token)
def keyword(*, api_secret="@"):
    pass
def mixed(h=HOST, password="@"):
    pass
class C:
    password: str = "@"
    def __init__(self):
        self.secret_key = "@"
        settings.db.password = "@"
x = connect("h", user="u", password="@")
d = {"user": "u", "password": "@", "n": compute(1)}
e = {"password": "@"}
os.environ["DB_PASSWORD"] = "@"
requests.get("http://x", auth=("admin", "@"))
y = os.getenv("DB_PASSWORD", "@")
user.set_password("@")
a = b_password = "@"
if y:
    dsn = "Server=db;User=u;Password=@;"
LONG = {"a1":1,"a2":2,"a3":3,"a4":4,"a5":5,"a6":6,"a7":7,"a8":8,"a9":9,"a10":10,"a11":11,"a12":12,"a13":13,"a14":14,"a15":15,"a16":16,"a17":17,"password":"@","z":f()}
def outer():
    cell_password = "@"
    def inner():
        return cell_password
    return inner
try:
    connect(f"{x}", password=f"{y}", token="@")
except E:
    pass
with open("f") as fh:
    w = Client(fh.read(), api_key="@")
SECRET_KEY = b"@"
async def co():
    await login(password="@")
f(*args, password="@")
f(**kw, password="@")
if DB_PASSWORD == "Harm" "less1#one" or password != "Harm" "less2#two":
    print("the password is Harmless3#")
PASSWORD_FILE = "Harmless4#four"
api_token: "ANNOTATION"
password = "changeme-Now1#"
`

// filled puts fresh values into a text, and gives them.
func filled(text string, seed uint64) (string, []string) {
	var values []string
	parts := strings.Split(text, "@")
	for i := range parts[1:] {
		v := textOf(random(seed+uint64(i)), `[A-Z][a-z]{3}[0-9]{2}[A-Z]{2}[0-9][a-z]{2}#[0-9][a-z]{4}`)
		values = append(values, v)
		parts[i] += v
	}
	return strings.Join(parts, ""), values
}

// pythonInterpreters gives those that are there.
func pythonInterpreters() []string {
	list := []string{"python3"}
	for minor := 6; minor <= 14; minor++ {
		list = append(list, fmt.Sprintf("python3.%d", minor))
	}
	return slices.DeleteFunc(list, func(name string) bool { return exec.Command(name, "-c", "").Run() != nil })
}

// What is left of a module after its source is deleted tells the same.
func TestBytecodeOfPython(t *testing.T) {
	source, values := filled(pySource, 900)
	source = strings.Replace(source, "ANNOTATION", values[0][8:]+values[1], 1)
	dir := t.TempDir()
	file := filepath.Join(dir, "settings.py")
	if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	interpreters := pythonInterpreters()
	if len(interpreters) == 0 {
		t.Skip("python3 is not installed")
	}
	for _, python := range interpreters {
		t.Run(python, func(t *testing.T) {
			out := filepath.Join(dir, python+".pyc")
			if b, err := exec.Command(python, "-c", "import py_compile, sys; py_compile.compile(sys.argv[1], cfile=sys.argv[2], doraise=True)", file, out).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, b)
			}
			body, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			a, err := New(Options{Show: true})
			if err != nil {
				t.Fatal(err)
			}
			pl := credential.OriginOf("app/__pycache__/settings.cpython-3.pyc", body[:min(len(body), seaworthy.HeadSize)])
			found, _ := a.look(body, &pl)
			var got []string
			for _, s := range found {
				got = append(got, string(s.Value))
				if !bytes.HasPrefix(body[s.Offset:], s.Value) {
					t.Errorf("%s is not at %d", s.Value, s.Offset)
				}
				if s.Line != 0 {
					t.Errorf("%s is in line %d of a binary file", s.Value, s.Line)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(slices.Sorted(slices.Values(values)), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// assembled is a code object in the format of one version.
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

// do adds an instruction by its name.
func (c *assembled) do(name string, arg int) {
	if name == "CACHE" {
		c.body = append(c.body, 0, 0)
		return
	}
	i := slices.IndexFunc(pycInstructions[:], func(in pycInstruction) bool { return in.name == name })
	if i < 0 || pycInstructions[i].numbers[c.version] == 0 {
		panic(fmt.Sprintf("Python 3.%d has no %s", c.version+6, name))
	}
	c.body = append(c.body, pycInstructions[i].numbers[c.version], byte(arg))
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

// pycFile is a module with that code.
func pycFile(c *assembled) []byte {
	b := make([]byte, 16)
	for magic, version := range pycMagic {
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

// pycSample is a module that gives names to values in each way that is known, in the
// bytecode of one version; and what is to be read out of it.
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

func TestBytecodeOfVersions(t *testing.T) {
	_, values := filled(strings.Repeat("@", 6), 950)
	for version := range pythons {
		t.Run(fmt.Sprintf("3.%d", version+6), func(t *testing.T) {
			body, want := pycSample(version, values)
			got := pycSource(body)
			if got == nil {
				t.Fatal("not read")
			}
			if diff := cmp.Diff(want, string(got.text)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, p := range got.pieces {
				if at := int(p.from); !bytes.Equal(got.text[p.at:p.at+p.size], body[at:at+p.size]) {
					t.Errorf("%s is not at %d", got.text[p.at:p.at+p.size], at)
				}
			}
			body[0]++
			if version != python314 && pycSource(body) != nil {
				t.Error("a version that is not known was read")
			}
		})
	}
}

// A value that a rule knows by its form is found once, and what is in the code of an
// installed package is not looked for.
func TestBytecodeFindings(t *testing.T) {
	token := githubToken(960)
	_, values := filled(strings.Repeat("@", 6), 970)
	values[0] = token
	body, _ := pycSample(python312, values)
	c := judge(t, imagetest.Image{Layers: []imagetest.Layer{{
		imagetest.File("app/__pycache__/conf.cpython-312.pyc", string(body)),
		imagetest.File("usr/lib/python3/dist-packages/x/conf.pyc", string(body)),
	}}})
	tokens, named := c.of("github-pat"), c.of("generic-secret")
	if len(tokens) != 1 || len(tokens[0].Locations) != 2 || len(named) != 5 {
		t.Fatalf("%d tokens and %d values with names: %+v", len(tokens), len(named), c.findings)
	}
	for _, f := range named {
		if l := f.Locations; len(l) != 1 || l[0].Line != 0 || l[0].Offset == 0 || l[0].Path != "app/__pycache__/conf.cpython-312.pyc" {
			t.Errorf("%+v", l)
		}
	}
	if got := named[0].Evidence; !strings.HasSuffix(got, "=[redacted]") {
		t.Errorf("the evidence has no name: %s", got)
	}
}

func TestBytecodeDamaged(t *testing.T) {
	_, values := filled(strings.Repeat("@", 6), 980)
	for version := range pythons {
		body, _ := pycSample(version, values)
		for n := range body {
			pycSource(body[:n])
		}
	}
	// A few bytes ask for all the memory there is, and code that builds ever more of itself.
	head := "\xcb\x0d\x0d\x0a" + strings.Repeat("\x00", 12)
	for name, tail := range map[string]string{
		"deep":  strings.Repeat(")\x01", 1<<16),
		"wide":  "(\xff\xff\xff\x7f",
		"loop":  "\xa9\x01r\x00\x00\x00\x00",
		"long":  "l\x00\x00\x00\x80",
		"text":  "u\xff\xff\xff\x7f",
		"slice": ":NNN",
	} {
		t.Run(name, func(*testing.T) { pycSource([]byte(head + tail)) })
	}
	// Code that gives a function a hundred thousand defaults again and again.
	greedy := &assembled{version: python312}
	defaults := greedy.konst("(\xa0\x86\x01\x00" + strings.Repeat("N", 100_000))
	inner := greedy.konst((&assembled{version: python312, arguments: 1 << 20}).marshal())
	for range 1 << 17 {
		greedy.do("LOAD_CONST", defaults)
		greedy.do("LOAD_CONST", inner)
		greedy.do("MAKE_FUNCTION", 1)
	}
	pycSource(pycFile(greedy))
	c := &assembled{version: python312}
	big := c.konst("u\x00\x20\x00\x00" + strings.Repeat("x:", 1<<12))
	for range 1 << 15 {
		c.do("LOAD_CONST", big)
		c.do("STORE_NAME", 0)
	}
	c.name("secret")
	body := pycFile(c)
	if got := pycSource(body); len(got.text) > 5*len(body)+1<<20 {
		t.Errorf("%d bytes became %d", len(body), len(got.text))
	}
}

func FuzzBytecode(f *testing.F) {
	_, values := filled(strings.Repeat("@", 6), 990)
	for version := range pythons {
		body, _ := pycSample(version, values)
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := pycSource(body)
		if got == nil {
			return
		}
		if len(got.text) > 4*len(body)+1<<20 {
			t.Errorf("%d bytes became %d", len(body), len(got.text))
		}
		for _, p := range got.pieces {
			if at := int(p.from); !bytes.Equal(got.text[p.at:p.at+p.size], body[at:at+p.size]) {
				t.Fatalf("a piece of the text is not at %d", at)
			}
		}
	})
}
