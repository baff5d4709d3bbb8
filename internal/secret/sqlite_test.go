package secret

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// sqliteSample is a database of an application, with the secrets in it.
func sqliteSample(seed uint64) (string, []string) {
	_, v := filled(strings.Repeat("@", 5), seed)
	hash, longer := textOf(random(seed+10), `[0-9a-f]{100}`), textOf(random(seed+11), `[0-9A-Za-z]{280}`)
	crypt := textOf(random(seed+12), `[0-9A-Za-z+/]{51}`)
	users := imagetest.SQLiteTable{Name: "users", SQL: `CREATE TABLE "users" (id, "name" varchar(50), password varchar(128) NOT NULL, password_hint, api_token text, passwd)`, Rows: [][]string{
		{"1", "bob", v[0], "Harmless1#hint", v[1], hash},
		{"2", "eve", "pbkdf2_sha256$260000$x1Y2z3A4$" + crypt, "", "", "$argon2id$v=19$m=65536,t=3,p=4$" + crypt},
		{"3", "joe", "$2b$12$" + crypt, "", "changeme", "{SSHA}" + crypt},
	}}
	settings := imagetest.SQLiteTable{Name: "settings", SQL: `CREATE TABLE settings (setting_key text primary key, setting_value text)`, Rows: [][]string{
		{"theme", "Harmless2#theme"}, {"smtp_password", v[2]}, {"password_policy", "Harmless3#policy"},
	}}
	long := imagetest.SQLiteTable{Name: "clients", SQL: `CREATE TABLE clients (logo, client_secret)`, Rows: [][]string{
		{strings.Repeat("z", 5000), v[3]},
		{strings.Repeat("z", 1800), v[4] + longer}, // on two pages
	}}
	v[4] += longer
	return imagetest.SQLite(users, settings, long), v
}

func TestSQLite(t *testing.T) {
	database, want := sqliteSample(800)
	slices.Sort(want)
	a, err := New(Options{Show: true})
	if err != nil {
		t.Fatal(err)
	}
	origin := credential.OriginOf("srv/app.sqlite3", []byte(database[:4096]))
	found, _ := a.scanText([]byte(database), &origin, credential.NewEffort())
	var got []string
	for _, s := range found {
		got = append(got, string(s.Value))
		if !strings.HasPrefix(database[s.Offset:], string(s.Value[:8])) {
			t.Errorf("%s is not at %d", s.Value, s.Offset)
		}
		if s.Name == "" || s.Line != 0 {
			t.Errorf("%s has the name %q and is in line %d", s.Value, s.Name, s.Line)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A database that is too long to be scanned as one text is read all the same, and
// what its first part shows too is there once.
func TestSQLiteLong(t *testing.T) {
	_, v := filled("@@", 810)
	long := imagetest.SQLiteTable{Name: "log", SQL: "CREATE TABLE log (line)"}
	for range 120 {
		long.Rows = append(long.Rows, []string{strings.Repeat("x ", 300<<10)})
	}
	table := func(name, value string) imagetest.SQLiteTable {
		return imagetest.SQLiteTable{Name: name, SQL: "CREATE TABLE " + name + " (password)", Rows: [][]string{{value}}}
	}
	database := imagetest.SQLite(table("first", v[0]), long, table("last", v[1]))
	if len(database) <= 64<<20 {
		t.Fatalf("only %d bytes", len(database))
	}
	c := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("srv/app.db", database)}}})
	if got := c.of("generic-secret"); len(got) != 2 {
		t.Errorf("%d findings: %+v", len(got), got)
	}
}

// The pages that a deleted row leaves are still scanned as bytes.
func TestSQLiteRaw(t *testing.T) {
	token := githubToken(820)
	database, _ := sqliteSample(820)
	c := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("srv/app.db", database+strings.Repeat("\x00", 500)+token)}}})
	if got := c.of("github-pat"); len(got) != 1 {
		t.Errorf("%d tokens", len(got))
	}
	if got := c.of("generic-secret"); len(got) != 5 {
		t.Errorf("%d values with names", len(got))
	}
}

func FuzzSQLite(f *testing.F) {
	database, _ := sqliteSample(830)
	f.Add([]byte(database))
	a, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		imagetest.LimitInput(t, func() {
			got := sqliteSource(a.rules, bytes.NewReader(body), int64(len(body)))
			if got == nil {
				return
			}
			for _, p := range got.pieces {
				if at := int(p.from); !bytes.Equal(got.text[p.at:p.at+p.size], body[at:at+p.size]) {
					t.Fatalf("a piece of the text is not at %d", at)
				}
			}
		})
	})
}
