package credential

import "testing"

func FuzzFind(f *testing.F) {
	f.Add([]byte("password = 'aZ3aZ3aZ3'\n"), "srv/.env")
	f.Add([]byte("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"), "x")
	f.Add([]byte("jdbc:mysql://a:b7b7b7@c PuTTY-User-Key-File-2 Private-MAC: %22%3a%22"), "x.go")
	rules := mustDefault(f)
	f.Fuzz(func(t *testing.T, text []byte, path string) {
		o := OriginOf(path, text)
		end := 0
		for _, m := range rules.Find(text, &o).Matches {
			if m.Rule == nil || m.Start < end || m.End > len(text) || m.End < m.Start {
				t.Errorf("match from %d to %d in a text of %d bytes, behind one that ends at %d", m.Start, m.End, len(text), end)
			}
			end = m.Start
		}
	})
}

func FuzzIsValue(f *testing.F) {
	f.Add("DB_PASSWORD", "${x}")
	f.Add("aB1_é", "12")
	f.Fuzz(func(t *testing.T, name, value string) {
		if IsValue(name, value) && value == "" {
			t.Error("nothing is a credential")
		}
	})
}
