package zipfile

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// archive is a zip archive of these files, stored and deflated by turns.
func archive(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, text := range files {
		f, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("%d.txt", i), Method: []uint16{zip.Store, zip.Deflate}[i%2]})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWalk(t *testing.T) {
	texts := []string{"stored", strings.Repeat("deflated ", 1000), ""}
	body := append([]byte("#!/bin/sh\n"), archive(t, texts...)...)
	z, err := Open(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	if z.Before() != int64(len("#!/bin/sh\n")) {
		t.Errorf("%d bytes before the archive", z.Before())
	}
	n := 0
	err = z.Walk(func(e *Entry) error {
		budget := int64(1 << 20)
		got, err := z.Read(e, 1<<20, &budget)
		if err != nil || string(got) != texts[n] || string(e.Name) != fmt.Sprintf("%d.txt", n) {
			t.Errorf("%s: %d bytes, %v", e.Name, len(got), err)
		}
		if budget != 1<<20-int64(len(texts[n])) {
			t.Errorf("%s: budget of %d", e.Name, budget)
		}
		n++
		return nil
	})
	if err != nil || n != len(texts) {
		t.Errorf("%d entries, %v", n, err)
	}
}

// TestUnusualArchives has archives that Java reads, and that look like others or like none.
func TestUnusualArchives(t *testing.T) {
	plain := archive(t, "a", "b")
	const end = "PK\x05\x06"
	endAt := bytes.LastIndex(plain, []byte(end))
	comment := func(text string) []byte {
		b := append(bytes.Clone(plain), text...)
		b[endAt+20], b[endAt+21] = byte(len(text)), byte(len(text)>>8)
		return b
	}
	count := func(n byte) []byte {
		b := bytes.Clone(plain)
		b[endAt+8], b[endAt+10] = n, n
		return b
	}
	for _, c := range []struct {
		name string
		body []byte
		err  string
	}{
		{"bytes before the first record", append(bytes.Repeat([]byte("x"), 100), plain...), ""},
		{"a local header before the first record", append([]byte("PK\x03\x04 no archive"), plain...), ""},
		{"a comment", comment("text"), ""},
		{"an end record in the comment", comment(end + strings.Repeat("\x00", 30)), ""},
		{"an end record in the comment that leads to nothing", comment(end + strings.Repeat("\x00", 8) + "\x05\x00\x00\x00\x01\x00\x00\x00\x00\x00  "), ""},
		{"bytes behind the archive", append(bytes.Clone(plain), "behind"...), ""},
		{"an end record behind the archive", append(bytes.Clone(plain), (end + strings.Repeat("\x00", 18) + "x")...), ""},
		{"a number of entries that is too low", count(0), ""},
		{"a number of entries that is too high", count(3), "truncated after 2 of 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			z, err := Open(bytes.NewReader(c.body), int64(len(c.body)))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			err = z.Walk(func(e *Entry) error {
				budget := int64(100)
				text, err := z.Read(e, 100, &budget)
				got = append(got, string(text))
				return err
			})
			if fmt.Sprint(got) != "[a b]" || (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

func TestLongNames(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	var want []string
	for _, n := range []int{10, shortName, shortName + 1, maxName, 20} {
		want = append(want, strings.Repeat("n", n))
		if _, err := w.Create(want[len(want)-1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := z.Walk(func(e *Entry) error { got = append(got, string(e.Name)); return nil }); err != nil || !slices.Equal(got, want) {
		t.Errorf("%d names, %v", len(got), err)
	}
}

func TestBudget(t *testing.T) {
	body := archive(t, "", strings.Repeat("x", 1000))
	z, err := Open(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	err = z.Walk(func(e *Entry) error {
		for _, c := range []struct {
			most, budget int64
			short        bool
		}{{1000, 1000, false}, {999, 1000, true}, {1000, 999, true}} {
			budget := c.budget
			if _, err := z.Read(e, c.most, &budget); e.Unpacked > 0 && (err != nil) != c.short {
				t.Errorf("%s with %+v: %v", e.Name, c, err)
			}
		}
		budget := int64(0)
		if _, err := z.Read(e, 1000, &budget); !errors.Is(err, ErrBudget) {
			t.Errorf("%s without a budget: %v", e.Name, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func FuzzArchive(f *testing.F) {
	f.Add(archive(f, "a", "bb", ""))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, body []byte) {
		z, err := Open(bytes.NewReader(body), int64(len(body)))
		if err != nil {
			return
		}
		const most = 1 << 16
		budget := int64(1 << 20)
		_ = z.Walk(func(e *Entry) error {
			if len(e.Name) > maxName {
				t.Errorf("a name of %d bytes", len(e.Name))
			}
			text, err := z.Read(e, most, &budget)
			if len(text) > most || err != nil && text != nil {
				t.Errorf("%d bytes, %v", len(text), err)
			}
			return nil
		})
		if budget < -most-1 {
			t.Errorf("budget of %d", budget)
		}
	})
}
