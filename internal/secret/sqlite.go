package secret

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/credential/secretname"
	"seaworthy.dev/seaworthy/internal/sqlite"
)

// The limits of a database.
const (
	// maxRow is how many bytes of a row are read, maxDatabase how many are written
	// out of all.
	maxRow, maxDatabase = 1 << 20, 16 << 20
)

var errRoom = errors.New("no more is written out")

// sqliteSource writes out the values of a SQLite database that have a name: that of
// their column, or what another column of the row calls them, as tables of settings
// do. It is nil for any other file. Of a database that is damaged or cut it is what
// can be read.
func sqliteSource(rules *credential.Rules, file io.ReaderAt, size int64) *sourceText {
	db, err := sqlite.Open(file, size)
	if err != nil {
		return nil
	}
	tables, _ := db.Tables()
	out := &sourceText{}
	for _, t := range tables {
		columns := t.Columns()
		var secrets []int
		for i, name := range columns {
			if rules.NamesSecret(name) {
				secrets = append(secrets, i)
			}
		}
		key, value := settingColumns(columns)
		if len(secrets) == 0 && key < 0 {
			continue
		}
		err := db.Rows(t, maxRow, func(r *sqlite.Record) error {
			row, err := r.Columns()
			if err != nil {
				return nil // the next may be whole
			}
			for _, i := range secrets {
				if i < len(row) {
					out.write(`"` + columns[i] + `": `)
					out.column(&row[i], strings.ToLower(columns[i]))
				}
			}
			if key >= 0 && max(key, value) < len(row) && row[key].IsText() && len(row[key].Value) <= credential.MaxName && !bytes.ContainsAny(row[key].Value, "\"\\\n\r") {
				out.write(`"` + string(row[key].Value) + `": `)
				out.column(&row[value], strings.ToLower(string(row[key].Value)))
			}
			if len(out.text) > maxDatabase {
				return errRoom
			}
			return nil
		})
		if errors.Is(err, errRoom) {
			out.cut = true
			break
		}
	}
	return out
}

// column writes the value of a column. What a password was hashed to is none: in a
// database it has many forms of which nothing but digits in base 16 is to be seen.
func (r *sourceText) column(c *sqlite.Column, name string) {
	v := c.Value
	quote := quoteFor(v)
	if c.IsText() && quote != 0 && len(v) <= maxQuoted && !bytes.ContainsAny(v, "\n\r\x00") && !credential.IsPasswordHash(v, name) {
		r.text = append(r.text, quote)
		c.Pieces(r.piece)
		r.text = append(r.text, quote)
	}
	r.write(",\n")
}

// settingColumns gives the columns of a table of settings that have their names and
// their values; -1 for a table that is none.
func settingColumns(columns []string) (key, value int) {
	find := func(words ...string) int {
		return slices.IndexFunc(columns, func(name string) bool {
			parts := secretname.Words(strings.ToLower(name))
			return len(parts) > 0 && slices.Contains(words, parts[len(parts)-1])
		})
	}
	key, value = find("key", "name", "option", "setting", "parameter", "param", "property", "variable", "slug", "k"), find("value", "val", "v")
	if key < 0 || value < 0 {
		return -1, -1
	}
	return key, value
}

// scanDatabase scans a SQLite database that was too long to be scanned as one
// text, for what the windows of the text did not show.
func (r *fileScan) scanDatabase(f *seaworthy.File) {
	origin := credential.OriginOf(f.Path, f.Head)
	if origin.Learn(); origin.Installed || !bytes.HasPrefix(f.Head, []byte(sqlite.Magic)) {
		return
	}
	matches, gaps := r.analyzer.recover(sqliteSource(r.analyzer.rules, f.ReaderAt(), f.Size), f.Path, r.effort)
	var found []sighting
	for i := range matches {
		m := &matches[i]
		if !slices.ContainsFunc(r.found, func(s sighting) bool { return s.Offset == int64(m.Start) }) {
			found = append(found, r.analyzer.sighting(m))
		}
	}
	r.keep(found, gaps)
}
