package rpmdb

import (
	"encoding/binary"
	"errors"
	"slices"
)

// Package is what a header says of a package.
type Package struct {
	Name, Version, Release string
	Epoch                  uint32 // 0 if there is none
	Arch                   string
	License                string
	// SourceRPM is the name of the source package's file:
	// "glibc-2.28-5.el8.src.rpm".
	SourceRPM string
	// Modularity is the label of a package of a module:
	// name:stream:version:context:arch.
	Modularity string
	// Files are the installed files, without directories.
	Files []File
}

// File is a file of a package.
type File struct {
	// Path is absolute.
	Path string
	// Digest is the digest of the content in hexadecimal; "" if there is none.
	Digest string
}

// maxFiles is the maximum number of files of a package, far beyond what any has.
const maxFiles = 1_000_000

// The tags of a header, by lib/rpmtag.h of rpm.
const (
	tagName            = 1000
	tagVersion         = 1001
	tagRelease         = 1002
	tagEpoch           = 1003
	tagLicense         = 1014
	tagArch            = 1022
	tagOldFileNames    = 1027
	tagFileModes       = 1030
	tagFileDigests     = 1035
	tagSourceRPM       = 1044
	tagDirIndexes      = 1116
	tagBaseNames       = 1117
	tagDirNames        = 1118
	tagModularityLabel = 5096
)

// The types of values in a header.
const (
	typeInt16       = 3
	typeInt32       = 4
	typeString      = 6
	typeStringArray = 8
	typeI18NString  = 9
)

// ParseHeader reads a header. A package without name, version or release is an error.
func ParseHeader(b []byte) (*Package, error) {
	h, err := openHeader(b)
	if err != nil {
		return nil, err
	}
	p := &Package{
		Name:       h.string(tagName),
		Version:    h.string(tagVersion),
		Release:    h.string(tagRelease),
		Arch:       h.string(tagArch),
		License:    h.string(tagLicense),
		SourceRPM:  h.string(tagSourceRPM),
		Modularity: h.string(tagModularityLabel),
	}
	if p.Name == "" || p.Version == "" || p.Release == "" {
		return nil, errHeader
	}
	if epoch := h.numbers(tagEpoch); len(epoch) > 0 {
		p.Epoch = epoch[0]
	}
	if _, _, n := h.find(tagBaseNames); n > maxFiles {
		return nil, errHeader
	}
	p.Files = h.files()
	return p, nil
}

// header is a header: an index of tags into data.
type header struct {
	index []byte
	data  []byte
}

var errHeader = errors.New("the header is damaged")

const indexEntry = 16

func openHeader(b []byte) (*header, error) {
	if len(b) < 8 {
		return nil, errHeader
	}
	entries, length := uint64(binary.BigEndian.Uint32(b)), uint64(binary.BigEndian.Uint32(b[4:]))
	if 8+entries*indexEntry+length > uint64(len(b)) {
		return nil, errHeader
	}
	b = b[8:]
	return &header{index: b[:entries*indexEntry], data: b[entries*indexEntry:][:length]}, nil
}

// find returns the type of a tag, the data from its start, and the number of its
// values.
func (h *header) find(tag uint32) (kind uint32, data []byte, count int) {
	for e := h.index; len(e) >= indexEntry; e = e[indexEntry:] {
		if binary.BigEndian.Uint32(e) != tag {
			continue
		}
		offset := binary.BigEndian.Uint32(e[8:])
		if uint64(offset) >= uint64(len(h.data)) {
			return 0, nil, 0
		}
		return binary.BigEndian.Uint32(e[4:]), h.data[offset:], int(binary.BigEndian.Uint32(e[12:]))
	}
	return 0, nil, 0
}

// strings returns the values of a tag that holds text. Of translated text it returns
// the first, which is untranslated.
func (h *header) strings(tag uint32) []string {
	kind, data, count := h.find(tag)
	switch kind {
	case typeString, typeI18NString:
		count = 1
	case typeStringArray:
	default:
		return nil
	}
	count = min(count, maxFiles)
	list := make([]string, 0, min(count, len(data)))
	for range count {
		i := slices.Index(data, 0)
		if i < 0 {
			break
		}
		list = append(list, string(data[:i]))
		data = data[i+1:]
	}
	return list
}

func (h *header) string(tag uint32) string {
	if list := h.strings(tag); len(list) > 0 {
		return list[0]
	}
	return ""
}

// numbers returns the values of a tag that holds integers of 16 or 32 bits.
func (h *header) numbers(tag uint32) []uint32 {
	kind, data, count := h.find(tag)
	size := map[uint32]int{typeInt16: 2, typeInt32: 4}[kind]
	if size == 0 {
		return nil
	}
	count = min(count, len(data)/size)
	list := make([]uint32, count)
	for i := range list {
		if size == 2 {
			list[i] = uint32(binary.BigEndian.Uint16(data[2*i:]))
		} else {
			list[i] = binary.BigEndian.Uint32(data[4*i:])
		}
	}
	return list
}

// files returns the files of a header, without directories.
func (h *header) files() []File {
	names, dirs, index := h.strings(tagBaseNames), h.strings(tagDirNames), h.numbers(tagDirIndexes)
	whole := len(names) == 0
	if whole {
		names = h.strings(tagOldFileNames)
	}
	modes, digests := h.numbers(tagFileModes), h.strings(tagFileDigests)
	files := make([]File, 0, len(names))
	for i, name := range names {
		const typeMask, directory = 0o170000, 0o040000
		if i < len(modes) && modes[i]&typeMask == directory {
			continue
		}
		if !whole {
			if i >= len(index) || uint64(index[i]) >= uint64(len(dirs)) {
				continue
			}
			name = dirs[index[i]] + name
		}
		f := File{Path: name}
		if i < len(digests) {
			f.Digest = digests[i]
		}
		files = append(files, f)
	}
	return files
}
