package advisory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// feed is a body of data that comes from a publisher's own files, in the
// publisher's own format, not from OSV's bulk export.
type feed struct {
	// beside is true if it completes the advisories of an ecosystem, and false if
	// it is all there is.
	beside bool
	// large is true if it takes minutes to fetch and read, for which no scan waits.
	large bool
	// dir is where a source has the files: below its root, each with its path.
	dir string
	// files are those that the publisher offers. Of a source that is a directory
	// all that is in dir is read, whatever it is called.
	files []feedFile
	// changes is where the publisher has a changes.csv of CSAF, and what that names;
	// "" if there is none.
	changes string
	// read takes in a file, which has its path below dir; it is decompressed.
	read func(ctx context.Context, in io.Reader, path string, b *builder) error
}

// feedFile is a file of a feed.
type feedFile struct {
	path   string // below the directory of the feed
	public string // where the publisher has it
	// find gives the URL of the file by what public answers; nil if public is
	// the file.
	find func(ctx context.Context, u *Updater, public string) (string, error)
	// summed is true if the publisher has the SHA-256 of the file beside it, in a file
	// with .sha256 after its name.
	summed bool
}

// feeds are all of them, by the name of the body of data.
var feeds = map[string]feed{
	"Debian" + statesSuffix: {
		beside: true, dir: "native/debian-tracker", read: readDebianTracker,
		files: []feedFile{{path: "data.json", public: "https://security-tracker.debian.org/tracker/data/json"}},
	},
	"Ubuntu" + statesSuffix: {
		beside: true, large: true, dir: "native/ubuntu-vex", read: readUbuntuVEX,
		files: []feedFile{{path: "vex-all.tar.xz", public: "https://security-metadata.canonical.com/vex/vex-all.tar.xz"}},
	},
	"Red Hat" + statesSuffix: {
		beside: true, large: true, dir: "native/redhat-vex", read: readRedHatVEX,
		files:   []feedFile{{path: "csaf_vex.tar.zst", public: redHatFiles + "archive_latest.txt", find: findNamed, summed: true}},
		changes: redHatFiles,
	},
	"Amazon Linux": {
		dir: "native/amazon-updateinfo", read: readUpdateInfo,
		files: []feedFile{
			{path: "2018.03/updateinfo.xml.gz", public: "http://repo.us-west-2.amazonaws.com/2018.03/updates/x86_64/mirror.list", find: findUpdateInfo},
			{path: "2/updateinfo.xml.gz", public: "https://cdn.amazonlinux.com/2/core/latest/x86_64/mirror.list", find: findUpdateInfo},
			{path: "2023/updateinfo.xml.gz", public: "https://cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/mirror.list", find: findUpdateInfo},
		},
	},
	"Oracle Linux": {
		dir: "native/oracle-oval", read: readOVAL,
		files: []feedFile{{path: "com.oracle.elsa-all.xml.bz2", public: "https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2"}},
	},
	"Azure Linux": {
		dir: "native/azure-oval", read: readAzureOVAL,
		files: []feedFile{
			{path: "cbl-mariner-2.0-oval.xml", public: azureFiles + "cbl-mariner-2.0-oval.xml"},
			{path: "azurelinux-3.0-oval.xml", public: azureFiles + "azurelinux-3.0-oval.xml"},
		},
	},
	"Photon OS": {dir: "native/photon-oval", read: readOVAL, files: photonFiles()},
	EOL:         {beside: true, dir: "native/endoflife", read: readEndOfLife, files: endOfLifeFiles()},
}

// maxFiles is how many files of one feed may lie in a directory. More belong in a
// tar archive.
const maxFiles = 1000

// feedPart is a file of a feed where this source has it.
type feedPart struct {
	path, location string
	known          Part // what the database read last time
	summed         bool
}

