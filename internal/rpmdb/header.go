package rpmdb

import (
	"encoding/binary"
	"errors"
	"slices"
)

// Package is an installed package: the tags of a header that are of use here.
type Package struct {
	Name, Version, Release string
	Epoch                  uint32 // 0 if there is none
	Arch                   string
	License                string
	// Vendor is who built the package: "Red Hat, Inc.".
	Vendor string
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
	// Digest is the digest of the content in hexadecimal, or "" if there is none.
	Digest string
}

// maxFiles is the maximum number of files of a package. No real package has so many.
const maxFiles = 1_000_000

// The tags of a header, from include/rpm/rpmtag.h of rpm.
const (
	tagName            = 1000
	tagVersion         = 1001
	tagRelease         = 1002
	tagEpoch           = 1003
	tagVendor          = 1011
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

// ParseHeader parses a header. It refuses a package without name, version or release.
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
		Vendor:     h.string(tagVendor),
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

// header is a header: an index with an entry for each tag, and the values of the tags. An
// entry has tag, type, offset in data and number of values, each 32 bits, big endian.
type header struct {
	index []byte
	data  []byte
}

var errHeader = errors.New("the header is damaged")

// indexEntry is the length of an entry of the index, in bytes.
const indexEntry = 16

// openHeader splits a header into index and data.
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

// find returns the type of a tag, the data starting with its first value, and the number of
// its values.
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

// strings returns the values of a tag with text. For translated text it returns only the
// first value, which is not translated.
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

// string returns the first value of a tag with text, or "".
func (h *header) string(tag uint32) string {
	if list := h.strings(tag); len(list) > 0 {
		return list[0]
	}
	return ""
}

// numbers returns the values of a tag with integers of 16 or 32 bits.
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
	absolute := len(names) == 0 // old packages have whole paths
	if absolute {
		names = h.strings(tagOldFileNames)
	}
	modes, digests := h.numbers(tagFileModes), h.strings(tagFileDigests)
	files := make([]File, 0, len(names))
	for i, name := range names {
		const typeMask, directory = 0o170000, 0o040000
		if i < len(modes) && modes[i]&typeMask == directory {
			continue
		}
		if !absolute {
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
