package secret

import (
	"bytes"
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
	"seaworthy.dev/seaworthy/internal/pyc"
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

// What is left of a module after its source is deleted gives the same.
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
			origin := credential.OriginOf("app/__pycache__/settings.cpython-3.pyc", body[:min(len(body), seaworthy.HeadSize)])
			found, _ := a.scanText(body, &origin, credential.NewEffort())
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

// settingsModule is the bytecode of CPython 3.11 for
//
//	import os
//	DB_PASSWORD = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-tok"
//	os.environ["API_TOKEN"] = "xxxxx-value-1-xxx"
//	app.secret_key = "xxxxx-value-2-xxx"
//	connection = {"password": "xxxxx-value-3-xxx", "port": port()}
//	login(passwd="xxxxx-value-4-xxx")
//	def f(host, passphrase="xxxxx-value-5-xxx"): pass
//
// with other values.
func settingsModule(t *testing.T, values []string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/settings.cpython-311.pyc")
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range values {
		placeholder := fmt.Sprintf("xxxxx-value-%d-xxx", i)
		if i == 0 {
			placeholder = strings.Repeat("x", 36) + "-tok"
		}
		if len(v) != len(placeholder) || bytes.Count(b, []byte(placeholder)) != 1 {
			t.Fatalf("value %d cannot be put in", i)
		}
		b = bytes.Replace(b, []byte(placeholder), []byte(v), 1)
	}
	return string(b)
}

// A value that a rule knows by its form is found once, and what is in the code of an
// installed package is not looked for.
func TestBytecodeFindings(t *testing.T) {
	token := githubToken(960)
	_, values := filled(strings.Repeat("@", 6), 970)
	values[0] = token
	body := settingsModule(t, values)
	c := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{
		imagetest.File("app/__pycache__/conf.cpython-311.pyc", body),
		imagetest.File("usr/lib/python3/dist-packages/x/conf.pyc", body),
	}}})
	tokens, named := c.of("github-pat"), c.of("generic-secret")
	if len(tokens) != 1 || len(tokens[0].Locations) != 2 || len(named) != 5 {
		t.Fatalf("%d tokens and %d values with names: %+v", len(tokens), len(named), c.findings)
	}
	for _, f := range named {
		if l := f.Locations; len(l) != 1 || l[0].Line != 0 || l[0].Offset == 0 || l[0].Path != "app/__pycache__/conf.cpython-311.pyc" {
			t.Errorf("%+v", l)
		}
	}
	if got := named[0].Evidence; !strings.HasSuffix(got, "=***") {
		t.Errorf("the evidence has no name: %s", got)
	}
}

// TestBytecodeGrows is of code that names one long text again and again.
func TestBytecodeGrows(t *testing.T) {
	file := []byte(strings.Repeat("x: ", 1<<10))
	w := pycWriter{out: &sourceText{}, file: file, room: 4*len(file) + 64<<10}
	n := 0
	for ; n < 1<<20; n++ {
		if err := w.Entry(pyc.Span{From: 0, To: 3}, pyc.Span{From: 0, To: len(file)}); err != nil {
			break
		}
	}
	if len(w.out.text) > w.room+2*len(file) || n == 1<<20 {
		t.Errorf("%d bytes became %d", len(file), len(w.out.text))
	}
}