// updateFeed reads all files of a feed anew if one has changed.
func (u *Updater) updateFeed(ctx context.Context, name string, f *feed, old *dataFile) (Outcome, error) {
	if f.changes != "" && old != nil && len(old.Parts) == 1 && isURL(old.Parts[0].Source) && isURL(u.Source) && !old.Cursor.IsZero() && u.Now().Sub(old.Whole) < wholeEvery {
		outcome, err := u.renewFeed(ctx, name, f, old)
		if !errors.Is(err, errNotRenewable) {
			return outcome, err
		}
		u.Log.Info("all is read anew", "name", name, "reason", err)
	}
	parts, err := u.feedParts(ctx, f, old)
	if err != nil {
		return Outcome{}, err
	}
	if len(parts) == 0 {
		return Outcome{}, fmt.Errorf("%s: %w", u.location(strings.Split(f.dir, "/")...), fs.ErrNotExist)
	}
	fetched := make([]*fetchedPart, len(parts))
	defer func() {
		for _, p := range fetched {
			if p != nil {
				p.in.Close()
			}
		}
	}()
	changed := old == nil || len(old.Parts) != len(parts)
	for i := 0; i < len(parts) && !changed; i++ {
		p, err := u.fetchPart(ctx, name, i, &parts[i], parts[i].known)
		switch {
		case errors.Is(err, errUnchanged):
			continue
		case err == nil:
			fetched[i], changed = p, true
		case errors.Is(err, fs.ErrNotExist):
			changed = true
		default:
			return Outcome{}, err
		}
	}
	if !changed {
		return u.unchanged(old)
	}
	return u.readFeed(ctx, name, f, parts, fetched)
}

// fetchedPart is a file of a feed that is here.
type fetchedPart struct {
	in   *download
	done func()
}

func (u *Updater) fetchPart(ctx context.Context, name string, i int, part *feedPart, known Part) (*fetchedPart, error) {
	in, done, err := u.fetch(ctx, name, fmt.Sprintf(".%d", i), part.location, known)
	if err != nil {
		return nil, err
	}
	if part.summed && isURL(part.location) {
		if err := u.verifySum(ctx, part.location, in.from.Digest); err != nil {
			done()
			return nil, err
		}
	}
	return &fetchedPart{in, done}, nil
}

// verifySum compares a file with the checksum that lies beside it, if one does.
func (u *Updater) verifySum(ctx context.Context, location, digest string) error {
	text, err := u.getText(ctx, location+".sha256")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	fields := strings.Fields(text)
	if len(fields) == 0 || "sha256:"+strings.ToLower(fields[0]) != digest {
		return fmt.Errorf("%s: what came does not have the checksum that %s.sha256 names", location, path.Base(location))
	}
	return nil
}

// readFeed makes the body of data from the files of a feed, of which some are here
// already.
func (u *Updater) readFeed(ctx context.Context, name string, f *feed, parts []feedPart, fetched []*fetchedPart) (Outcome, error) {
	b, err := newBuilder(u.Dir)
	if err != nil {
		return Outcome{}, err
	}
	b.tell = func(records int) {
		u.progress(Progress{Name: name, Read: int64(records), Size: -1, Records: true})
	}
	var info Info
	checked := u.Now()
	for i, part := range parts {
		p := fetched[i]
		if p == nil {
			p, err = u.fetchPart(ctx, name, i, &part, Part{})
			if errors.Is(err, fs.ErrNotExist) && isURL(part.location) {
				continue // not all publishers go on offering all files
			}
			if err != nil {
				b.discard()
				return Outcome{}, err
			}
			fetched[i] = p
		}
		if err := readPart(ctx, p.in, f, part.path, b); err != nil {
			b.discard()
			if ctx.Err() == nil {
				p.done() // the same bytes would be no better the next time
			}
			return Outcome{}, fmt.Errorf("%s: %w", part.location, err)
		}
		info.Parts = append(info.Parts, p.in.from.part(part.location))
		if p.in.from.Modified.After(info.Modified) {
			info.Modified = p.in.from.Modified
		}
		if at := u.checked(part.location, p.in.from); at.Before(checked) {
			checked = at
		}
	}
	if err := b.left.tolerable(b.info.Records); err != nil {
		b.discard()
		return Outcome{}, fmt.Errorf("%s: %w", parts[0].location, err)
	}
	if b.left.count > 0 {
		u.Log.Warn("documents of the feed cannot be read and are left out", "name", name, "count", b.left.count, "first", b.left.first)
		info.LeftOut = b.left.count
	}
	if b.info.Records == 0 {
		b.discard()
		if len(info.Parts) == 0 {
			return Outcome{}, fmt.Errorf("%s: %w", parts[0].location, fs.ErrNotExist)
		}
		return Outcome{}, fmt.Errorf("%s: it says nothing that is known here", parts[0].location)
	}
	info.Name, info.Source, info.Whole = name, commonSource(info.Parts), u.Now().UTC()
	info.Digest = digestOfParts(info.Parts)
	if err := b.commit(ctx, dataPath(u.Dir, name), info, checked); err != nil {
		return Outcome{}, err
	}
	for _, p := range fetched {
		if p != nil {
			p.done()
		}
	}
	return u.outcome(name, Outcome{Changed: true})
}

