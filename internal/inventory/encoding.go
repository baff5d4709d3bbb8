package inventory

import (
	"encoding/binary"
	"errors"
	"slices"
)

// codec encodes or decodes a Layer. Both directions use the same list of fields, so that
// they cannot differ. Numbers are unsigned varints. Text follows its length.
type codec struct {
	reading bool
	data    []byte // what was written, or what remains to be read
	err     error  // the first error of reading
	most    int    // packages that may still be read
	over    int    // files whose packages were skipped
}

var errDamaged = errors.New("the inventory of the layer is damaged")

func (l *Layer) encode() []byte {
	var c codec
	c.layer(l)
	return c.data
}

// Decode decodes the result of the Analyzer for a layer. It stops at the first file with
// which the layer has more than most packages, and adds the files that are left to
// Layer.OverLimit. The file lists share memory with data, which must not be changed.
func Decode(data []byte, most int) (*Layer, error) {
	c := codec{reading: true, data: data, most: max(most, 0)}
	l := new(Layer)
	c.layer(l)
	l.OverLimit += c.over
	if c.err == nil && len(c.data) > 0 {
		c.err = errDamaged
	}
	return l, c.err
}

func (c *codec) layer(l *Layer) {
	list(c, &l.Files, (*codec).found)
	if c.over > 0 && c.err == nil {
		l.Files = l.Files[:len(l.Files)-c.over]
	}
	list(c, &l.Releases, (*codec).release)
	list(c, &l.Marks, (*codec).mark)
	c.int(&l.OverLimit)
}

func (c *codec) found(f *PackageFile) {
	c.int(&f.Ordinal)
	c.string(&f.Format)
	role := int(f.Role)
	c.int(&role)
	f.Role = Role(role)
	c.string(&f.ReadError)
	c.string((*string)(&f.ReadErrorCode))
	if c.reading && c.err == nil {
		n, _ := binary.Uvarint(c.data)
		if c.over > 0 || n > uint64(c.most) {
			c.over++
			c.skipPackages()
			return
		}
		c.most -= int(n)
	}
	list(c, &f.Packages, (*codec).pkg)
	c.int(&f.Tree.Root)
	list(c, &f.Tree.Pages, (*codec).page)
}

func (c *codec) page(p *Page) {
	c.int(&p.Number)
	list(c, &p.Below, (*codec).int)
	list(c, &p.Rows, (*codec).int)
}

// skipPackages reads a list of packages without keeping it.
func (c *codec) skipPackages() {
	var n int
	for c.int(&n); n > 0 && c.err == nil; n-- {
		c.pkg(new(Package))
	}
}

func (c *codec) pkg(p *Package) {
	c.string(&p.Type)
	c.string(&p.Name)
	c.string(&p.Version)
	c.string(&p.Arch)
	c.string(&p.SourceName)
	c.string(&p.SourceVersion)
	c.string(&p.Vendor)
	c.bool(&p.VendorUncertain)
	list(c, &p.Licenses, (*codec).string)
	c.string(&p.Modularity)
	c.string(&p.InnerPath)
	c.bool(&p.ByText)
	c.bool(&p.Untagged)
	list(c, &p.NameHints, (*codec).string)
	c.int(&p.Row)
	c.bytes((*[]byte)(&p.Files))
	c.bytes((*[]byte)(&p.Functions))
}

func (c *codec) release(r *Release) {
	c.int(&r.Ordinal)
	c.string(&r.ID)
	c.string(&r.VersionID)
	c.string(&r.Codename)
	c.string(&r.PrettyName)
	c.string(&r.CPEName)
}

func (c *codec) mark(m *Mark) {
	c.int(&m.Ordinal)
	c.string(&m.Kind)
}

func (c *codec) fail() {
	c.err = errDamaged
	c.data = nil
}

func (c *codec) int(n *int) {
	if !c.reading {
		c.data = binary.AppendUvarint(c.data, uint64(*n))
		return
	}
	v, size := binary.Uvarint(c.data)
	if size <= 0 || v > 1<<40 {
		c.fail()
		return
	}
	*n, c.data = int(v), c.data[size:]
}

func (c *codec) bool(b *bool) {
	n := 0
	if *b {
		n = 1
	}
	c.int(&n)
	*b = n == 1
}

func (c *codec) bytes(b *[]byte) {
	n := len(*b)
	c.int(&n)
	switch {
	case !c.reading:
		c.data = append(c.data, *b...)
	case c.err != nil || n > len(c.data):
		c.fail()
	case n == 0:
		*b = nil
	default:
		*b, c.data = slices.Clip(c.data[:n]), c.data[n:]
	}
}

func (c *codec) string(s *string) {
	if c.reading {
		var b []byte
		c.bytes(&b)
		*s = string(b)
		return
	}
	n := len(*s)
	c.int(&n)
	c.data = append(c.data, *s...)
}

// list encodes or decodes the elements of a slice. Each takes at least a byte, so a length
// that exceeds the remaining bytes is an error.
func list[T any](c *codec, s *[]T, element func(*codec, *T)) {
	n := len(*s)
	c.int(&n)
	if c.reading {
		if n > len(c.data) {
			c.fail()
		}
		if c.err != nil || n == 0 {
			return
		}
		*s = make([]T, n)
	}
	for i := range *s {
		element(c, &(*s)[i])
		if c.err != nil {
			*s = nil
			return
		}
	}
}
