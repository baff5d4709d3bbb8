// Package store reads and writes the files of the advisory database. Each file holds one
// dataset: the advisories of an ecosystem, the states of vulnerabilities in a
// distribution, the KEV catalog, the EPSS scores, or the dates when releases of
// distributions reach their end of life.
//
//   - [Builder] and [CVEBuilder] write a file from OSV records, statements or scores.
//   - [Open] opens a file. The methods of [File] look up a package, a CVE or a release.
//   - [OpenSnapshots] and [Export] write datasets to an archive, and [Importer] reads it on
//     another machine.
//
// A file is refused if it has another format version, or if a checksum does not match.
//
// # Directory
//
// A database is a directory with one file for each dataset, <name>.advisories. The name
// is escaped as in the path of a URL. Files are immutable. A new file is written under a
// temporary name (.tmp-*) and renamed, so a reader sees either the old file or the new
// one. A reader that has the old file open continues to read it. Writers of the same
// dataset lock <name>.advisories.lock; readers take no lock.
//
// # File
//
//	header   28 bytes
//	         16 bytes  "seaworthy data\n\x00"
//	         uint32    format version, now 2
//	         int64     Unix time of the last check against the source
//	tables   one after the other
//	footer   bytes     [Info] in JSON
//	         uvarint   number of tables, and for each
//	         bytes     name
//	         uvarint   offset in the file
//	         uvarint   length
//	         bytes     index
//	trailer  48 bytes
//	         uint64    offset of the footer
//	         uint64    length of the footer
//	         32 bytes  SHA-256 of the footer
//
// Integers of fixed size are little endian. A uvarint is that of encoding/binary. "bytes"
// and strings are a uvarint length and the content. A list is a uvarint count and the
// elements.
//
// A table is a list of rows, sorted by key in byte order, without duplicates. It consists
// of compressed blocks, in which rows follow each other: bytes key, bytes value. A row is
// never split. The index holds a byte for the codec ('s': S2, 'z': Zstandard), a uvarint
// number of blocks, and for each block: bytes first key, and as uvarints the offset in
// the table, the compressed size, the size before compression, and the CRC-32C of the
// compressed bytes. A look-up searches the index, which is in memory, and reads one block.
// Blocks have about 4 KiB before compression, those of texts 64 KiB.
//
//	table       key                               value
//	packages    kind, ecosystem, 0, package       [Affected] of each advisory
//	advisories  number, 8 bytes, big endian       [Advisory]
//	texts       number, 8 bytes, big endian       [Text]
//	cves        year<<40 | serial, 8 bytes,       in KEV: the date of the entry
//	            big endian                        in EPSS: score and percentile as uvarints,
//	                                              in units of 1e-9
//	                                              in others: as uvarints, the numbers of the
//	                                              advisories that rate the CVE
//	releases    ID, 0, release                    bytes [ReleaseEnd] in JSON
//
// The kind is 'v' or 'm' ([Vulnerable], [Malicious]). Ecosystem and package are in a
// canonical form, so that all spellings of a name find the same row.
//
// # Limits
//
// A footer and a block have at most 256 MiB, and lengths are compared with what is left
// before memory is allocated: a file with wrong lengths costs no more than its own size
// and one block. Decompressed blocks are cached up to 8 MiB a table. A builder sorts in 64 MiB
// and temporary files, whatever the number of records.
//
// # Checksums
//
// Every byte is covered: the footer by the SHA-256 in the trailer, each block by its
// CRC-32C in the footer, which is compared when the block is read. The exception is the
// time of the last check in the header, which is overwritten in place when the source has
// nothing new. CRC-32C detects accidents. Files that come from elsewhere are
// verified by the SHA-256 of the whole file, as [Importer] does.
//
// # Compatibility
//
// The format version is increased whenever an older program would misread a file. A newer
// version than one's own is a [NewerError], and no update replaces such a file. An older
// one is an [OlderError], and the next update writes it again. Unknown tables and unknown
// fields of Info are ignored, so they can be added without a new version.
//
// # Why not bbolt
//
// The first plan was bbolt, a B+ tree in one memory-mapped file. These files replaced it
// since the database is written as a whole and then only read:
//
//   - bbolt takes a lock on the file: an update waits for running scans, or they for it.
//     Here an update renames a file and does not wait.
//   - bbolt has checksums of its two meta pages only. A damaged page is found by a crash
//     or not at all, and with a memory map a truncated file ends the process (SIGBUS).
//   - bbolt stores keys and values as they are. Compressed blocks take a fourteenth of it:
//     25,000 advisories of nine ecosystems are 76 MB in bbolt and 5.5 MB here.
//   - A bbolt file depends on the order of the inserts and never shrinks. Here the same
//     records make the same bytes, so a dataset has a digest, and db push sends only what
//     a registry does not have.
package store
