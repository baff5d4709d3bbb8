package corpus

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// copiesOfBinary is the number of files for each kind of binary file.
const copiesOfBinary = 14

// binaries generates files that are not text: programs, databases, archives.
func (g *generator) binaries() {
	for range copiesOfBinary {
		g.add(g.elf())
		g.add(g.goProgram())
		g.add(g.bytecode())
		g.add(g.class())
		g.add(g.sqlite())
		g.add(g.gitObject())
		g.add(g.gitPack())
		g.add(g.gzip())
		g.archive("zip", "srv/"+g.word()+"/backup.zip", zipped)
		g.archive("jar", "opt/"+g.word()+"/"+g.word()+".jar", zipped)
		g.archive("tar.gz", "root/"+g.word()+".tar.gz", tarred)
	}
}

// mixed returns a few secrets and harmless values.
func (g *generator) mixed(secrets, rest int) []setting {
	var list []setting
	take := func(class Class, kinds []kind, n int) {
		for range n {
			list = append(list, g.several(class, []kind{pick(g.source, kinds)}, 1)...)
		}
	}
	take(Secret, append(tokens(), credentials()...), secrets)
	take(Harmless, harmless(), rest)
	shuffle(g.source, list)
	return list
}

// unnamed returns secrets that are recognised without a name, and harmless values without
// a name.
func (g *generator) unnamed() []setting {
	var list []setting
	for _, name := range []string{"github personal token", "aws access key id", "slack bot token", "stripe secret key", "npm token",
		"postgres url", "google api key", "sendgrid key", "gitlab personal token", "anthropic key", "mongodb url", "rsa json web token"} {
		if g.IntN(4) == 0 {
			list = append(list, g.several(Secret, []kind{g.kinds[name]}, 1)...)
		}
	}
	for _, name := range []string{"uuid", "sha256 digest", "long identifier", "sentence about secrets", "path about secrets", "header about secrets"} {
		list = append(list, g.several(Harmless, []kind{g.kinds[name]}, 1)...)
	}
	shuffle(g.source, list)
	return list
}

// builder writes binary data with labels.
type builder struct {
	bytes.Buffer
	labels []Label
}

func (b *builder) value(s setting) {
	start := b.Len()
	b.WriteString(s.value)
	b.labels = append(b.labels, Label{Class: s.class, Kind: s.kind, Value: s.value, Start: start, End: b.Len()})
}

func (b *builder) file(kind, path string) File {
	setLines(b.Bytes(), b.labels)
	return File{Path: path, Kind: kind, Body: b.Bytes(), Labels: b.labels}
}

// elfHeader is the header of a 64-bit program without sections.
func elfHeader(b *builder, s *source) {
	b.WriteString("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x3e\x00\x01\x00\x00\x00")
	b.Write(make([]byte, 40))
	b.Write(s.bytes(600))
}

// elf generates a program in C: its strings end in NUL.
func (g *generator) elf() File {
	var b builder
	elfHeader(&b, g.source)
	b.WriteString("\x00/lib64/ld-linux-x86-64.so.2\x00libc.so.6\x00getenv\x00usage: %s [options]\x00")
	for _, s := range g.mixed(2, 4) {
		b.WriteString(screaming(s.key) + "=")
		b.value(s)
		b.WriteString("\x00" + g.word() + " %s\n\x00")
	}
	b.Write(g.bytes(400))
	return b.file("elf program", "usr/local/bin/"+g.word())
}

// goProgram generates a program whose strings have no separator.
func (g *generator) goProgram() File {
	var b builder
	elfHeader(&b, g.source)
	b.WriteString("runtime error: index out of range")
	for _, s := range g.unnamed() {
		b.value(s)
		b.WriteString(pick(g.source, []string{"invalid pointer found on heap", "unknown method ", "http: server closed", " goroutine "}))
	}
	b.Write(g.bytes(400))
	return b.file("go program", "usr/local/bin/"+g.word()+"-server")
}

