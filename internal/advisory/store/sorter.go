package store

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
)

// sorter sorts pairs of key and value by key. They may be more than fit in memory: when
// limit is reached, the pairs in memory are sorted and written to a temporary file (a
// run), and in the end all runs are merged. Pairs with the same key stay in the order in
// which they were added.
type sorter struct {
	dir   string // of the temporary files
	limit int    // bytes in memory before a run is written
	arena []byte // keys and values, one after the other
	pairs []pairOffsets
	runs  []*os.File
}

// pairOffsets says where a pair is in the arena: key from start to keyEnd, value from
// keyEnd to end.
type pairOffsets struct{ start, keyEnd, end int }

func (s *sorter) add(key, value []byte) error {
	start := len(s.arena)
	s.arena = append(append(s.arena, key...), value...)
	s.pairs = append(s.pairs, pairOffsets{start, start + len(key), len(s.arena)})
	const overhead = 24
	if len(s.arena)+overhead*len(s.pairs) < s.limit {
		return nil
	}
	return s.spill()
}

func (s *sorter) sort() {
	slices.SortFunc(s.pairs, func(a, b pairOffsets) int {
		return cmp.Or(bytes.Compare(s.arena[a.start:a.keyEnd], s.arena[b.start:b.keyEnd]), cmp.Compare(a.start, b.start))
	})
}

// spill writes what is in memory as a run.
func (s *sorter) spill() error {
	f, err := temporary(s.dir)
	if err != nil {
		return err
	}
	s.runs = append(s.runs, f)
	s.sort()
	w := bufio.NewWriterSize(f, 256<<10)
	var lengths []byte
	for _, p := range s.pairs {
		lengths = binary.AppendUvarint(lengths[:0], uint64(p.keyEnd-p.start))
		lengths = binary.AppendUvarint(lengths, uint64(p.end-p.keyEnd))
		w.Write(lengths)
		w.Write(s.arena[p.start:p.end])
	}
	s.arena, s.pairs = s.arena[:0], s.pairs[:0]
	return w.Flush()
}

// forEach calls visit once for each key in order, with the values of all its pairs one
// after the other. Key and values are valid until visit returns.
func (s *sorter) forEach(visit func(key, values []byte) error) error {
	s.sort()
	var runs []run
	for _, file := range s.runs {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		runs = append(runs, &fileRun{in: bufio.NewReaderSize(file, 256<<10)})
	}
	runs = append(runs, &memoryRun{s: s})
	for i := 0; i < len(runs); {
		if ok, err := runs[i].next(); err != nil {
			return err
		} else if !ok {
			runs = slices.Delete(runs, i, i+1)
			continue
		}
		i++
	}
	var key, values []byte
	for len(runs) > 0 {
		smallest := 0
		for i := range runs {
			if bytes.Compare(runs[i].key(), runs[smallest].key()) < 0 {
				smallest = i
			}
		}
		r := runs[smallest]
		if len(values) > 0 && !bytes.Equal(key, r.key()) {
			if err := visit(key, values); err != nil {
				return err
			}
			values = values[:0]
		}
		key = append(key[:0], r.key()...)
		values = append(values, r.value()...)
		if ok, err := r.next(); err != nil {
			return err
		} else if !ok {
			runs = slices.Delete(runs, smallest, smallest+1)
		}
	}
	if len(values) > 0 {
		return visit(key, values)
	}
	return nil
}

func (s *sorter) close() error {
	var err error
	for _, f := range s.runs {
		err = errors.Join(err, f.Close())
	}
	return err
}

// run is a sorted list of pairs. next goes to the next pair, and reports whether there is
// one. What key and value return is valid until the next call of next.
type run interface {
	next() (bool, error)
	key() []byte
	value() []byte
}

type memoryRun struct {
	s *sorter
	i int // index of the current pair, plus 1
}

func (r *memoryRun) next() (bool, error) {
	r.i++
	return r.i <= len(r.s.pairs), nil
}

func (r *memoryRun) key() []byte {
	p := r.s.pairs[r.i-1]
	return r.s.arena[p.start:p.keyEnd]
}

func (r *memoryRun) value() []byte {
	p := r.s.pairs[r.i-1]
	return r.s.arena[p.keyEnd:p.end]
}

type fileRun struct {
	in     *bufio.Reader
	data   []byte // the current pair: key, then value
	keyLen int
}

func (r *fileRun) next() (bool, error) {
	key, err := binary.ReadUvarint(r.in)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	value, err := binary.ReadUvarint(r.in)
	if err != nil {
		return false, err
	}
	r.data = slices.Grow(r.data[:0], int(key+value))[:key+value]
	r.keyLen = int(key)
	_, err = io.ReadFull(r.in, r.data)
	return err == nil, err
}

func (r *fileRun) key() []byte   { return r.data[:r.keyLen] }
func (r *fileRun) value() []byte { return r.data[r.keyLen:] }

// temporary creates a file and removes its name, so that it no longer exists once it is
// closed.
func temporary(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, temporaryPrefix)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
