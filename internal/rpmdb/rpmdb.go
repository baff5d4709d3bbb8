// Package rpmdb reads RPM databases.
//
// RPM has had three formats of databases: SQLite (rpmdb.sqlite), its own format ndb
// (Packages.db), and a hash table of Berkeley DB (Packages). [SQLite], [NDB] and [Berkeley]
// read a database and yield a header for each installed package, which is a record in the
// binary format of RPM. [ParseHeader] parses a header into a [Package].
//
// The package refuses truncated, damaged and encrypted databases. The input may be hostile:
// lengths and numbers are checked against the length of the file, and cycles of references
// are detected.
package rpmdb

import "iter"

// Headers yields the headers of a database, one for each package. It ends after the first
// error. The bytes of a header are valid until the next iteration.
type Headers = iter.Seq2[[]byte, error]

// maxHeader is the maximum length of a header in bytes, the same as in RPM.
const maxHeader = 256 << 20