// bytecode generates a module of Python 3.12 in the format of marshal: instructions that
// assign constants to names, the constants, and the names.
func (g *generator) bytecode() File {
	var b builder
	b.WriteString("\xcb\x0d\x0d\x0a\x00\x00\x00\x00")
	b.Write(g.bytes(8))
	settings := g.mixed(2, 3)
	long := func(n int) { b.Write(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
	code := []byte{151, 0} // RESUME
	for i := range settings {
		code = append(code, 100, byte(i), 90, byte(i)) // LOAD_CONST, STORE_NAME
	}
	code = append(code, 121, byte(len(settings))) // RETURN_CONST
	b.WriteByte(0xe3)
	for _, n := range []int{0, 0, 0, 1, 0} { // the arguments of three kinds, the stack, the flags
		long(n)
	}
	b.WriteByte('s')
	long(len(code))
	b.Write(code)
	b.Write([]byte{')', byte(len(settings) + 1)})
	for _, s := range settings {
		if len(s.value) < 256 {
			b.Write([]byte{'z', byte(len(s.value))})
		} else {
			b.WriteByte('a')
			long(len(s.value))
		}
		b.value(s)
	}
	b.Write([]byte{'N', ')', byte(len(settings))})
	for _, s := range settings {
		key := screaming(s.key)
		b.Write([]byte{0xda, byte(len(key))})
		b.WriteString(key)
	}
	b.WriteString(")\x00s\x00\x00\x00\x00\xfa\x0bsettings.py\xda\x08<module>r")
	long(len(settings) + 2) // to <module>
	long(1)
	b.WriteString("s\x00\x00\x00\x00s\x00\x00\x00\x00")
	return b.file("python bytecode", "app/__pycache__/"+g.word()+".cpython-312.pyc")
}

// class generates the constant pool of a Java class.
func (g *generator) class() File {
	var b builder
	settings := g.mixed(2, 3)
	utf8 := func(n int) { b.Write([]byte{1, byte(n >> 8), byte(n)}) }
	b.WriteString("\xca\xfe\xba\xbe\x00\x00\x00\x3d")
	b.Write(binary.BigEndian.AppendUint16(nil, uint16(2*len(settings)+2)))
	utf8(len("java/lang/Object"))
	b.WriteString("java/lang/Object")
	for _, s := range settings {
		key := screaming(s.key)
		utf8(len(key))
		b.WriteString(key)
		utf8(len(s.value))
		b.value(s)
	}
	b.Write(make([]byte, 16))
	return b.file("java class", "app/target/classes/"+capital(g.word())+".class")
}

// sqlite generates a database of two pages with one table of settings.
func (g *generator) sqlite() File {
	const page = 4096
	record := func(columns ...string) (header, body string) {
		for _, c := range columns {
			header += varint(13 + 2*len(c))
			body += c
		}
		return varint(len(header)+1) + header, body
	}
	cells := func(b []byte, at int, rows [][]string) (starts []int) {
		top := page
		for i, columns := range rows {
			header, body := record(columns...)
			cell := varint(len(header)+len(body)) + varint(i+1) + header + body
			top -= len(cell)
			copy(b[top:], cell)
			starts = append(starts, top)
			binary.BigEndian.PutUint16(b[at+8+2*i:], uint16(top))
		}
		b[at] = 13
		binary.BigEndian.PutUint16(b[at+3:], uint16(len(rows)))
		binary.BigEndian.PutUint16(b[at+5:], uint16(top))
		return starts
	}
	body := make([]byte, 2*page)
	copy(body, "SQLite format 3\x00\x10\x00\x01\x01\x00\x40\x20\x20")
	binary.BigEndian.PutUint32(body[24:], 1)
	binary.BigEndian.PutUint32(body[28:], 2)
	binary.BigEndian.PutUint32(body[44:], 4)
	binary.BigEndian.PutUint32(body[56:], 1)
	binary.BigEndian.PutUint32(body[92:], 1)
	binary.BigEndian.PutUint32(body[96:], 3045000)
	schema := "CREATE TABLE settings (name TEXT, value TEXT)"
	header, text := "\x06\x17\x1d\x1d\x01"+varint(13+2*len(schema)), "tablesettingssettings\x02"+schema
	cell := varint(len(header)+len(text)) + "\x01" + header + text
	copy(body[page-len(cell):], cell)
	body[100] = 13
	binary.BigEndian.PutUint16(body[103:], 1)
	binary.BigEndian.PutUint16(body[105:], uint16(page-len(cell)))
	binary.BigEndian.PutUint16(body[108:], uint16(page-len(cell)))

	f := File{Path: "srv/" + g.word() + "/" + g.word() + ".sqlite3", Kind: "sqlite database", Body: body}
	settings := g.mixed(2, 3)
	var rows [][]string
	for _, s := range settings {
		rows = append(rows, []string{s.key, s.value})
	}
	for i, start := range cells(body[page:], 0, rows) {
		s := settings[i]
		at := page + start + strings.Index(string(body[page+start:]), s.key+s.value) + len(s.key)
		f.Labels = append([]Label{{Class: s.class, Kind: s.kind, Value: s.value, Start: at, End: at + len(s.value)}}, f.Labels...)
	}
	setLines(body, f.Labels)
	return f
}

// varint encodes a number below 2^14 for SQLite.
func varint(n int) string {
	if n < 128 {
		return string([]byte{byte(n)})
	}
	return string([]byte{byte(n>>7) | 0x80, byte(n & 0x7f)})
}

// packable returns a syntax for archives and Git objects.
func (g *generator) packable() syntax {
	for {
		switch x := pick(g.source, configuration()); x.kind {
		case "dotenv", "yaml", "json", "properties", "ini", "spring yaml":
			return x
		}
	}
}

func (g *generator) inner(secrets, rest int) File {
	f, err := g.render(g.packable(), g.mixed(secrets, rest))
	if err != nil {
		g.fail(err)
	}
	return f
}

// gitObject generates a loose blob.
func (g *generator) gitObject() File {
	f := g.inner(1, 2)
	blob := fmt.Appendf(nil, "blob %d\x00%s", len(f.Body), f.Body)
	sum := sha1.Sum(blob)
	name := hex.EncodeToString(sum[:])
	return File{Path: "app/.git/objects/" + name[:2] + "/" + name[2:], Kind: "git object", Body: deflated(blob), Packed: true, Labels: f.Labels}
}

// gitPack generates a pack of three blobs, one of them with values.
func (g *generator) gitPack() File {
	f := g.inner(1, 2)
	blobs := [][]byte{[]byte("# " + g.word() + "\n"), f.Body, []byte("all:\n\tgo build ./" + g.word() + "\n")}
	pack := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), uint32(len(blobs)))
	for _, blob := range blobs {
		const isBlob = 3 << 4
		size := len(blob) >> 4
		pack = append(pack, isBlob|byte(len(blob)&15)|more(size))
		for ; size > 0; size >>= 7 {
			pack = append(pack, byte(size&0x7f)|more(size>>7))
		}
		pack = append(pack, deflated(blob)...)
	}
	sum := sha1.Sum(pack)
	pack = append(pack, sum[:]...)
	return File{Path: "srv/" + g.word() + "/.git/objects/pack/pack-" + hex.EncodeToString(sum[:]) + ".pack", Kind: "git pack", Body: pack, Packed: true, Labels: f.Labels}
}

