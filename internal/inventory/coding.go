package inventory

import (
	"encoding/binary"
	"errors"
	"slices"
)

// coder writes or reads the fields of a Layer, so that one list of fields serves
// both directions. Numbers are unsigned varints; text has its length before it.
type coder struct {
	reading bool
	data    []byte // written so far, or left to read
	err     error  // the first error of reading
}

var errEncoding = errors.New("the inventory of the layer is damaged")

func (l *Layer) encode() []byte {
	var c coder
	c.layer(l)
	return c.data
}

// Decode gives back what the pass over a layer made of it. The file lists share
// memory with data.
func Decode(data []byte) (*Layer, error) {
	c := coder{reading: true, data: data}
	l := new(Layer)
	c.layer(l)
	if c.err == nil && len(c.data) > 0 {
		c.err = errEncoding
	}
	return l, c.err
}

func (c *coder) layer(l *Layer) {
	list(c, &l.Found, (*coder).found)
	list(c, &l.Releases, (*coder).release)
	c.int(&l.Beyond)
}

func (c *coder) found(f *Found) {
	c.int(&f.Ordinal)
	c.string(&f.Format)
	role := int(f.Role)
	c.int(&role)
	f.Role = Role(role)
	c.string(&f.Unread)
	c.string((*string)(&f.UnreadCode))
	list(c, &f.Packages, (*coder).pkg)
}

func (c *coder) pkg(p *Package) {
	c.string(&p.Type)
	c.string(&p.Name)
	c.string(&p.Version)
	c.string(&p.Arch)
	c.string(&p.SourceName)
	c.string(&p.SourceVersion)
	list(c, &p.Licenses, (*coder).string)
	c.string(&p.Modularity)
	c.string(&p.Within)
	c.bool(&p.Text)
	c.bytes((*[]byte)(&p.Files))
	c.bytes((*[]byte)(&p.Functions))
}

func (c *coder) release(r *Release) {
	c.int(&r.Ordinal)
	c.string(&r.ID)
	c.string(&r.VersionID)
	c.string(&r.PrettyName)
	c.string(&r.CPEName)
}

func (c *coder) fail() {
	c.err = errEncoding
	c.data = nil
}

func (c *coder) int(n *int) {
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

func (c *coder) bool(b *bool) {
	n := 0
	if *b {
		n = 1
	}
	c.int(&n)
	*b = n == 1
}

func (c *coder) bytes(b *[]byte) {
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

func (c *coder) string(s *string) {
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

// list codes the elements of a slice. Each takes at least a byte, which bounds
// the number that is believed.
func list[T any](c *coder, s *[]T, element func(*coder, *T)) {
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
