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
	// maxRow is the number of bytes of a row that are read, maxDatabase the number of
	// bytes that are written out for the whole database.
	maxRow, maxDatabase = 1 << 20, 16 << 20
)

var errRoom = errors.New("no more is written out")

// sqliteSource returns the values of a SQLite database that have a name: the name of their
// column, or a name in another column of the row, as in tables of settings. It returns nil
// for any other file. Of a damaged or truncated database it returns what can be read.
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

// column writes the value of a column. It does not write the hash of a password, which in a
// database often is hexadecimal digits without a mark of the algorithm.
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

// settingColumns returns which columns of a table of settings have the names and the
// values; -1 if the table is none of settings.
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

// scanDatabase searches a SQLite database that was too long to be searched as one text. It
// adds what the search of the windows did not find.
func (r *fileScan) scanDatabase(f *seaworthy.File) {
	origin := credential.OriginOf(f.Path, f.Head)
	if origin.Learn(); origin.Installed || !bytes.HasPrefix(f.Head, []byte(sqlite.Magic)) {
		return
	}
	matches, gaps := r.analyzer.scanSourceText(sqliteSource(r.analyzer.rules, f.ReaderAt(), f.Size), f.Path, r.effort)
	var found []occurrence
	for i := range matches {
		m := &matches[i]
		if !slices.ContainsFunc(r.found, func(s occurrence) bool { return s.Offset == int64(m.Start) }) {
			found = append(found, r.analyzer.occurrence(m))
		}
	}
	r.add(found, gaps)
}
