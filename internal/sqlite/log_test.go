package sqlite

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"
)

// logOf returns a log with pages of 512 bytes, each a transaction of its own.
func logOf(pages []byte) []byte {
	const size = 512
	var s0, s1 uint32
	sum := func(data []byte) []byte {
		for i := 0; i < len(data); i += 8 {
			s0 += binary.BigEndian.Uint32(data[i:]) + s1
			s1 += binary.BigEndian.Uint32(data[i+4:]) + s0
		}
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, s0), s1)
	}
	log := []byte("\x37\x7f\x06\x83\x00\x2d\xe2\x18\x00\x00\x02\x00\x00\x00\x00\x01saltsalt")
	log = append(log, sum(log)...)
	for n := uint32(1); len(pages) > 0; n++ {
		page := make([]byte, size)
		pages = pages[copy(page, pages):]
		head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, n), n)
		sum(head)
		log = append(append(append(append(log, head...), "saltsalt"...), sum(page)...), page...)
	}
	return log
}

func TestLogs(t *testing.T) {
	pages := make([]byte, 3*512)
	pages[512] = leaf
	pages[2*512] = interior
	binary.BigEndian.PutUint32(pages[2*512+8:], 2)
	log := logOf(pages)
	for _, c := range []struct {
		name  string
		log   []byte
		pages int
		bad   bool
	}{
		{"three transactions", log, 3, false},
		{"half a frame", log[:len(log)-1], 2, false},
		{"a frame of an older log", append(bytes.Clone(log), bytes.Repeat([]byte{1}, 24+512)...), 3, false},
		{"damage in a frame", bytes.Replace(log, []byte{leaf}, []byte{leaf + 1}, 1), 1, false},
		{"header alone", log[:32], 0, false},
		{"damage in the header", bytes.Replace(log, []byte("saltsalt"), []byte("SALTsalt"), 1), 0, true},
		{"nothing", nil, 0, true},
		{"text", bytes.Repeat([]byte("text"), 100), 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := OpenLog(bytes.NewReader(c.log), int64(len(c.log)))
			if (err != nil) != c.bad {
				t.Fatal(err)
			}
			if err == nil && l.Len() != c.pages {
				t.Errorf("%d pages, want %d", l.Len(), c.pages)
			}
		})
	}
}

// FuzzLog reads logs with any pages, and any bytes as a log.
func FuzzLog(f *testing.F) {
	f.Add(sample())
	f.Add([]byte("\x0d\x00\x00\x00\x01\x01\xf0\x00\x01\xf0"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, log := range [][]byte{logOf(data), data} {
			l, err := OpenLog(bytes.NewReader(log), int64(len(log)))
			if err != nil {
				continue
			}
			l.Tables()
			below := 0
			damaged, err := l.Pages(1<<20, func(_ uint32, pages []uint32) error { below += len(pages); return nil }, func(r *Record) error {
				r.Columns()
				return nil
			})
			if err != nil && err != ErrDamaged || len(damaged) > l.Len() || below > len(log) {
				t.Errorf("%v, %d damaged pages, %d references", err, len(damaged), below)
			}
		}
	})
}

// TestLongRecordsInLog has rows that claim to be long, on many pages. Their memory must not
// be allocated before it is read.
func TestLongRecordsInLog(t *testing.T) {
	page := make([]byte, 512)
	page[0] = leaf
	const cells = 8
	binary.BigEndian.PutUint16(page[3:], cells)
	for i := range cells {
		at := 512 - (i+1)*50
		binary.BigEndian.PutUint16(page[8+2*i:], uint16(at))
		copy(page[at:], "\x83\xff\x7f\x01") // 65,535 bytes, row 1
	}
	log := logOf(bytes.Repeat(page, 2000))
	l, err := OpenLog(bytes.NewReader(log), int64(len(log)))
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := l.Pages(1<<20, func(uint32, []uint32) error { return nil }, func(*Record) error { return nil }); err != nil {
		t.Error(err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 10*uint64(len(log)) {
		t.Errorf("it took %d bytes to read %d", took, len(log))
	}
}