// readPart takes in one file of a feed.
func readPart(ctx context.Context, in *download, f *feed, path string, b *builder) error {
	body, err := unpacked(io.NewSectionReader(in, 0, in.size))
	if err != nil {
		return err
	}
	defer body.Close()
	return f.read(ctx, body, path, b)
}

// digestOfParts is the digest of the one file that was read, or of the digests of all.
func digestOfParts(parts []Part) string {
	if len(parts) == 1 {
		return parts[0].Digest
	}
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintln(h, p.Digest)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// commonSource is what the locations of all parts have in common, for people.
func commonSource(parts []Part) string {
	common := parts[0].Source
	for _, p := range parts[1:] {
		for !strings.HasPrefix(p.Source, common) {
			common = common[:max(0, strings.LastIndexAny(strings.TrimRight(common, "/"), "/")+1)]
		}
	}
	if common == "" || strings.HasSuffix(common, "//") {
		return parts[0].Source
	}
	return common
}

// feedParts are the files of a feed that the source may have.
func (u *Updater) feedParts(ctx context.Context, f *feed, old *dataFile) ([]feedPart, error) {
	if !isURL(u.Source) {
		return u.localParts(f, old)
	}
	var parts []feedPart
	for _, file := range f.files {
		location := u.location(append(strings.Split(f.dir, "/"), strings.Split(file.path, "/")...)...)
		if u.public() {
			location = file.public
			if file.find != nil {
				var err error
				if location, err = file.find(ctx, u, file.public); err != nil {
					return nil, err
				}
			}
		}
		parts = append(parts, feedPart{file.path, location, knownPart(old, location), file.summed})
	}
	if old != nil {
		// What was not there the last time is asked for when all are read anew.
		known := slices.DeleteFunc(slices.Clone(parts), func(p feedPart) bool { return p.known == Part{} })
		if len(known) == len(old.Parts) && len(known) > 0 && u.Now().Sub(old.Whole) < wholeEvery {
			return known, nil
		}
	}
	return parts, nil
}

// localParts are the files of a feed in a directory.
func (u *Updater) localParts(f *feed, old *dataFile) ([]feedPart, error) {
	root := u.location(strings.Split(f.dir, "/")...)
	var parts []feedPart
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && name == root:
			return fs.SkipAll
		case err != nil:
			return err
		case strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		case len(parts) == maxFiles:
			return fmt.Errorf("%s: over %d files; put them into a tar archive", root, maxFiles)
		}
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		parts = append(parts, feedPart{path: filepath.ToSlash(relative), location: name, known: knownPart(old, name)})
		return nil
	})
	return parts, err
}

func knownPart(old *dataFile, location string) Part {
	if old != nil {
		for _, p := range old.Parts {
			if p.Source == location {
				return p
			}
		}
	}
	return Part{}
}

// public tells whether feeds come from their publishers, as the advisories come
// from OSV.
func (u *Updater) public() bool { return strings.TrimRight(u.Source, "/") == DefaultSource }

// feedEcosystems are the ecosystems of which a feed is all there is, by name.
func feedEcosystems() []string {
	var list []string
	for name, f := range feeds {
		if !f.beside {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// findNamed reads the name of a file beside the one given from that one.
func findNamed(ctx context.Context, u *Updater, public string) (string, error) {
	text, err := u.getText(ctx, public)
	if err != nil {
		return "", err
	}
	name := strings.TrimSpace(text)
	if name == "" || strings.ContainsAny(name, "/\\?#\n") {
		return "", fmt.Errorf("%s: %q is no name of a file", public, name)
	}
	return strings.TrimSuffix(public, path.Base(public)) + name, nil
}

// getText fetches a short text.
func (u *Updater) getText(ctx context.Context, url string) (string, error) {
	const maxText = 1 << 20
	ctx, cancel := context.WithTimeout(ctx, stalled)
	defer cancel()
	response, err := u.get(ctx, url, nil)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxText))
	if err != nil {
		return "", fmt.Errorf("%s: %w", url, err)
	}
	return string(text), nil
}
