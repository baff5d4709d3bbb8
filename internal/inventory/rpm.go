package inventory

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
)

// The RPM database keeps one header for each package. Three backends store them:
// SQLite (rpmdb.sqlite), rpm's own ndb (Packages.db) and Berkeley DB's hash
// (Packages). Each reader below yields the headers as they are stored; an error
// ends it.
type headers iter.Seq2[[]byte, error]

// maxHeader bounds a header, in bytes, as rpm itself does.
const maxHeader = 256 << 20

// parseRPM gives a parser of a database by a reader of its headers.
func parseRPM(open func(*seaworthy.File) headers) func(context.Context, *seaworthy.File) ([]Package, error) {
	return func(ctx context.Context, f *seaworthy.File) ([]Package, error) {
		var packages []Package
		broken, kept := 0, 0
		for header, err := range open(f) {
			if err != nil {
				return packages, err
			}
			if ctx.Err() != nil {
				return packages, context.Cause(ctx)
			}
			p, err := parseRPMHeader(header)
			switch {
			case err != nil:
				broken++
			case p.Name != "gpg-pubkey": // a key, which rpm keeps as if it were a package
				packages = append(packages, p)
				kept += len(p.Files)
			}
			if err := errors.Join(tooManyPackages(packages), tooMuch(kept)); err != nil {
				return packages, err
			}
		}
		if broken > 0 {
			return packages, fmt.Errorf("%d packages have a header that cannot be read", broken)
		}
		return slices.Clip(packages), nil
	}
}

// The tags of a header, as rpm numbers them.
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
	rpmInt16       = 3
	rpmInt32       = 4
	rpmString      = 6
	rpmStringArray = 8
	rpmI18NString  = 9
)

// rpmHeader is a header: an index of tags into data.
type rpmHeader struct {
	index []byte
	data  []byte
}

var errRPMHeader = errors.New("the header is damaged")

const rpmIndexEntry = 16

func openRPMHeader(b []byte) (*rpmHeader, error) {
	if len(b) < 8 {
		return nil, errRPMHeader
	}
	entries, length := uint64(binary.BigEndian.Uint32(b)), uint64(binary.BigEndian.Uint32(b[4:]))
	if 8+entries*rpmIndexEntry+length > uint64(len(b)) {
		return nil, errRPMHeader
	}
	b = b[8:]
	return &rpmHeader{index: b[:entries*rpmIndexEntry], data: b[entries*rpmIndexEntry:][:length]}, nil
}

// find gives the data of a tag from its start and the number of its values.
func (h *rpmHeader) find(tag uint32) (kind uint32, data []byte, count int) {
	for e := h.index; len(e) >= rpmIndexEntry; e = e[rpmIndexEntry:] {
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

// strings gives the values of a tag that holds text. Of translated text it gives
// the first, which is untranslated.
func (h *rpmHeader) strings(tag uint32) []string {
	kind, data, count := h.find(tag)
	switch kind {
	case rpmString, rpmI18NString:
		count = 1
	case rpmStringArray:
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

func (h *rpmHeader) string(tag uint32) string {
	if list := h.strings(tag); len(list) > 0 {
		return list[0]
	}
	return ""
}

// numbers gives the values of a tag that holds integers of 16 or 32 bits.
func (h *rpmHeader) numbers(tag uint32) []uint32 {
	kind, data, count := h.find(tag)
	size := map[uint32]int{rpmInt16: 2, rpmInt32: 4}[kind]
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

func parseRPMHeader(b []byte) (Package, error) {
	h, err := openRPMHeader(b)
	if err != nil {
		return Package{}, err
	}
	p := Package{
		Type:       "rpm",
		Name:       h.string(tagName),
		Version:    h.string(tagVersion) + "-" + h.string(tagRelease),
		Arch:       h.string(tagArch),
		Modularity: h.string(tagModularityLabel),
	}
	if p.Name == "" || strings.HasPrefix(p.Version, "-") || strings.HasSuffix(p.Version, "-") {
		return Package{}, errRPMHeader
	}
	if epoch := h.numbers(tagEpoch); len(epoch) > 0 && epoch[0] > 0 {
		p.Version = strconv.FormatUint(uint64(epoch[0]), 10) + ":" + p.Version
	}
	p.SourceName, p.SourceVersion = splitSourceRPM(h.string(tagSourceRPM))
	if l := h.string(tagLicense); l != "" {
		p.Licenses = []string{l}
	}
	if _, _, n := h.find(tagBaseNames); n > maxFiles {
		return Package{}, errRPMHeader
	}
	p.Files = newFileList(h.files())
	return p, nil
}

// splitSourceRPM takes apart the name of a source package's file, which has no
// epoch: "glibc-2.28-5.el8.src.rpm".
func splitSourceRPM(file string) (name, version string) {
	s := strings.TrimSuffix(strings.TrimSuffix(file, ".rpm"), ".src")
	s = strings.TrimSuffix(s, ".nosrc")
	release := strings.LastIndexByte(s, '-')
	if release < 0 {
		return "", ""
	}
	v := strings.LastIndexByte(s[:release], '-')
	if v < 0 {
		return "", ""
	}
	return s[:v], s[v+1:]
}

// files gives the files of a header, without directories.
func (h *rpmHeader) files() []File {
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
		f := File{Path: installedPath(name)}
		if i < len(digests) {
			f.Digest = parseHex(digests[i])
		}
		files = append(files, f)
	}
	return files
}

// installedPath gives a path of a list of files as a layer has it; "" for the root.
func installedPath(p string) string {
	p = strings.TrimLeft(strings.TrimPrefix(p, "./"), "/")
	if p == "." {
		return ""
	}
	return p
}

// parseHex reads a digest in hexadecimal; nil if it is none.
func parseHex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) == 0 {
		return nil
	}
	return b
}

// parseRPMManifest reads the list of packages that distroless images of Azure
// Linux and CBL-Mariner have in place of a database: a line for each package, its
// fields separated by tabs in the order name, version-release, time of install,
// time of build, vendor, epoch, size, architecture, epoch as a number, source.
func parseRPMManifest(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	var packages []Package
	err := lines(ctx, f, func(line []byte) error {
		if len(line) == 0 {
			return nil
		}
		fields := strings.Split(string(line), "\t")
		if len(fields) < 10 || fields[0] == "" || fields[1] == "" {
			return errors.New("it is no package of ten fields")
		}
		p := Package{Type: "rpm", Name: fields[0], Version: fields[1], Arch: fields[7]}
		if epoch, err := strconv.ParseUint(fields[8], 10, 32); err == nil && epoch > 0 {
			p.Version = fields[8] + ":" + p.Version
		}
		p.SourceName, p.SourceVersion = splitSourceRPM(fields[9])
		packages = append(packages, p)
		return tooManyPackages(packages)
	})
	return packages, errors.Join(err, unterminated(f))
}
