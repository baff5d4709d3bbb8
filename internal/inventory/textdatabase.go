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

// maxLine is the maximum length of a line of a text database, in bytes.
const maxLine = 1 << 20

// lines calls visit for each line of a file, without the line end, until visit returns an
// error. The line is valid until visit returns.
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
		return limitErrorf("it has a line of more than %d bytes; the rest was not read", maxLine)
	}
	return s.Err()
}

// paragraph maps the names of fields, in lower case, to the first line of their values.
type paragraph map[string]string

// paragraphs reads a control file in the format of deb-control(5) and calls visit for each
// paragraph, until visit returns an error. The paragraph has only the fields in wanted,
// whose names are in lower case. In the file, case does not matter.
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
			return errors.New("it is not a field")
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
	return checkLastLine(f)
}

// checkLastLine returns an error if the last line has no line end: the file is truncated,
// since package managers end every line.
func checkLastLine(f *seaworthy.File) error {
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

// checkLastParagraph returns an error if no empty line follows the last paragraph: the file
// is truncated, since package managers end every paragraph with one.
func checkLastParagraph(f *seaworthy.File) error {
	const end = "\n\n"
	if err := checkLastLine(f); err != nil || f.Size < int64(len(end)) {
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