// more returns the bit that a number continues.
func more(rest int) byte {
	if rest > 0 {
		return 0x80
	}
	return 0
}

func deflated(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(data) // a write to memory never fails
	w.Close()
	return b.Bytes()
}

func (g *generator) gzip() File {
	f := g.inner(1, 2)
	return File{Path: f.Path + ".gz", Kind: "gzip", Body: gzipped(f.Body), Packed: true, Labels: f.Labels}
}

func gzipped(body []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(body) // to memory: never fails
	w.Close()
	return b.Bytes()
}

// archive adds an archive of three files.
func (g *generator) archive(kind, path string, pack func([]File) ([]byte, error)) {
	f := File{Path: path, Kind: kind, Packed: true}
	var members []File
	taken := map[string]bool{}
	for len(members) < 3 {
		m := g.inner(1, 2)
		if taken[m.Path] {
			continue
		}
		taken[m.Path] = true
		members = append(members, m)
		for _, l := range m.Labels {
			l.Member = m.Path
			f.Labels = append(f.Labels, l)
		}
	}
	body, err := pack(members)
	if err != nil {
		g.fail(fmt.Errorf("packing %s: %w", path, err))
		return
	}
	f.Body = body
	g.add(f)
}

func zipped(files []File) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f.Path)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.Body); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func tarred(files []File) ([]byte, error) {
	var b bytes.Buffer
	t := tar.NewWriter(&b)
	for _, f := range files {
		if err := t.WriteHeader(&tar.Header{Name: f.Path, Mode: 0o644, Size: int64(len(f.Body))}); err != nil {
			return nil, err
		}
		if _, err := t.Write(f.Body); err != nil {
			return nil, err
		}
	}
	if err := t.Close(); err != nil {
		return nil, err
	}
	return gzipped(b.Bytes()), nil
}
