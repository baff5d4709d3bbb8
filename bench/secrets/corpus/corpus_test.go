package corpus

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/x509"
	"encoding/pem"
	"hash/crc32"
	"html"
	"io"
	"slices"
	"strings"
	"testing"
)

func generate(t *testing.T, seed uint64) []File {
	t.Helper()
	c, err := Generate(seed)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.Instructions {
		if len(f.Labels) != 1 {
			t.Errorf("%d labels in the instruction %s", len(f.Labels), f.Body)
		}
	}
	return append(c.Files, c.Instructions...)
}

func generateHeldOut(t *testing.T, seed uint64) []File {
	t.Helper()
	c, err := Generate(seed)
	if err != nil {
		t.Fatal(err)
	}
	return c.HeldOut
}

// counts are the numbers of values and kinds of each class.
type counts struct {
	values map[Class]int
	kinds  map[Class]map[string]bool
	files  map[string]bool
}

func count(t *testing.T, files []File) counts {
	c := counts{map[Class]int{}, map[Class]map[string]bool{Secret: {}, Harmless: {}, Debatable: {}}, map[string]bool{}}
	paths := map[string]bool{}
	for _, f := range files {
		if f.Path != "" && paths[f.Path] {
			t.Errorf("two files are %s", f.Path)
		}
		paths[f.Path], c.files[f.Kind] = true, true
		for _, l := range f.Labels {
			c.values[l.Class]++
			c.kinds[l.Class][l.Kind] = true
		}
	}
	return c
}

func TestGenerateHeldOut(t *testing.T) {
	held := generateHeldOut(t, 1)
	labelsStand(t, held)
	c, others := count(t, held), count(t, generate(t, 1))
	if c.values[Secret] < 1500 || c.values[Harmless] < 2500 || len(c.files) < 120 {
		t.Errorf("%d secrets and %d harmless values in %d kinds of files", c.values[Secret], c.values[Harmless], len(c.files))
	}
	for kind := range c.files {
		if others.files[kind] {
			t.Errorf("files of kind %q are held out, and are not", kind)
		}
	}
}

// TestKindsHaveOneRow checks that no two tables have the same name.
func TestKindsHaveOneRow(t *testing.T) {
	s, seen := newSource(1), map[string]bool{}
	for _, table := range tables() {
		for _, k := range table {
			if _, simple := s.simple(k.name); simple || seen[k.name] {
				t.Errorf("%q has two rows", k.name)
			}
			seen[k.name] = true
		}
	}
}

func TestGenerate(t *testing.T) {
	files := generate(t, 1)
	t.Run("is large", func(t *testing.T) { isLarge(t, files) })
	t.Run("labels stand at their values", func(t *testing.T) { labelsStand(t, files) })
	t.Run("is the same for the same seed alone", func(t *testing.T) {
		same := func(x, y File) bool {
			return x.Path == y.Path && x.Kind == y.Kind && bytes.Equal(x.Body, y.Body) && slices.Equal(x.Labels, y.Labels)
		}
		if !slices.EqualFunc(files, generate(t, 1), same) {
			t.Error("the same seed gives other files")
		}
		if slices.EqualFunc(files, generate(t, 2), same) {
			t.Error("another seed gives the same files")
		}
	})
}

// isLarge checks that the set is large enough for meaningful figures.
func isLarge(t *testing.T, files []File) {
	got := count(t, files)
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"secrets", got.values[Secret], 2000},
		{"harmless values", got.values[Harmless], 6000},
		{"kinds of secrets", len(got.kinds[Secret]), 200},
		{"kinds of harmless values", len(got.kinds[Harmless]), 90},
		{"kinds of files", len(got.files), 100},
	} {
		if c.got < c.want {
			t.Errorf("%d %s; at least %d are wanted", c.got, c.what, c.want)
		}
	}
}

