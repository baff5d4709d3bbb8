package gitpack

import "io"

// input reads parts of a pack.
type input struct {
	file io.ReaderAt
	size int64
	body []byte // the whole pack, if it is in memory
	// window has the bytes that were read last. They start at the offset from.
	window []byte
	from   int64
	err    error // the first error of file
}

// The number of bytes to read: readAhead if the following part is needed next, readExactly
// if not.
const readAhead, readExactly = 256 << 10, 0

// bytes returns n bytes at an offset, or fewer at the end of the pack. They are valid until
// the next call.
func (in *input) bytes(at int64, n, ahead int) []byte {
	n = int(max(0, min(int64(n), in.size-at)))
	if n == 0 || in.err != nil {
		return nil
	}
	if in.body != nil {
		return in.body[at : at+int64(n)]
	}
	if at < in.from || at+int64(n) > in.from+int64(len(in.window)) {
		want := int(min(int64(max(n, ahead)), in.size-at))
		if cap(in.window) < want {
			in.window = make([]byte, want)
		}
		got, err := in.file.ReadAt(in.window[:want], at)
		if got < want {
			in.err = err
		}
		in.window, in.from = in.window[:got], at
		n = min(n, got)
	}
	return in.window[at-in.from:][:n]
}
