package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"seaworthy.dev/seaworthy"
)

// The limits on archives in archives, which share the budget of the file.
const (
	// maxNesting is the number of levels that are searched in an archive of the image: a
	// jar in a war, and an archive in that.
	maxNesting = 2
	// maxNested is the size of a nested archive that is searched, in bytes. It is in memory
	// while it is searched.
	maxNested = 32 << 20
)

// scanNested searches a member of an archive that is an archive itself. If ok is false, it
// was not searched.
func (r *fileScan) scanNested(open container, body []byte, path, member string) (ok bool, err error) {
	if r.nesting >= maxNesting {
		r.addGap(nestedTooDeep)
		return false, nil
	}
	child := *r
	child.path, child.body, child.found, child.gaps = path, body, nil, nil
	child.nesting++
	ok, err = open(&child, bytes.NewReader(body), int64(len(body)))
	r.budget = child.budget
	member, _ = seaworthy.TextPath(member)
	for i := range child.found {
		f := &child.found[i]
		switch {
		case f.Member == "":
			f.Member = member
		case member != "":
			f.Member = member + "!/" + f.Member
		}
	}
	r.add(child.found, child.gaps)
	if errors.Is(err, errBudget) {
		err = nil
	}
	return ok, err
}

// readNested reads a member of an archive for scanNested. It acquires memory, which the
// caller releases. If the member has maxNested bytes or more, complete is false and body is
// its start.
func (r *fileScan) readNested(member io.Reader) (body []byte, acquired int64, complete bool, err error) {
	const first = 1 << 20 // most are smaller
	buffer := new(bytes.Buffer)
	for _, limit := range []int64{first, maxNested} {
		missing := limit - acquired
		if err := r.memory.Acquire(r.ctx, missing); err != nil {
			return nil, acquired, false, err
		}
		acquired = limit
		if _, err := io.CopyN(buffer, member, missing); err == io.EOF {
			return buffer.Bytes(), acquired, true, nil
		} else if err != nil {
			return buffer.Bytes(), acquired, false, err
		}
	}
	return buffer.Bytes(), acquired, false, nil
}

// unreadFormats are the first bytes of archives that are recognized only to report that they
// are not read.
var unreadFormats = []string{
	"7z\xbc\xaf\x27\x1c",
	"Rar!\x1a\x07",
	"\x04\x22\x4d\x18", // LZ4
	"\x1f\x9d",         // compress (.Z)
	"hsqs", "sqsh",     // SquashFS
}

// isUnread reports whether a file has one of unreadFormats.
func isUnread(head []byte) bool {
	return slices.ContainsFunc(unreadFormats, func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) })
}

// unread is a container for files that are compressed in a way that is not supported.
func unread(r *fileScan, _ io.ReaderAt, _ int64) (bool, error) {
	r.addGap(methods) // and searched as it is
	return false, nil
}

// The layout of an ar archive, as dpkg writes it (deb(5)).
const (
	arMagic     = "!<arch>\n"
	arHeader    = 60
	debianFirst = "debian-binary"
)

// debianPackage is a container for binary packages of Debian.
func debianPackage(r *fileScan, file io.ReaderAt, size int64) (bool, error) {
	header := make([]byte, arHeader)
	at := int64(len(arMagic))
	for at+arHeader <= size {
		if _, err := file.ReadAt(header, at); err != nil && err != io.EOF {
			return true, err
		}
		var length int64
		if _, err := fmt.Sscanf(string(bytes.TrimSpace(header[48:58])), "%d", &length); err != nil || length < 0 || length > size-at-arHeader || string(header[58:]) != "`\n" {
			r.addGap(damaged)
			return true, nil
		}
		at += arHeader
		name := string(bytes.TrimRight(header[:16], " /"))
		if err := r.scanMember(io.NewSectionReader(file, at, length), r.path+"!/"+name, name); err != nil {
			if errors.Is(err, errBudget) {
				return true, nil
			}
			return true, err
		}
		at += length + length&1
	}
	if at < size {
		r.addGap(damaged)
	}
	return true, nil
}

// The layout of a cpio archive in the new ASCII format, as an initial RAM disk has it.
const (
	cpioMagic    = "070701"
	cpioChecksum = "070702" // the same with checksums
	cpioHeader   = 110
	cpioEnd      = "TRAILER!!!"
	maxCPIOName  = 4096
)

// cpioArchive is a container for cpio archives. What follows an archive, such as the
// compressed main part of an initial RAM disk, is searched as another member.
func cpioArchive(r *fileScan, file io.ReaderAt, size int64) (bool, error) {
	header := make([]byte, cpioHeader)
	for at := int64(0); at+cpioHeader <= size; {
		if _, err := file.ReadAt(header, at); err != nil && err != io.EOF {
			return true, err
		}
		magic := string(header[:6])
		var length, nameLength int64
		_, errLength := fmt.Sscanf(string(header[54:62]), "%x", &length)
		_, errName := fmt.Sscanf(string(header[94:102]), "%x", &nameLength)
		body := align4(at + cpioHeader + nameLength)
		if magic != cpioMagic && magic != cpioChecksum || errLength != nil || errName != nil ||
			nameLength < 1 || nameLength > maxCPIOName || length < 0 || body > size || length > size-body {
			r.addGap(damaged)
			return at > 0, nil
		}
		name := make([]byte, nameLength)
		if _, err := file.ReadAt(name, at+cpioHeader); err != nil && err != io.EOF {
			return true, err
		}
		member := string(bytes.TrimRight(name, "\x00"))
		at = align4(body + length)
		if member == cpioEnd {
			return true, r.scanAfterCPIO(file, at, size)
		}
		if length == 0 {
			continue
		}
		if err := r.scanMember(io.NewSectionReader(file, body, length), r.path+"!/"+member, member); err != nil {
			if errors.Is(err, errBudget) {
				return true, nil
			}
			return true, err
		}
	}
	r.addGap(damaged) // there is no end
	return true, nil
}

// scanAfterCPIO searches what follows a cpio archive, after zeros.
func (r *fileScan) scanAfterCPIO(file io.ReaderAt, at, size int64) error {
	block := make([]byte, 4096)
	for at < size {
		n, err := file.ReadAt(block[:min(int64(len(block)), size-at)], at)
		if err != nil && err != io.EOF || n == 0 {
			return err
		}
		if zeros := n - len(bytes.TrimLeft(block[:n], "\x00")); zeros < n {
			at += int64(zeros)
			err := r.scanMember(io.NewSectionReader(file, at, size-at), r.path, "")
			if errors.Is(err, errBudget) {
				err = nil
			}
			return err
		}
		at += int64(n)
	}
	return nil
}

func align4(n int64) int64 { return (n + 3) &^ 3 }

// gitBundle is a container for bundles of Git: a list of references, an empty line and a
// pack (gitformat-bundle(5)).
func gitBundle(r *fileScan, file io.ReaderAt, size int64) (bool, error) {
	head := make([]byte, min(size, 1<<20))
	if n, err := file.ReadAt(head, 0); err != nil && err != io.EOF {
		return true, err
	} else if head = head[:n]; !bytes.Contains(head, []byte("\n\nPACK")) {
		r.addGap(damaged)
		return false, nil
	}
	at := int64(bytes.Index(head, []byte("\n\nPACK")) + 2)
	whole := r.body
	if r.body != nil {
		r.body = r.body[at:]
	}
	ok, err := gitPack(r, io.NewSectionReader(file, at, size-at), size-at)
	r.body = whole
	return ok, err
}
