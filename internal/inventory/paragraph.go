package inventory

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"seaworthy.dev/seaworthy"
)

// maxLine bounds a line of a text database, in bytes.
const maxLine = 1 << 20

// lines calls visit for each line of a file, without its end. The line is valid
// until visit returns.
func lines(ctx context.Context, f *seaworthy.File, visit func(line []byte) error) error {
	s := bufio.NewScanner(f.Reader())
	s.Buffer(make([]byte, 0, 64<<10), maxLine)
	for n := 1; s.Scan(); n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := visit(s.Bytes()); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if errors.Is(s.Err(), bufio.ErrTooLong) {
		return limitErrorf("it has a line of more than %d bytes; what follows was not read", maxLine)
	}
	return s.Err()
}

// paragraph holds the fields of a paragraph of a control file as deb-control(5)
// has it, of those that were asked for: the first line of each, without its name.
type paragraph map[string]string

// paragraphs reads a control file and calls visit for each paragraph, until an error. Names of
// fields are without regard to case; wanted has them in lower case.
func paragraphs(ctx context.Context, f *seaworthy.File, wanted map[string]bool, visit func(paragraph) error) error {
	p := paragraph{}
	end := func() error {
		if len(p) == 0 {
			return nil
		}
		defer clear(p)
		return visit(p)
	}
	var name [32]byte
	err := lines(ctx, f, func(line []byte) error {
		if len(bytes.TrimSpace(line)) == 0 {
			return end()
		}
		if line[0] == ' ' || line[0] == '\t' || line[0] == '#' {
			return nil
		}
		key, value, ok := bytes.Cut(line, []byte{':'})
		if !ok {
			return errors.New("it is no field")
		}
		if len(key) > len(name) {
			return nil
		}
		for i, c := range key {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			name[i] = c
		}
		if key := name[:len(key)]; wanted[string(key)] {
			p[string(key)] = string(bytes.TrimSpace(value))
		}
		return nil
	})
	if err == nil {
		err = end()
	}
	if err != nil {
		return err
	}
	return unterminated(f)
}

// unterminated is an error for a file whose last line has no end: every package
// manager ends its lines, so something is cut off.
func unterminated(f *seaworthy.File) error {
	if f.Size == 0 {
		return nil
	}
	var last [1]byte
	if _, err := f.ReaderAt().ReadAt(last[:], f.Size-1); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if last[0] != '\n' {
		return errors.New("it ends in the middle of a line")
	}
	return nil
}

// unfinished is an error for a file whose last paragraph has no empty line behind it.
// Package managers end each of many paragraphs with one, so something is cut off.
func unfinished(f *seaworthy.File) error {
	const end = "\n\n"
	if err := unterminated(f); err != nil || f.Size < int64(len(end)) {
		return err
	}
	var last [len(end)]byte
	if _, err := f.ReaderAt().ReadAt(last[:], f.Size-int64(len(end))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if string(last[:]) != end {
		return errors.New("it ends in the middle of a package")
	}
	return nil
}
