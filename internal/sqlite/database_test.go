package sqlite

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

// sample returns a database with a table on many pages, and one with overflow pages.
func sample() []byte {
	many := imagetest.SQLiteTable{Name: "many", SQL: "CREATE TABLE many (a, b)"}
	for i := range 100 {
		many.Rows = append(many.Rows, []string{fmt.Sprint(i), strings.Repeat("b", i)})
	}
	long := imagetest.SQLiteTable{Name: "long", SQL: "CREATE TABLE long (a, b, c)", Rows: [][]string{
		{"first", strings.Repeat("0123456789", 500), "last"},
		{strings.Repeat("x", 989), "y", "z"},
	}}
	return []byte(imagetest.SQLite(many, long))
}

// rows returns the values of all tables, and checks their positions.
func rows(t *testing.T, data []byte, limit int) (map[string][][]string, error) {
	db, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	tables, err := db.Tables()
	if err != nil {
		return nil, err
	}
	got := make(map[string][][]string)
	for _, table := range tables {
		table.Columns()
		err := db.Rows(table, limit, func(r *Record) error {
			columns, err := r.Columns()
			if err != nil {
				return err
			}
			var row []string
			for _, c := range columns {
				var b strings.Builder
				c.Pieces(func(part []byte, from int64) {
					b.Write(part)
					if !bytes.HasPrefix(data[from:], part) {
						t.Errorf("%.20q is not at %d", part, from)
					}
				})
				if b.String() != string(c.Value) {
					t.Errorf("the pieces of %.20q are %.20q", c.Value, b.String())
				}
				row = append(row, string(c.Value))
			}
			got[table.Name] = append(got[table.Name], row)
			return nil
		})
		if err != nil {
			return got, err
		}
	}
	return got, nil
}

func TestRows(t *testing.T) {
	got, err := rows(t, sample(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if len(got["many"]) != 100 || got["many"][99][1] != strings.Repeat("b", 99) {
		t.Errorf("%d rows of many", len(got["many"]))
	}
	want := [][]string{{"first", strings.Repeat("0123456789", 500), "last"}, {strings.Repeat("x", 989), "y", "z"}}
	if diff := cmp.Diff(want, got["long"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, err = rows(t, sample(), 1500); err != nil || len(got["long"]) != 2 || len(got["long"][0]) != 1 {
		t.Errorf("rows over the limit: %d, %v", len(got["long"]), err)
	}
}

// TestCycle has an interior page that is its own child.
func TestCycle(t *testing.T) {
	data := sample()
	for n := 1; n*1024 < len(data); n++ {
		if page := data[n*1024:]; page[0] == interior {
			binary.BigEndian.PutUint32(page[8:], uint32(n+1))
		}
	}
	if _, err := rows(t, data, 1<<20); err == nil {
		t.Error("no error")
	}
}

// TestManyParents has pages that name the next one as often as possible. Without a limit
// they would need much memory.
func TestManyParents(t *testing.T) {
	const pages, size = 64, 65536
	data := make([]byte, pages*size)
	copy(data, Magic)
	binary.BigEndian.PutUint16(data[16:], 1)
	data[100] = interior
	binary.BigEndian.PutUint32(data[108:], 2)
	for n := 1; n < pages; n++ {
		page := data[n*size:][:size]
		const cells = (size - 12) / 2
		page[0] = interior
		binary.BigEndian.PutUint16(page[3:], cells)
		binary.BigEndian.PutUint32(page[8:], uint32(n+2))
		for i := range cells {
			binary.BigEndian.PutUint16(page[12+2*i:], 8)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := rows(t, data, 1<<20); err == nil {
		t.Error("no error")
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > uint64(len(data)) {
		t.Errorf("it took %d bytes to read %d", took, len(data))
	}
}

// TestOverlappingRows has rows that share their bytes. Without a limit they would need much
// time.
func TestOverlappingRows(t *testing.T) {
	data := sample()
	for n := 1; n*1024 < len(data); n++ {
		if page := data[n*1024:]; page[0] == leaf {
			const cells = 400
			binary.BigEndian.PutUint16(page[3:], cells)
			for i := range cells {
				copy(page[8+2*i:], page[8:10])
			}
		}
	}
	if _, err := rows(t, data, 1<<20); err == nil {
		t.Error("no error")
	}
}

func TestColumns(t *testing.T) {
	for sql, want := range map[string][]string{
		"CREATE TABLE t (a, b TEXT)": {"a", "b"},
		"CREATE TABLE IF NOT EXISTS \"t\" (\n\t\"a b\" VARCHAR(255) DEFAULT 'x,y)' NOT NULL, -- a comment, or two\n\t[c] INT /* ( */, `d`\"\"\"e\" )": {"a b", "c", "d"},
		"CREATE TABLE t (id INTEGER PRIMARY KEY, v DECIMAL(10,2) CHECK (v > 0), PRIMARY KEY (id, v), CONSTRAINT x UNIQUE (v))":                        {"id", "v"},
		"CREATE TABLE t (primary, b)": {"primary", "b"},
		"CREATE TABLE t (a, b GENERATED ALWAYS AS (a || 'x') VIRTUAL, c AS (a) STORED, d)": {"a", "c", "d"},
		"CREATE TABLE t (a PRIMARY KEY, b) WITHOUT ROWID":                                  nil,
		"CREATE TABLE t (a, b":                 nil,
		"CREATE VIRTUAL TABLE t USING fts5(a)": nil,
		"":                                     nil,
	} {
		if diff := cmp.Diff(want, Table{SQL: sql}.Columns()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", sql, diff)
		}
	}
}

func FuzzDatabase(f *testing.F) {
	f.Add(sample())
	f.Add(sample()[:3<<10])
	f.Fuzz(func(t *testing.T, data []byte) { _, _ = rows(t, data, 1<<16) })
}