// labelsStand checks that every file has the value of each label at its location.
func labelsStand(t *testing.T, files []File) {
	for _, f := range files {
		body := f.Body
		if f.Packed {
			if body = unpack(t, f); body == nil {
				continue // an archive: its members are of kinds that are checked here
			}
		}
		last := 0
		for _, l := range f.Labels {
			if l.Start < last || l.End > len(body) || l.Start >= l.End {
				t.Fatalf("%s: a label of kind %q at %d to %d of %d bytes, after one that ends at %d", f.Path, l.Kind, l.Start, l.End, len(body), last)
			}
			last = l.End
			there := string(body[l.Start:l.End])
			if strings.HasSuffix(f.Kind, "utf-16") {
				there = strings.ReplaceAll(there, "\x00", "")
			}
			if plain := html.UnescapeString(strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(there)); there != l.Value && plain != l.Value && yamlScalar(l.Value) != there {
				t.Errorf("%s: at %d is %q and not the value %q", f.Path, l.Start, there, l.Value)
			}
			if line := 1 + bytes.Count(body[:l.Start], []byte("\n")); line != l.FirstLine {
				t.Errorf("%s: %q is said to be in line %d and is in line %d", f.Path, l.Value, l.FirstLine, line)
			}
		}
	}
}

// unpack returns the text of a packed file, nil for an archive.
func unpack(t *testing.T, f File) []byte {
	t.Helper()
	var r io.Reader
	var err error
	switch f.Kind {
	case "gzip":
		r, err = gzip.NewReader(bytes.NewReader(f.Body))
	case "git object":
		r, err = zlib.NewReader(bytes.NewReader(f.Body))
	default:
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if f.Kind == "git object" {
		_, body, _ = bytes.Cut(body, []byte{0})
	}
	return body
}

// TestKeysAreKeys parses the generated private keys and certificates.
func TestKeysAreKeys(t *testing.T) {
	s := newSource(5)
	for name, parse := range map[string]func([]byte) error{
		"rsa private key": func(der []byte) error { _, err := x509.ParsePKCS1PrivateKey(der); return err },
		"ec private key":  func(der []byte) error { _, err := x509.ParseECPrivateKey(der); return err },
		"ed25519 key":     func(der []byte) error { _, err := x509.ParsePKCS8PrivateKey(der); return err },
		"certificate":     func(der []byte) error { _, err := x509.ParseCertificate(der); return err },
	} {
		text, _ := s.pemText(name)
		block, _ := pem.Decode([]byte(text))
		if block == nil {
			t.Errorf("%s is no PEM: %s", name, text)
		} else if err := parse(block.Bytes); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEveryDocumentExpands finds misspelt names in braces: they would remain in the file.
func TestEveryDocumentExpands(t *testing.T) {
	s := newSource(9)
	for _, table := range append(documentTables(), heldOutDocuments()...) {
		for _, d := range table {
			_, labels, err := s.expand(d.text)
			if err != nil || len(labels) == 0 {
				t.Errorf("%s: %d labels, %v", d.kind, len(labels), err)
			}
			for _, l := range labels {
				if strings.HasPrefix(l.Value, "{") && !strings.HasPrefix(l.Value, "{{") && strings.HasSuffix(l.Value, "}") && strings.Contains(d.text, "|"+l.Value) {
					t.Errorf("%s: %s is no name of a value", d.kind, l.Value)
				}
			}
		}
	}
}

// TestChecksum checks that the checksum of a secret token is right, and that of a harmless
// one wrong.
func TestChecksum(t *testing.T) {
	s := newSource(11)
	right := checksummed("t_")(s)
	if got := right[:32] + base62(crc32.ChecksumIEEE([]byte(right[2:32])), 6); got != right {
		t.Errorf("the checksum of %s is wrong", right)
	}
	wrong := s.kinds["token with a wrong checksum"].make(s)
	_, body, _ := strings.Cut(wrong, "_")
	if base62(crc32.ChecksumIEEE([]byte(body[:30])), 6) == body[30:] {
		t.Errorf("the checksum of %s is right", wrong)
	}
}
