package secret

import "encoding/binary"

// pycSource writes out what the bytecode of a module of Python gives names to: the
// source is often deleted, and this left behind. It is nil for any other file, and for
// a version of Python whose bytecode is not known. Of a file that is damaged it is
// what stands before the damage.
func pycSource(file []byte) *recovered {
	if len(file) < 16 || file[2] != '\r' || file[3] != '\n' {
		return nil
	}
	version, ok := pycMagic[binary.LittleEndian.Uint16(file)]
	if !ok {
		return nil
	}
	out := &recovered{}
	r := &pycReader{file: file, version: version, at: 16, objects: make([]pycObject, 1, min(64+len(file)/32, pycMaxObjects))}
	if version == python36 {
		r.at = 12 // without flags
	}
	s := &pycStack{pycReader: r, out: out, left: 4 * len(file), room: 4*len(file) + 64<<10}
	r.visit = func(c *pycCode) {
		s.run(c)
		s.alone(c)
	}
	r.object(0)
	return out
}
